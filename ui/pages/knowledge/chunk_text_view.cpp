#include "pages/knowledge/chunk_text_view.h"

#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "shell/theme.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextBlock>
#include <QTextLayout>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr int kWidestCount = 8192;
constexpr int kBar = 3; ///< width of the mark of a chunk in the gutter

QColor chunkColour(std::size_t chunk, const ShownChunk& shown) {
    const ThemeTokens& theme = tokens();
    if (!shown.enabled)
        return theme.faint;
    return chunk % 2 == 0 ? theme.retrieve : theme.distil;
}

QColor withAlpha(QColor colour, int alpha) {
    colour.setAlpha(alpha);
    return colour;
}

} // namespace

std::vector<ShownChunk> previewedChunks(const Json& answer) {
    std::vector<ShownChunk> chunks;
    for (const Json& chunk : answer.value("chunks", Json::array())) {
        ShownChunk shown;
        shown.begin = static_cast<std::int64_t>(numberAt(chunk, "begin"));
        shown.end = static_cast<std::int64_t>(numberAt(chunk, "end"));
        shown.tokens = static_cast<std::int64_t>(numberAt(chunk, "tokens"));
        chunks.push_back(shown);
    }
    return chunks;
}

/// The strip at the left: where a chunk begins, and how many tokens it has.
class ChunkTextView::Gutter : public QWidget {
public:
    explicit Gutter(ChunkTextView& view) : QWidget(&view), m_view(view) {}

protected:
    void paintEvent(QPaintEvent* event) override { m_view.paintGutter(event); }

private:
    ChunkTextView& m_view;
};

ChunkTextView::ChunkTextView(QWidget* parent) : QPlainTextEdit(parent), m_gutter(new Gutter(*this)) {
    setReadOnly(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setTabChangesFocus(true);
    setFrameShape(QFrame::NoFrame);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setUndoRedoEnabled(false);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0)
            m_gutter->scroll(0, dy);
        else
            m_gutter->update(0, rect.y(), m_gutter->width(), rect.height());
    });
    placeGutter();
}

void ChunkTextView::setText(PreparedText text) {
    m_chunks.clear();
    m_spans.clear();
    m_passage.reset();
    m_current = -1;
    m_text = std::move(text.text);
    QTextDocument* const former = std::exchange(m_document, text.document.release());
    if (m_document) {
        m_document->setParent(this);
        setDocument(m_document);
    } else {
        setDocument(nullptr);
    }
    delete former;
    m_gutter->update();
}

void ChunkTextView::setChunks(std::vector<ShownChunk> chunks) {
    m_chunks = std::move(chunks);
    m_spans.clear();
    for (const ShownChunk& chunk : m_chunks)
        m_spans.push_back(m_text ? Span{m_text->place(chunk.begin), m_text->place(chunk.end)} : Span{});
    if (m_current >= static_cast<int>(m_chunks.size()))
        m_current = -1;
    viewport()->update();
    m_gutter->update();
}

void ChunkTextView::highlight(std::int64_t begin, std::int64_t end) {
    m_passage.reset();
    if (m_text && end > begin) {
        m_passage = Span{m_text->place(begin), m_text->place(end)};
        QTextCursor cursor(document());
        cursor.setPosition(m_passage->begin);
        setTextCursor(cursor);
        centerCursor();
    }
    viewport()->update();
}

void ChunkTextView::setCurrentChunk(int chunk) {
    m_current = chunk;
    viewport()->update();
    m_gutter->update();
}

/// Ends grow with the begins, so the first chunk that reaches beyond a place is found by halving.
std::size_t ChunkTextView::firstChunkBehind(int place) const {
    const auto found = std::partition_point(m_spans.begin(), m_spans.end(), [place](const Span& span) { return span.end <= place; });
    return static_cast<std::size_t>(found - m_spans.begin());
}

int ChunkTextView::chunkAt(int place) const {
    const std::size_t chunk = firstChunkBehind(place);
    return chunk < m_spans.size() && m_spans[chunk].begin <= place ? static_cast<int>(chunk) : -1;
}

QString ChunkTextView::tokensText(std::int64_t tokens) const {
    //: Beside the text of a chunk; short
    return tr("%1 tokens").arg(countText(tokens));
}

int ChunkTextView::gutterWidth() const { return QFontMetrics(textFont(TextSize::Caption)).horizontalAdvance(tokensText(kWidestCount)) + kBar + 2 * space::s; }

void ChunkTextView::placeGutter() {
    const int width = gutterWidth();
    setViewportMargins(width, 0, 0, 0);
    const QRect inside = contentsRect();
    m_gutter->setGeometry(inside.x(), inside.y(), width, inside.height());
}

void ChunkTextView::retranslate() {
    placeGutter();
    m_gutter->update();
}

void ChunkTextView::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    const QRect inside = contentsRect();
    m_gutter->setGeometry(inside.x(), inside.y(), gutterWidth(), inside.height());
}

void ChunkTextView::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        placeGutter();
}

void ChunkTextView::forEachBlockInSight(const std::function<void(const QTextBlock&, QPointF corner)>& body) const {
    const qreal bottom = viewport()->height();
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
        if (place.top() > bottom)
            break;
        body(block, place.topLeft());
    }
}

void ChunkTextView::paintSpan(QPainter& painter, const QTextBlock& block, QPointF corner, Span span, const QColor& colour, bool hatched) const {
    const QTextLayout* const layout = block.layout();
    for (int i = 0; i < layout->lineCount(); ++i) {
        const QTextLine line = layout->lineAt(i);
        const int lineBegin = block.position() + line.textStart(), lineEnd = lineBegin + line.textLength();
        const bool blank = line.textLength() == 0;
        if (span.begin >= std::max(lineEnd, lineBegin + (blank ? 1 : 0)) || span.end <= lineBegin)
            continue;
        // To the edge where it goes on in the next line, so that a chunk is one field and not a ragged one.
        const qreal left = line.cursorToX(std::max(span.begin, lineBegin) - block.position());
        const qreal right = span.end > lineEnd ? viewport()->width() - corner.x() : line.cursorToX(span.end - block.position());
        const QRectF field(corner.x() + left, corner.y() + line.y(), std::max<qreal>(right - left, 1), line.height());
        painter.fillRect(field, hatched ? QBrush(colour, Qt::BDiagPattern) : QBrush(colour));
    }
}

void ChunkTextView::paintEvent(QPaintEvent* event) {
    {
        QPainter painter(viewport());
        const ThemeTokens& theme = tokens();
        const int faint = theme.dark ? 46 : 26, strong = theme.dark ? 96 : 56;
        forEachBlockInSight([&](const QTextBlock& block, QPointF corner) {
            const int end = block.position() + block.length();
            for (std::size_t i = firstChunkBehind(block.position()); i < m_spans.size() && m_spans[i].begin < end; ++i) {
                const QColor colour = chunkColour(i, m_chunks[i]);
                paintSpan(painter, block, corner, m_spans[i], withAlpha(colour, static_cast<int>(i) == m_current ? strong : faint), !m_chunks[i].enabled);
                if (m_spans[i].begin < block.position())
                    continue;
                const QTextLine line = block.layout()->lineForTextPosition(m_spans[i].begin - block.position());
                if (line.isValid())
                    painter.fillRect(QRectF(corner.x() + line.cursorToX(m_spans[i].begin - block.position()) - 1, corner.y() + line.y(), 2, line.height()), colour);
            }
            if (m_passage && m_passage->begin < end && m_passage->end > block.position())
                paintSpan(painter, block, corner, *m_passage, theme.passage, false);
        });
    }
    QPlainTextEdit::paintEvent(event);
}

void ChunkTextView::paintGutter(QPaintEvent* event) {
    QPainter painter(m_gutter);
    const ThemeTokens& theme = tokens();
    painter.fillRect(event->rect(), theme.raised);
    const int above = viewport()->y() - m_gutter->y();
    qreal last = -1000;
    forEachBlockInSight([&](const QTextBlock& block, QPointF corner) {
        const int end = block.position() + block.length();
        for (std::size_t i = firstChunkBehind(block.position()); i < m_spans.size() && m_spans[i].begin < end; ++i) {
            const QColor colour = chunkColour(i, m_chunks[i]);
            for (int n = 0; n < block.layout()->lineCount(); ++n) { // its lines, so that a chunk is told by more than its tint
                const QTextLine line = block.layout()->lineAt(n);
                const int lineBegin = block.position() + line.textStart(), lineEnd = lineBegin + line.textLength();
                if (m_spans[i].begin < std::max(lineEnd, lineBegin + 1) && m_spans[i].end > lineBegin)
                    painter.fillRect(QRectF(m_gutter->width() - kBar, corner.y() + line.y() + above, kBar, line.height()), colour);
            }
            if (m_spans[i].begin < block.position())
                continue;
            const QTextLine line = block.layout()->lineForTextPosition(m_spans[i].begin - block.position());
            const qreal y = corner.y() + (line.isValid() ? line.y() : 0) + above;
            if (y < last + QFontMetricsF(textFont(TextSize::Caption)).height()) // several begin in one line: the first is told
                continue;
            last = y;
            painter.setFont(textFont(TextSize::Caption, static_cast<int>(i) == m_current));
            painter.setPen(static_cast<int>(i) == m_current ? theme.accent : theme.secondary);
            const QString text = m_chunks[i].edited ? QStringLiteral("* %1").arg(tokensText(m_chunks[i].tokens)) : tokensText(m_chunks[i].tokens);
            painter.drawText(QRectF(0, y, m_gutter->width() - kBar - space::xs, line.isValid() ? line.height() : 16), Qt::AlignRight | Qt::AlignVCenter, text);
        }
    });
}

void ChunkTextView::mouseReleaseEvent(QMouseEvent* event) {
    QPlainTextEdit::mouseReleaseEvent(event);
    if (event->button() != Qt::LeftButton || textCursor().hasSelection())
        return;
    if (const int chunk = chunkAt(cursorForPosition(event->pos()).position()); chunk >= 0)
        Q_EMIT chunkClicked(chunk);
}

void ChunkTextView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space) {
        if (const int chunk = chunkAt(textCursor().position()); chunk >= 0)
            Q_EMIT chunkClicked(chunk);
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

} // namespace triptych::ui
