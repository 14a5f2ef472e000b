#include "text/aligned_text.h"

#include <algorithm>

namespace triptych {

AlignedText AlignedText::of(std::u32string text) {
    AlignedText result;
    result.origins.resize(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
        result.origins[i] = {static_cast<std::int32_t>(i), static_cast<std::int32_t>(i + 1)};
    result.chars = std::move(text);
    return result;
}

AlignedText AlignedText::part(std::size_t begin, std::size_t end) const {
    const auto from = static_cast<std::ptrdiff_t>(begin);
    const auto to = static_cast<std::ptrdiff_t>(end);
    return {chars.substr(begin, end - begin), {origins.begin() + from, origins.begin() + to}};
}

TextSpan AlignedText::originOf(std::size_t begin, std::size_t end) const {
    if (begin >= end)
        return {};
    return {origins[begin].begin, origins[end - 1].end};
}

void applyChanges(AlignedText& text, const std::vector<Change>& changes) {
    AlignedText result;
    result.chars.reserve(changes.size());
    result.origins.reserve(changes.size());
    std::size_t next = 0;
    for (const auto& [c, change] : changes) {
        const std::size_t from = change > 0 && next > 0 ? next - 1 : next;
        result.push(c, from < text.origins.size() ? text.origins[from] : TextSpan{});
        if (change <= 0)
            next = std::min(next + 1 + static_cast<std::size_t>(-change), text.origins.size());
    }
    text = std::move(result);
}

} // namespace triptych
