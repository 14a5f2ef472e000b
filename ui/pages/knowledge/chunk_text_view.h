#pragma once

#include "base/json.h"
#include "pages/knowledge/source_text.h"

#include <QPlainTextEdit>

#include <functional>
#include <optional>
#include <vector>

class QTextBlock;

namespace triptych::ui {

/// A chunk as it lies in the source text.
struct ShownChunk {
    std::int64_t begin = 0, end = 0; ///< code points
    std::int64_t tokens = 0;
    bool edited = false;
    bool enabled = true;
};

/// Those of an answer to kb.preview.
std::vector<ShownChunk> previewedChunks(const Json& answer);

/// The source text of a document with its chunks: a tint each, two taking turns, a mark where one begins with its tokens at
/// the left of it. Where two overlap both tints lie. Read-only; only what is in sight is laid out and painted.
class ChunkTextView : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit ChunkTextView(QWidget* parent = nullptr);

    /// Chunks, highlight and current chunk of the former text go.
    void setText(PreparedText text);
    /// In order of their begins.
    void setChunks(std::vector<ShownChunk> chunks);
    std::size_t chunkCount() const { return m_chunks.size(); }
    /// Marks a passage and scrolls to it; an empty one marks nothing.
    void highlight(std::int64_t begin, std::int64_t end);
    /// -1: none.
    void setCurrentChunk(int chunk);
    int currentChunk() const { return m_current; }
    /// The first chunk that a place of the text lies in; -1: none.
    int chunkAt(int place) const;
    void retranslate();

Q_SIGNALS:
    void chunkClicked(int chunk);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Gutter;
    struct Span {
        int begin = 0, end = 0; ///< places of the text
    };
    void paintGutter(QPaintEvent* event);
    void placeGutter();
    int gutterWidth() const;
    QString tokensText(std::int64_t tokens) const;
    std::size_t firstChunkBehind(int place) const;
    /// Paints what of a span lies in a block of the text.
    void paintSpan(QPainter& painter, const QTextBlock& block, QPointF corner, Span span, const QColor& colour, bool hatched) const;
    void forEachBlockInSight(const std::function<void(const QTextBlock&, QPointF corner)>& body) const;

    std::shared_ptr<const SourceText> m_text;
    QTextDocument* m_document = nullptr; ///< a child; null: the view's first, empty one
    std::vector<ShownChunk> m_chunks;
    std::vector<Span> m_spans;     ///< of the chunks
    std::optional<Span> m_passage;
    int m_current = -1;
    Gutter* m_gutter;
};

} // namespace triptych::ui
