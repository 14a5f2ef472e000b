#include "formats/gguf.h"
#include "models/decoder_config.h"
#include "text/chat_template.h"
#include "text/gguf_conversion.h"
#include "fuzz_file.h"

using namespace triptych;

/// What a decoder is opened with out of a GGUF file: configuration, vocabulary, template.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const FuzzFile input({data, size});
    expectAnswer([&] {
        const GgufFile file(input.path());
        expectAnswer([&] { decoderConfigFromGguf(file, "model.gguf"); });
        expectAnswer([&] { ChatTemplate::open(file); });
        expectAnswer([&] {
            const auto tokenizer = makeGgufTokenizer(ggufVocabulary(file));
            for (const std::int32_t id : tokenizer->encode("Größe 世界 <s> aab").ids)
                tokenizer->token(id);
        });
        expectAnswer([&] { tokenizerJsonOf(ggufVocabulary(file)); });
    });
    return 0;
}
