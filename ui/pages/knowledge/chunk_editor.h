#pragma once

#include "base/error.h"
#include "base/json.h"
#include "knowledge/knowledge_store.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace triptych::ui {

class Banner;
class EngineClient;

/// One chunk: its text to edit, to switch off, to bring back to what stands in the document. Hidden until a chunk is opened.
/// The engine embeds what was edited, hence the waiting.
class ChunkEditor : public QWidget {
    Q_OBJECT
public:
    explicit ChunkEditor(EngineClient& engine, QWidget* parent = nullptr);
    ~ChunkEditor() override;

    void open(const QString& workspace, const QString& base, const ChunkRecord& chunk);
    void close();
    bool isOpen() const { return m_chunk.has_value(); }
    std::int64_t chunk() const { return m_chunk ? m_chunk->id : 0; }
    bool hasUnsaved() const;
    void retranslate();

Q_SIGNALS:
    /// The base has changed; the chunk has this id now.
    void changed(std::int64_t chunk);
    void closed();
    /// The engine has answered, well or not.
    void answered();

private:
    void ask(Json change);
    void showState();

    EngineClient& m_engine;
    QString m_workspace, m_base;
    std::optional<ChunkRecord> m_chunk;
    quint64 m_asking = 0; ///< request that runs
    QLabel *m_title, *m_note;
    QPlainTextEdit* m_text;
    QPushButton *m_save, *m_switch, *m_restore, *m_close;
    Banner* m_failed;
};

} // namespace triptych::ui
