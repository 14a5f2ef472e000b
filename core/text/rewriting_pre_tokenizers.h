#pragma once

#include "text/pre_tokenizer.h"

#include <string_view>

namespace triptych {

/// Pre-tokenizers that cut by expressions or change the text: Split, ByteLevel, Metaspace; null for another type.
std::unique_ptr<PreTokenizer> makeRewritingPreTokenizer(const JsonFields& fields, std::string_view type);

/// When Metaspace puts its character before a word.
enum class PrependScheme { Always, First, Never };
/// From "prepend_scheme", or from "add_prefix_space" of files before it.
PrependScheme readPrependScheme(const JsonFields& fields);
constexpr char32_t kMetaspace = U'\u2581';

} // namespace triptych
