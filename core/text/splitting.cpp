#include "text/splitting.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

SplitBehavior readSplitBehavior(const JsonFields& fields, std::string_view key, SplitBehavior fallback) {
    if (!fields.has(key))
        return fallback;
    const std::string name = fields.string(key);
    if (name == "Removed")
        return SplitBehavior::Removed;
    if (name == "Isolated")
        return SplitBehavior::Isolated;
    if (name == "MergedWithPrevious")
        return SplitBehavior::MergedWithPrevious;
    if (name == "MergedWithNext")
        return SplitBehavior::MergedWithNext;
    if (name == "Contiguous")
        return SplitBehavior::Contiguous;
    fields.fail(key, fmt::format("is '{}', which is no behavior of a split", name));
}

void SplitPieces::finish(bool inverted, std::vector<TextSpan>& words) {
    if (m_end != m_word.end)
        m_pieces.push_back({{m_end, m_word.end}, false});
    if (inverted) {
        for (Piece& piece : m_pieces)
            piece.separator = !piece.separator;
    }
    const auto push = [&words](TextSpan span) {
        if (span.begin < span.end)
            words.push_back(span);
    };
    const auto first = static_cast<std::ptrdiff_t>(words.size());
    bool previous = false; // whether the piece before is a separator
    TextSpan open;         // grows until the next piece does not join it
    switch (m_behavior) {
    case SplitBehavior::Removed:
    case SplitBehavior::Isolated:
        for (const Piece& piece : m_pieces) {
            if (!piece.separator || m_behavior == SplitBehavior::Isolated)
                push(piece.span);
        }
        break;
    case SplitBehavior::Contiguous:
    case SplitBehavior::MergedWithPrevious:
        open = {m_word.begin, m_word.begin};
        for (const Piece& piece : m_pieces) {
            const bool joins = m_behavior == SplitBehavior::Contiguous ? piece.separator == previous : piece.separator && !previous;
            if (joins) {
                open.end = piece.span.end;
            } else {
                push(open);
                open = piece.span;
            }
            previous = piece.separator;
        }
        push(open);
        break;
    case SplitBehavior::MergedWithNext:
        open = {m_word.end, m_word.end};
        for (auto piece = m_pieces.rbegin(); piece != m_pieces.rend(); ++piece) {
            if (piece->separator && !previous) {
                open.begin = piece->span.begin;
            } else {
                push(open);
                open = piece->span;
            }
            previous = piece->separator;
        }
        push(open);
        std::reverse(words.begin() + first, words.end());
        break;
    }
}

} // namespace triptych
