#pragma once

#include "text/json_fields.h"

#include <memory>
#include <string>
#include <vector>

namespace triptych {

/// Turns tokens back into text. As in the reference a chain of steps, each of which rewrites the list of tokens;
/// in the end they are joined.
class TokenDecoder {
public:
    virtual ~TokenDecoder() = default;
    virtual void apply(std::vector<std::string>& tokens) const = 0;
};

/// From the object "decoder" of tokenizer.json: ByteLevel, WordPiece, Metaspace, BPEDecoder, ByteFallback, Fuse,
/// Replace, Strip, CTC, Sequence. Throws Error{Unsupported} naming another type.
std::unique_ptr<TokenDecoder> makeDecoder(const JsonFields& fields);

} // namespace triptych
