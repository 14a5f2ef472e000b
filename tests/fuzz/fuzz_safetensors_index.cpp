#include "formats/safetensors_set.h"
#include "fuzz_file.h"

using namespace triptych;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    expectAnswer([&] {
        const std::filesystem::path folder = "/models/one";
        for (const auto& [name, shard] : parseSafetensorsIndex(textOf(data, size), "index")) {
            // Wherever the shard leads, it is below the folder.
            const std::string path = (folder / shard).lexically_normal().string();
            if (!path.starts_with("/models/one/") || path.size() == std::string_view("/models/one/").size())
                std::abort();
        }
    });
    return 0;
}
