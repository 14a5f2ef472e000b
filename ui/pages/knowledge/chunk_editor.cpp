#include "pages/knowledge/chunk_editor.h"

#include "engine_client/engine_client.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace triptych::ui {

namespace {
constexpr int kTextHeight = 120;
} // namespace

ChunkEditor::ChunkEditor(EngineClient& engine, QWidget* parent) : QWidget(parent), m_engine(engine) {
    m_title = new QLabel(this);
    m_title->setObjectName(QStringLiteral("chunkTitle"));
    m_title->setWordWrap(true);
    setTextStyle(m_title, TextSize::Body, Tone::Text, true);
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("chunkNote"));
    m_note->setWordWrap(true);
    setTextStyle(m_note, TextSize::Caption, Tone::Secondary);
    m_text = new QPlainTextEdit(this);
    m_text->setObjectName(QStringLiteral("chunkText"));
    m_text->setTabChangesFocus(true);
    m_text->setFixedHeight(kTextHeight);
    const auto button = [this](const char* name) {
        auto* made = new QPushButton(this);
        made->setObjectName(QLatin1String(name));
        return made;
    };
    m_save = button("saveChunk");
    m_switch = button("switchChunk");
    m_restore = button("restoreChunk");
    m_close = button("closeChunk");
    m_failed = new Banner(this);
    auto* upper = new QHBoxLayout;
    upper->addWidget(m_save);
    upper->addWidget(m_switch);
    upper->addStretch();
    auto* lower = new QHBoxLayout; // four side by side would be cut in a narrow column
    lower->addWidget(m_restore);
    lower->addWidget(m_close);
    lower->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(m_title);
    column->addWidget(m_text);
    column->addWidget(m_note);
    column->addLayout(upper);
    column->addLayout(lower);
    column->addWidget(m_failed);
    connect(m_text, &QPlainTextEdit::textChanged, this, &ChunkEditor::showState);
    connect(m_save, &QPushButton::clicked, this, [this] { ask({{"text", m_text->toPlainText().toStdString()}}); });
    connect(m_switch, &QPushButton::clicked, this, [this] { ask({{"enabled", !m_chunk->enabled}}); });
    connect(m_restore, &QPushButton::clicked, this, [this] { ask({{"text", nullptr}}); });
    connect(m_close, &QPushButton::clicked, this, [this] {
        close();
        Q_EMIT closed();
    });
    retranslate();
    hide();
}

ChunkEditor::~ChunkEditor() { m_engine.cancel(m_asking); }

void ChunkEditor::open(const QString& workspace, const QString& base, const ChunkRecord& chunk) {
    const bool same = m_chunk && m_chunk->id == chunk.id && m_base == base && m_workspace == workspace;
    if (!same)
        m_failed->hide();
    if (!same || (m_asking == 0 && !hasUnsaved())) {
        m_workspace = workspace;
        m_base = base;
        m_chunk = chunk;
        m_text->setPlainText(qstr(chunk.text));
    }
    show();
    retranslate();
}

void ChunkEditor::close() {
    m_engine.cancel(std::exchange(m_asking, 0));
    m_chunk.reset();
    m_text->clear();
    hide();
}

bool ChunkEditor::hasUnsaved() const { return m_chunk && m_text->toPlainText() != qstr(m_chunk->text); }

void ChunkEditor::ask(Json change) {
    if (!m_chunk || m_asking != 0)
        return;
    m_failed->hide();
    change["workspace"] = m_workspace.toStdString();
    change["base"] = m_base.toStdString();
    change["chunk"] = m_chunk->id;
    m_asking = m_engine.request(QStringLiteral("kb.edit_chunk"), change, this,
                                [this, ofText = change.contains("text")](const Json& result) {
                                    m_asking = 0;
                                    const std::int64_t id = result.value("chunk", m_chunk->id);
                                    m_chunk->id = id;
                                    if (ofText) // nothing is unsaved any more: the chunk as it is now comes by open()
                                        m_chunk->text = m_text->toPlainText().toStdString();
                                    showState();
                                    Q_EMIT changed(id);
                                    Q_EMIT answered();
                                },
                                [this](const Error& error) {
                                    m_asking = 0;
                                    showState();
                                    m_failed->showError(error);
                                    Q_EMIT answered();
                                });
    showState();
}

void ChunkEditor::showState() {
    if (!m_chunk)
        return;
    const bool waits = m_asking != 0;
    m_text->setReadOnly(waits);
    m_save->setEnabled(!waits && hasUnsaved() && !m_text->toPlainText().trimmed().isEmpty());
    m_switch->setEnabled(!waits);
    m_restore->setEnabled(!waits && m_chunk->edited);
    QStringList parts;
    if (waits)
        parts.append(tr("Embedding the chunk…"));
    else if (!m_chunk->enabled)
        parts.append(tr("Switched off: it is kept and never found."));
    if (m_chunk->edited)
        parts.append(tr("Edited: it is searched as it stands here; the document keeps its text."));
    m_note->setText(parts.join(u' '));
    m_note->setVisible(!parts.isEmpty());
}

void ChunkEditor::retranslate() {
    m_text->setAccessibleName(tr("Text of the chunk"));
    m_save->setText(tr("Save the text"));
    m_restore->setText(tr("Restore"));
    m_restore->setToolTip(tr("Take the text that stands in the document"));
    m_close->setText(tr("Close"));
    if (!m_chunk) {
        m_switch->setText(tr("Switch off"));
        return;
    }
    m_switch->setText(m_chunk->enabled ? tr("Switch off") : tr("Switch on"));
    const QString place = tr("Chunk %1 · %2 tokens").arg(countText(m_chunk->ordinal + 1), countText(m_chunk->tokens));
    m_title->setText(m_chunk->heading.empty() ? place : QStringLiteral("%1 · %2").arg(place, qstr(m_chunk->heading)));
    showState();
}

} // namespace triptych::ui
