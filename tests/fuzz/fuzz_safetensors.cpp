#include "formats/safetensors.h"
#include "fuzz_file.h"

using namespace triptych;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const FuzzFile input({data, size});
    expectAnswer([&] {
        const SafetensorsFile file(input.path());
        for (const auto& [name, view] : file.tensors()) {
            std::size_t elements = 1;
            for (const std::int64_t dimension : view.shape)
                elements *= static_cast<std::size_t>(dimension);
            unsigned sum = 0;
            for (const std::byte byte : view.data)
                sum += std::to_integer<unsigned>(byte);
            // Shape and bytes agree, and every byte can be read.
            if (elements * dtypeSize(view.dtype) != view.data.size() || sum > 255 * view.data.size())
                std::abort();
        }
    });
    return 0;
}
