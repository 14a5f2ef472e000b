#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// How the texts of a byte-level vocabulary are cut before merging, by the name that GGUF files give it.
struct PreType {
    std::vector<std::string_view> patterns; ///< each cuts the pieces of the one before further
    bool ignore_merges = false;
    bool add_bos = false; ///< unless the file says otherwise
};

/// Of "tokenizer.ggml.pre"; an empty name is "default". Throws Error{Unsupported} naming `source` and the type.
const PreType& preType(std::string_view name, std::string_view source);

/// The name under which llama.cpp cuts texts by these expressions; empty if it has none.
std::string_view preTypeOf(std::span<const std::string> patterns, bool ignoreMerges);

} // namespace triptych
