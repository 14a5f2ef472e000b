#pragma once

#include "base/json.h"
#include "engine_client/background.h"
#include "knowledge/chunker.h"
#include "knowledge/knowledge_store.h"
#include "pages/knowledge/source_text.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QTimer>

#include <optional>

class QLabel;
class QPushButton;

namespace triptych::ui {

class Banner;
class ChunkEditor;
class ChunkerForm;
class ChunkTextView;
class Histogram;

/// A document's source text with its chunks drawn in it, their sizes, a chunk to edit, and how other settings would cut.
class ChunksCard : public Card {
    Q_OBJECT
public:
    explicit ChunksCard(const PageContext& context, QWidget* parent = nullptr);
    ~ChunksCard() override;

    /// The document in sight is read anew; of another base none is.
    void setBase(const QString& workspace, const QString& base);
    /// Code points; an empty span marks nothing.
    void showDocument(const QString& document, std::int64_t begin = 0, std::int64_t end = 0);
    QString document() const { return m_document; }
    void retranslate();

Q_SIGNALS:
    /// Text and chunks of a document are shown, or why they are not.
    void shown();
    /// Other boundaries are shown.
    void previewed();
    /// A chunk was edited or switched.
    void changed();
    /// A base with these settings is wanted.
    void cutAnewRequested(const triptych::ChunkerSettings& settings);

private:
    struct Loaded;
    void build();
    void load();
    void took(Loaded loaded);
    void clear();
    void showChunks();
    void openChunk(int chunk);
    void setChanging(bool changing);
    void previewSoon();
    void preview();
    void showPreview(const Json& answer);
    void showState();

    PageContext m_context;
    QString m_workspace, m_base, m_document;
    std::int64_t m_begin = 0, m_end = 0; ///< passage to go to once the text is there
    std::int64_t m_documentId = 0;       ///< whose text is in the view; 0: none
    std::vector<ChunkRecord> m_chunks;
    ChunkerSettings m_chunker; ///< of the base
    QString m_embedder;
    bool m_known = false;      ///< m_chunker and m_embedder are the base's
    std::optional<Json> m_preview;
    Background m_loading;
    QTimer m_timer;

    QLabel *m_hint, *m_summary, *m_settings, *m_note;
    ChunkTextView* m_view;
    Histogram* m_histogram;
    ChunkEditor* m_editor;
    QWidget *m_settingsLine, *m_changing;
    ChunkerForm* m_form;
    QPushButton *m_change, *m_make, *m_stop;
    Banner* m_failed;
};

} // namespace triptych::ui
