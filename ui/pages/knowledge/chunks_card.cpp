#include "pages/knowledge/chunks_card.h"

#include "charts/histogram.h"
#include "engine_client/engines.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "knowledge/ingest.h"
#include "pages/knowledge/base_facts.h"
#include "pages/knowledge/chunk_editor.h"
#include "pages/knowledge/chunk_text_view.h"
#include "pages/knowledge/chunker_form.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {
constexpr int kPreviewDelayMs = 250;
constexpr int kBins = 24;
constexpr int kCaptionWidth = 200; ///< names of documents have no end
} // namespace

struct ChunksCard::Loaded {
    ChunkerSettings chunker;
    QString embedder;
    bool found = false;           ///< the document is in the base
    std::int64_t documentId = 0;
    std::optional<PreparedText> text; ///< empty: the one in the view still holds
    std::vector<ChunkRecord> chunks;
};

ChunksCard::ChunksCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    build();
    m_timer.setSingleShot(true);
    m_timer.setInterval(kPreviewDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &ChunksCard::preview);
    connect(m_view, &ChunkTextView::chunkClicked, this, &ChunksCard::openChunk);
    connect(m_change, &QPushButton::clicked, this, [this] { setChanging(true); });
    connect(m_stop, &QPushButton::clicked, this, [this] { setChanging(false); });
    connect(m_make, &QPushButton::clicked, this, [this] { Q_EMIT cutAnewRequested(m_form->settings()); });
    connect(m_form, &ChunkerForm::changed, this, &ChunksCard::previewSoon);
    connect(m_editor, &ChunkEditor::changed, this, [this] {
        load();
        Q_EMIT changed();
    });
    connect(m_editor, &ChunkEditor::closed, this, [this] { m_view->setCurrentChunk(-1); });
    retranslate();
}

ChunksCard::~ChunksCard() = default;

void ChunksCard::build() {
    m_hint = new QLabel(this);
    m_hint->setWordWrap(true);
    setTextStyle(m_hint, TextSize::Body, Tone::Secondary);
    m_view = new ChunkTextView(this);
    m_view->setObjectName(QStringLiteral("source"));
    m_view->setMinimumHeight(260);
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("chunksSummary"));
    m_summary->setWordWrap(true);
    setTextStyle(m_summary, TextSize::Caption, Tone::Secondary);
    m_editor = new ChunkEditor(m_context.engines.answers, this);
    m_histogram = new Histogram(this);
    m_histogram->setMinimumHeight(150);
    m_failed = new Banner(this);

    m_settingsLine = new QWidget(this);
    auto* line = new QHBoxLayout(m_settingsLine);
    line->setContentsMargins(0, 0, 0, 0);
    m_settings = new QLabel(m_settingsLine);
    m_settings->setObjectName(QStringLiteral("chunker"));
    m_settings->setWordWrap(true);
    setTextStyle(m_settings, TextSize::Body, Tone::Secondary);
    m_change = new QPushButton(m_settingsLine);
    m_change->setObjectName(QStringLiteral("changeChunker"));
    line->addWidget(m_settings, 1);
    line->addWidget(m_change);

    m_changing = new QWidget(this);
    auto* changing = new QVBoxLayout(m_changing);
    changing->setContentsMargins(0, 0, 0, 0);
    changing->setSpacing(space::s);
    m_form = new ChunkerForm(m_changing);
    m_note = new QLabel(m_changing);
    m_note->setWordWrap(true);
    setTextStyle(m_note, TextSize::Caption, Tone::Secondary);
    m_make = new QPushButton(m_changing);
    m_make->setObjectName(QStringLiteral("cutAnew"));
    m_stop = new QPushButton(m_changing);
    m_stop->setObjectName(QStringLiteral("stopChanging"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_make);
    buttons->addWidget(m_stop);
    buttons->addStretch();
    changing->addWidget(m_form);
    changing->addWidget(m_note);
    changing->addLayout(buttons);
    m_changing->hide();

    body()->addWidget(m_hint);
    body()->addWidget(m_failed);
    body()->addWidget(m_view, 1);
    body()->addWidget(m_summary);
    body()->addWidget(m_editor);
    body()->addWidget(m_settingsLine);
    body()->addWidget(m_changing);
    body()->addWidget(m_histogram);
    body()->addStretch(); // takes the room while there is no text
}

void ChunksCard::setBase(const QString& workspace, const QString& base) {
    if (workspace != m_workspace || base != m_base) {
        m_loading.stop();
        m_workspace = workspace;
        m_base = base;
        m_document.clear();
        m_known = false;
        setChanging(false);
        clear();
    }
    load();
}

void ChunksCard::clear() {
    m_documentId = 0;
    m_chunks.clear();
    m_editor->close();
    m_view->setText({});
    m_failed->hide();
    showChunks();
}

void ChunksCard::showDocument(const QString& document, std::int64_t begin, std::int64_t end) {
    m_begin = begin;
    m_end = end;
    if (document != m_document) {
        m_document = document;
        m_editor->close();
    }
    load();
}

void ChunksCard::load() {
    if (m_base.isEmpty()) {
        showState();
        return;
    }
    m_loading.start(
        [folder = baseFolder(m_workspace, m_base), name = m_document.toStdString(), shown = m_documentId, font = m_view->font()](const std::stop_token&) {
            const KnowledgeStore store = KnowledgeStore::open(folder);
            const Json settings = store.settings();
            Loaded loaded;
            loaded.chunker = chunkerSettings(settings);
            loaded.embedder = qstr(settings.value("embedder", std::string()));
            if (const auto record = name.empty() ? std::nullopt : store.document(name)) {
                loaded.found = true;
                loaded.documentId = record->id;
                loaded.chunks = store.chunksOf(record->id);
                if (record->id != shown)
                    loaded.text = prepareText(store.documentText(record->id), font);
            }
            return loaded;
        },
        [this](Loaded loaded) { took(std::move(loaded)); },
        [this](const Error& error) {
            clear();
            m_failed->showError(error);
            Q_EMIT shown();
        });
    showState();
}

void ChunksCard::took(Loaded loaded) {
    m_failed->hide();
    m_chunker = loaded.chunker;
    m_embedder = loaded.embedder;
    if (!m_known && m_changing->isHidden())
        m_form->setSettings(m_chunker);
    m_known = true;
    const bool textIsNew = loaded.text.has_value();
    if (textIsNew) {
        m_editor->close();
        m_view->setText(std::move(*loaded.text));
    }
    m_documentId = loaded.documentId;
    m_chunks = std::move(loaded.chunks);
    if (!loaded.found && !m_document.isEmpty()) {
        const QString gone = m_document;
        clear();
        m_failed->showMessage(Banner::Level::Info, [gone] {
            return Banner::Words{tr("“%1” is not in the base.").arg(gone), tr("It may have failed to be read, or was taken out."), {}};
        });
        m_document.clear();
    }
    if (textIsNew && !m_changing->isHidden()) {
        m_preview.reset();
        previewSoon();
    }
    showChunks();
    if (m_documentId != 0 && m_end > m_begin)
        m_view->highlight(std::exchange(m_begin, 0), std::exchange(m_end, 0));
    Q_EMIT shown();
}

void ChunksCard::showChunks() {
    std::vector<ShownChunk> shownChunks;
    std::vector<double> tokens;
    std::int64_t edited = 0, off = 0;
    if (m_preview) {
        shownChunks = previewedChunks(*m_preview);
    } else {
        for (const ChunkRecord& chunk : m_chunks) {
            shownChunks.push_back({chunk.begin, chunk.end, chunk.tokens, chunk.edited, chunk.enabled});
            edited += chunk.edited ? 1 : 0;
            off += chunk.enabled ? 0 : 1;
        }
    }
    for (const ShownChunk& chunk : shownChunks)
        tokens.push_back(static_cast<double>(chunk.tokens));
    m_histogram->setBins(histogramBins(tokens, kBins));
    QStringList parts = {tr("%n chunks", nullptr, static_cast<int>(shownChunks.size()))};
    if (!tokens.empty()) {
        std::nth_element(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(tokens.size() / 2), tokens.end());
        parts.append(tr("half of them above %1 tokens").arg(countText(static_cast<std::int64_t>(tokens[tokens.size() / 2]))));
    }
    if (m_preview)
        parts[0] = tr("Preview: %1 instead of %2 chunks").arg(countText(static_cast<std::int64_t>(shownChunks.size())), countText(static_cast<std::int64_t>(m_chunks.size())));
    if (m_preview && m_preview->value("truncated", false))
        parts.append(tr("of the text's beginning"));
    if (edited > 0)
        parts.append(tr("%n edited", nullptr, static_cast<int>(edited)));
    if (off > 0)
        parts.append(tr("%n switched off", nullptr, static_cast<int>(off)));
    m_summary->setText(parts.join(QStringLiteral(" · ")));
    m_view->setChunks(std::move(shownChunks));
    m_view->setCurrentChunk(-1);
    if (m_editor->isOpen() && !m_preview) { // the one that is edited as it is now
        const auto at = std::find_if(m_chunks.begin(), m_chunks.end(), [this](const ChunkRecord& chunk) { return chunk.id == m_editor->chunk(); });
        if (at == m_chunks.end()) {
            m_editor->close();
        } else {
            m_editor->open(m_workspace, m_base, *at);
            m_view->setCurrentChunk(static_cast<int>(at - m_chunks.begin()));
        }
    }
    showState();
}

void ChunksCard::openChunk(int chunk) {
    if (m_preview || static_cast<std::size_t>(chunk) >= m_chunks.size())
        return;
    m_view->setCurrentChunk(chunk);
    m_editor->open(m_workspace, m_base, m_chunks[static_cast<std::size_t>(chunk)]);
}

void ChunksCard::setChanging(bool changing) {
    m_changing->setVisible(changing);
    m_settingsLine->setVisible(!changing);
    if (changing) {
        m_editor->close();
        m_form->setSettings(m_chunker);
        return;
    }
    m_timer.stop();
    m_failed->hide();
    if (std::exchange(m_preview, std::nullopt))
        showChunks();
}

void ChunksCard::previewSoon() {
    if (m_documentId != 0)
        m_timer.start();
}

void ChunksCard::preview() {
    const ChunkerSettings settings = m_form->settings();
    const Json params = {{"workspace", m_workspace.toStdString()}, {"base", m_base.toStdString()}, {"document", m_document.toStdString()}, {"embedder", m_embedder.toStdString()},
                         {"chunker", chunkerName(settings.chunker)}, {"chunk_size", settings.chunk_size}, {"overlap", settings.overlap}};
    m_summary->setText(tr("Cutting…"));
    m_context.engines.answers.requestLatest(QStringLiteral("knowledge/preview"), QStringLiteral("kb.preview"), params, this, [this](const Json& answer) { showPreview(answer); },
                                            [this](const Error& error) {
                                                m_preview.reset();
                                                showChunks();
                                                m_failed->showError(error);
                                                Q_EMIT previewed();
                                            });
}

void ChunksCard::showPreview(const Json& answer) {
    if (m_changing->isHidden())
        return;
    m_failed->hide();
    m_preview = answer;
    showChunks();
    Q_EMIT previewed();
}

void ChunksCard::showState() {
    const bool has = m_documentId != 0;
    const bool waits = m_loading.isRunning() && !m_document.isEmpty() && !has;
    setCaption(fontMetrics().elidedText(m_document, Qt::ElideMiddle, kCaptionWidth));
    m_hint->setVisible(!has && m_failed->isHidden());
    m_hint->setText(waits ? tr("Reading the text…") : tr("Choose a document, or a hit of the search: its text is shown here with its chunks drawn in it."));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_view, m_summary, m_histogram})
        widget->setVisible(has);
    m_settings->setText(m_known ? chunkerText(m_chunker) : QString());
    m_change->setEnabled(m_known);
}

void ChunksCard::retranslate() {
    setTitle(tr("Chunks"));
    m_view->setAccessibleName(tr("Source text with its chunks"));
    m_view->retranslate();
    m_histogram->setTitle(tr("Tokens a chunk"));
    m_histogram->setXAxis(tr("tokens"));
    m_histogram->setYAxis(tr("chunks"));
    m_histogram->setEmptyText(tr("No chunks"));
    m_change->setText(tr("Change…"));
    m_form->retranslate();
    m_note->setText(tr("Documents are cut when they are read. A second base is made from the same files with these settings; this one stays, so that the two can be compared."));
    m_make->setText(tr("Make a base with these…"));
    m_stop->setText(tr("Cancel"));
    m_editor->retranslate();
    showChunks();
}

} // namespace triptych::ui
