#include "shell/fuzzy.h"

namespace triptych::ui {

std::optional<int> fuzzyScore(const QString& query, const QString& text) {
    int score = 0;
    qsizetype at = 0;
    qsizetype last = -2;
    for (const QChar wanted : query) {
        if (wanted.isSpace())
            continue;
        // The start of a word is preferred to the nearest letter: "dl" finds "Data Log", not "daily".
        qsizetype found = -1;
        for (qsizetype i = at; i < text.size(); ++i) {
            if (text[i].toCaseFolded() != wanted.toCaseFolded())
                continue;
            if (found < 0)
                found = i;
            const bool wordStart = i == 0 || !text[i - 1].isLetterOrNumber();
            if (wordStart || i == last + 1) {
                found = i;
                break;
            }
        }
        if (found < 0)
            return std::nullopt;
        const bool wordStart = found == 0 || !text[found - 1].isLetterOrNumber();
        score += found == last + 1 ? 8 : wordStart ? 6 : 1;
        score -= static_cast<int>(qMin<qsizetype>(3, found - at) / 2);
        last = found;
        at = found + 1;
    }
    if (text.startsWith(query, Qt::CaseInsensitive))
        score += 10;
    return score;
}

} // namespace triptych::ui
