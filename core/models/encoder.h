#pragma once

#include "knowledge/embedder.h"
#include "models/precision.h"
#include "text/tokenizer.h"

#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// A sentence encoder from a Hugging Face folder: tokenizer, transformer, pooling and normalisation as the
/// sentence-transformers files say (else mean and normalised).
class Encoder : public Embedder {
public:
    /// Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor. Vectors that come out NaN or infinite are
    /// Error{InvalidInput} naming the folder.
    static std::unique_ptr<Encoder> open(const std::filesystem::path& folder, Precision precision = Precision::Exact);
    virtual int maxLength() const = 0; ///< tokens with the special ones; longer texts are cut
    virtual const Tokenizer& tokenizer() const = 0;
    /// Sorts by length internally, no padding waste; the result keeps the order.
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop = {}) override = 0;
    /// The same for tokens that are there already, none cut. Throws Error{InvalidArgument} if one is empty, longer than the
    /// model's positions, or has an id outside the vocabulary.
    virtual std::vector<float> embedTokens(std::span<const Encoding> encodings, const std::stop_token& stop = {}) = 0;
    virtual std::uintmax_t bytes() const = 0; ///< of the files it needs
};

} // namespace triptych
