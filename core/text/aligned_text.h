#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace triptych {

/// A range [begin, end), of code points of an original text or of characters of a changed one.
struct TextSpan {
    std::int32_t begin = 0;
    std::int32_t end = 0;
    bool operator==(const TextSpan&) const = default;
};

/// A text on its way through normalizers: each character remembers the code points of the original that
/// it stands for. chars and origins have the same size.
struct AlignedText {
    std::u32string chars;
    std::vector<TextSpan> origins;

    /// Every character stands for itself.
    static AlignedText of(std::u32string text);
    AlignedText part(std::size_t begin, std::size_t end) const;
    void push(char32_t c, TextSpan origin) {
        chars.push_back(c);
        origins.push_back(origin);
    }
    /// What [begin, end) stands for; (0, 0) for an empty range.
    TextSpan originOf(std::size_t begin, std::size_t end) const;
};

/// Drops the characters for which `keep` is false.
template <typename Keep>
void keepOnly(AlignedText& text, Keep keep) {
    std::size_t to = 0;
    for (std::size_t from = 0; from < text.chars.size(); ++from) {
        if (keep(text.chars[from])) {
            text.chars[to] = text.chars[from];
            text.origins[to++] = text.origins[from];
        }
    }
    text.chars.resize(to);
    text.origins.resize(to);
}

/// A character of a new text and how it came about: 0 replaces the next old character, 1 is inserted and
/// takes the place of the old character before it, -n replaces the next and drops n more after it.
using Change = std::pair<char32_t, int>;
/// Replaces the whole text. The alignment follows from the order of the changes alone, as in the reference
/// implementation; it matters where marks change places.
void applyChanges(AlignedText& text, const std::vector<Change>& changes);

} // namespace triptych
