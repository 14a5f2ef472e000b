#pragma once

#include "text/aligned_text.h"
#include "text/json_fields.h"

#include <vector>

namespace triptych {

/// What becomes of the separators when a text is cut at them.
enum class SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// "Removed", "Isolated", ... Throws Error{InvalidInput} naming the key.
SplitBehavior readSplitBehavior(const JsonFields& fields, std::string_view key, SplitBehavior fallback);

/// A word on its way to pieces: separators and what lies between them, in order, covering it.
class SplitPieces {
public:
    explicit SplitPieces(SplitBehavior behavior) : m_behavior(behavior) {}
    void start(TextSpan word) {
        m_word = word;
        m_end = word.begin;
        m_pieces.clear();
    }
    /// A separator, in positions of the text; may be empty.
    void separator(TextSpan span) {
        if (m_end != span.begin)
            m_pieces.push_back({{m_end, span.begin}, false});
        m_pieces.push_back({span, true});
        m_end = span.end;
    }
    /// Separators and what lies between them have changed roles.
    void finish(bool inverted, std::vector<TextSpan>& words);

private:
    struct Piece {
        TextSpan span;
        bool separator;
    };
    SplitBehavior m_behavior;
    TextSpan m_word;
    std::int32_t m_end = 0;
    std::vector<Piece> m_pieces;
};

/// Cuts words at single characters.
template <typename IsSeparator>
void splitAtCharacters(const AlignedText& text, std::vector<TextSpan>& words, SplitBehavior behavior, IsSeparator isSeparator) {
    std::vector<TextSpan> result;
    result.reserve(words.size() + text.chars.size() / 4);
    SplitPieces pieces(behavior);
    for (const TextSpan& word : words) {
        pieces.start(word);
        for (std::int32_t i = word.begin; i < word.end; ++i) {
            if (isSeparator(text.chars[static_cast<std::size_t>(i)]))
                pieces.separator({i, i + 1});
        }
        pieces.finish(false, result);
    }
    words = std::move(result);
}

} // namespace triptych
