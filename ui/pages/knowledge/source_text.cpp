#include "pages/knowledge/source_text.h"

#include <QCoreApplication>
#include <QPlainTextDocumentLayout>

#include <algorithm>

namespace triptych::ui {

namespace {
constexpr int kStride = 1024;
constexpr int kLongLine = 1500;   ///< UTF-16 units; behind so many a blank is broken at
constexpr int kLongestLine = 2000; ///< here also within a word
} // namespace

SourceText::SourceText(std::string_view utf8) {
    const QString text = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
    m_shown.reserve(text.size() + text.size() / kLongLine);
    int lineBegin = 0;
    for (qsizetype i = 0; i < text.size();) {
        if (m_codePoints % kStride == 0)
            m_marks.push_back(static_cast<int>(m_shown.size()));
        const bool pair = text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate();
        const QChar unit = text[i];
        m_shown.append(unit);
        if (pair)
            m_shown.append(text[i + 1]);
        i += pair ? 2 : 1;
        ++m_codePoints;
        const int length = static_cast<int>(m_shown.size()) - lineBegin;
        if (unit == u'\n') {
            lineBegin = static_cast<int>(m_shown.size());
        } else if (i < text.size() && text[i] != u'\n' && (length >= kLongestLine || (length >= kLongLine && unit.isSpace()))) {
            m_breaks.push_back(static_cast<int>(m_shown.size()));
            m_shown.append(u'\n');
            lineBegin = static_cast<int>(m_shown.size());
        }
    }
}

bool SourceText::isBreak(int place) const { return std::binary_search(m_breaks.begin(), m_breaks.end(), place); }

int SourceText::place(std::int64_t codePoint) const {
    if (codePoint <= 0 || m_marks.empty())
        return 0;
    if (codePoint >= m_codePoints)
        return static_cast<int>(m_shown.size());
    int place = m_marks[static_cast<std::size_t>(codePoint / kStride)];
    for (std::int64_t left = codePoint % kStride; left > 0;) {
        if (isBreak(place)) {
            ++place;
            continue;
        }
        place += m_shown[place].isHighSurrogate() ? 2 : 1;
        --left;
    }
    return isBreak(place) ? place + 1 : place;
}

PreparedText prepareText(std::string_view utf8, const QFont& font) {
    PreparedText prepared;
    const auto text = std::make_shared<SourceText>(utf8);
    prepared.document = std::make_unique<QTextDocument>();
    prepared.document->setDocumentLayout(new QPlainTextDocumentLayout(prepared.document.get()));
    prepared.document->setUndoRedoEnabled(false);
    prepared.document->setDefaultFont(font);
    prepared.document->setPlainText(text->shown());
    prepared.document->moveToThread(QCoreApplication::instance()->thread());
    prepared.text = text;
    return prepared;
}

} // namespace triptych::ui
