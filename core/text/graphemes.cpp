#include "text/graphemes.h"

#include <unicode/uchar.h>

namespace triptych {

namespace {

UGraphemeClusterBreak breakClass(char32_t c) {
    return static_cast<UGraphemeClusterBreak>(u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_GRAPHEME_CLUSTER_BREAK));
}

bool isControlClass(UGraphemeClusterBreak c) { return c == U_GCB_CONTROL || c == U_GCB_CR || c == U_GCB_LF; }

/// GB6 to GB8: syllables of Hangul.
bool joinsHangul(UGraphemeClusterBreak left, UGraphemeClusterBreak right) {
    if (left == U_GCB_L)
        return right == U_GCB_L || right == U_GCB_V || right == U_GCB_LV || right == U_GCB_LVT;
    if (left == U_GCB_LV || left == U_GCB_V)
        return right == U_GCB_V || right == U_GCB_T;
    return (left == U_GCB_LVT || left == U_GCB_T) && right == U_GCB_T;
}

bool isPictograph(char32_t c) { return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EXTENDED_PICTOGRAPHIC); }

} // namespace

std::size_t graphemeEnd(std::u32string_view text, std::size_t begin) {
    std::size_t end = begin + 1;
    UGraphemeClusterBreak left = breakClass(text[begin]);
    bool emoji = isPictograph(text[begin]);   // a pictograph and its extensions so far
    int flags = left == U_GCB_REGIONAL_INDICATOR; // regional indicators so far; two make a flag
    for (; end < text.size(); ++end) {
        const UGraphemeClusterBreak right = breakClass(text[end]);
        if (left == U_GCB_CR && right == U_GCB_LF)
            return end + 1;
        if (isControlClass(left) || isControlClass(right))
            return end;
        const bool extends = right == U_GCB_EXTEND || right == U_GCB_ZWJ || right == U_GCB_SPACING_MARK;
        const bool picture = isPictograph(text[end]);
        const bool joins = extends || left == U_GCB_PREPEND || joinsHangul(left, right) || (emoji && left == U_GCB_ZWJ && picture) ||
                           (left == U_GCB_REGIONAL_INDICATOR && right == U_GCB_REGIONAL_INDICATOR && flags % 2 == 1);
        if (!joins)
            return end;
        emoji = picture || (emoji && (right == U_GCB_EXTEND || right == U_GCB_ZWJ));
        flags = right == U_GCB_REGIONAL_INDICATOR ? flags + 1 : 0;
        left = right;
    }
    return end;
}

} // namespace triptych
