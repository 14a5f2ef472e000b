#pragma once

#include "text/aligned_text.h"
#include "text/json_fields.h"

#include <memory>

namespace triptych {

/// First stage of a tokenizer: rewrites the text and keeps its alignment.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    virtual void apply(AlignedText& text) const = 0;
};

/// From the object "normalizer" of tokenizer.json: BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents,
/// Replace, Prepend, Strip, Nmt, ByteLevel, Precompiled, Sequence. Throws Error{Unsupported} naming another type.
std::unique_ptr<Normalizer> makeNormalizer(const JsonFields& fields);

} // namespace triptych
