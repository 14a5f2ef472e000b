#include "text/word_level.h"

#include "text/unicode.h"

#include <fmt/format.h>

namespace triptych {

WordLevel::WordLevel(const JsonFields& fields) : m_vocabulary(fields, "vocab") {
    const std::string unknown = fields.string("unk_token", "<unk>");
    const auto found = m_vocabulary.find(unknown);
    if (!found)
        fields.fail("unk_token", fmt::format("is '{}', which 'vocab' does not have", unknown));
    m_unknown = *found;
}

void WordLevel::tokenize(std::u32string_view word, std::vector<TokenPiece>& pieces) const {
    pieces.push_back({m_vocabulary.find(encodeUtf8(word)).value_or(m_unknown), {0, static_cast<std::int32_t>(word.size())}});
}

} // namespace triptych
