#pragma once

#include <QFont>
#include <QString>
#include <QTextDocument>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace triptych::ui {

/// A document's text as it is shown, and the way from the code points that core counts in to its places (UTF-16 units). A line that
/// would be laid out as a whole for seconds is broken where it is shown; the breaks have no code points.
class SourceText {
public:
    SourceText() = default;
    explicit SourceText(std::string_view utf8);

    const QString& shown() const { return m_shown; }
    std::int64_t codePoints() const { return m_codePoints; }
    /// Outside the text: its begin or end.
    int place(std::int64_t codePoint) const;

private:
    bool isBreak(int place) const;

    QString m_shown;
    std::int64_t m_codePoints = 0;
    std::vector<int> m_marks;  ///< place of every kStride-th code point
    std::vector<int> m_breaks; ///< places of the breaks that were put in, ascending
};

/// A text made ready off the window's thread, for a view to take over.
struct PreparedText {
    std::shared_ptr<const SourceText> text;
    std::unique_ptr<QTextDocument> document; ///< in the window's thread, laid out as it comes into sight
};
PreparedText prepareText(std::string_view utf8, const QFont& font);

} // namespace triptych::ui
