#include "text/tokenizer.h"
#include "fuzz_file.h"

#include <fstream>

using namespace triptych;

namespace {

/// In memory, one a process; libFuzzer runs one input after another.
const std::filesystem::path& folder() {
    static const std::filesystem::path path = [] {
        std::string name = "/dev/shm/fuzz_tokenizer.XXXXXX";
        return std::filesystem::path(::mkdtemp(name.data()) ? name : std::string("."));
    }();
    return path;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::ofstream(folder() / "tokenizer.json", std::ios::binary) << textOf(data, size);
    expectAnswer([&] {
        const auto tokenizer = Tokenizer::open(folder());
        for (const std::string_view text : {"", "Hello, world [MASK] unwanted\n", "Größe 世界 👩‍👩‍👧 \xff", "[SEP]aa a"}) {
            Encoding encoding = tokenizer->encode(text);
            tokenizer->truncate(encoding, 3);
            for (const std::int32_t id : encoding.ids)
                tokenizer->token(id);
            tokenizer->encodePair(text, "pair");
        }
    });
    return 0;
}
