#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triptych {

struct Encoding {
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> type_ids;
    /// Code points of the original text, [begin, end); special tokens have (0, 0).
    std::vector<std::pair<std::int32_t, std::int32_t>> offsets;
};

class Tokenizer {
public:
    /// Reads tokenizer.json of a model folder, else vocab.txt (BERT) or vocab.json and merges.txt (GPT-2, RoBERTa), else the
    /// vocabulary inside the folder's one GGUF file; or that of such a file. Throws Error naming the key at fault.
    static std::unique_ptr<Tokenizer> open(const std::filesystem::path& model);
    virtual ~Tokenizer() = default;
    /// Never truncates or pads. Invalid UTF-8 reads as U+FFFD.
    virtual Encoding encode(std::string_view text, bool addSpecialTokens = true) const = 0;
    virtual Encoding encodePair(std::string_view text, std::string_view pair, bool addSpecialTokens = true) const = 0;
    /// Cuts an encoding of one text to `maxLength` tokens, keeping the closing special token.
    virtual void truncate(Encoding& encoding, int maxLength) const = 0;
    /// The text of tokens. What is not UTF-8 in the end becomes U+FFFD.
    virtual std::string decode(std::span<const std::int32_t> ids, bool skipSpecialTokens = true) const = 0;
    virtual int vocabularySize() const = 0;
    virtual std::optional<std::int32_t> tokenId(std::string_view token) const = 0;
    virtual std::string_view token(std::int32_t id) const = 0;
    /// Whether decode may leave it out: [CLS], </s>, ...
    virtual bool isSpecial(std::int32_t id) const = 0;
};

/// Whether Tokenizer::open finds something to read there.
bool hasTokenizer(const std::filesystem::path& model);
/// Names of the files in a folder that a tokenizer is made from; of a GGUF file its own name.
std::vector<std::string> tokenizerFiles(const std::filesystem::path& model);

} // namespace triptych
