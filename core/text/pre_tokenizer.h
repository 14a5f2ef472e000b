#pragma once

#include "text/aligned_text.h"
#include "text/json_fields.h"

#include <memory>
#include <vector>

namespace triptych {

/// Second stage of a tokenizer: cuts the normalized text into words that the model sees one by one.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    /// Cuts each of `words` (character ranges of `text`, ascending) further. May rewrite the text; what no word
    /// covers may be gone then.
    virtual void split(AlignedText& text, std::vector<TextSpan>& words) const = 0;
};

/// From the object "pre_tokenizer" of tokenizer.json: BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation,
/// Digits, CharDelimiterSplit, UnicodeScripts, Split, ByteLevel, Metaspace, Sequence. Throws Error{Unsupported}
/// naming another type.
std::unique_ptr<PreTokenizer> makePreTokenizer(const JsonFields& fields);

} // namespace triptych
