#include "formats/gguf.h"
#include "fuzz_file.h"

#include <vector>

using namespace triptych;

namespace {

/// Reads a value in every way; all but one are wrong and must say so.
void readEveryWay(const GgufFile& file, std::string_view key) {
    expectAnswer([&] { file.integer(key, INT64_MIN, INT64_MAX); });
    expectAnswer([&] { file.number(key); });
    expectAnswer([&] { file.boolean(key, false); });
    expectAnswer([&] { file.string(key); });
    expectAnswer([&] { file.integers(key); });
    expectAnswer([&] { file.numbers(key); });
    expectAnswer([&] {
        std::size_t bytes = 0;
        for (const std::string_view text : file.strings(key))
            bytes += std::string(text).size();
        if (bytes > file.metadata().find(key)->second.data.size())
            std::abort();
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const FuzzFile input({data, size});
    expectAnswer([&] {
        const GgufFile file(input.path());
        for (const auto& [key, value] : file.metadata())
            readEveryWay(file, key);
        for (const auto& [name, tensor] : file.tensors()) {
            const GgmlLayout layout = *ggmlLayout(tensor.type);
            std::vector<float> values(tensor.data.size() / layout.blockBytes * layout.blockValues);
            expectAnswer([&] { file.dequantize(name, values); });
        }
    });
    return 0;
}
