#include "pages/knowledge/search_card.h"

#include "engine_client/engines.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "pages/common/folding_row.h"
#include "pages/knowledge/hit_list.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/segmented_control.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr int kPauseMs = 250;
constexpr int kDefaultHits = 10, kMostHits = 100;
constexpr int kColumnWidth = 230;
constexpr char kSideBySide[] = "all";
constexpr char kHybrid[] = "hybrid", kDense[] = "dense", kLexical[] = "lexical";

} // namespace

SearchCard::SearchCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    build();
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &SearchCard::ask);
    const auto later = [this] { m_pause.start(); };
    for (QLineEdit* text : {m_query, m_document, m_tag}) {
        connect(text, &QLineEdit::textChanged, this, later);
        connect(text, &QLineEdit::returnPressed, this, &SearchCard::ask);
    }
    connect(m_most, &QSpinBox::valueChanged, this, later);
    connect(m_mode, &SegmentedControl::currentChanged, this, [this] {
        showColumns();
        ask();
    });
    connect(m_why, &QPushButton::clicked, this, [this] { Q_EMIT whyRequested(query(), m_document->text().trimmed()); });
    retranslate();
}

SearchCard::Column SearchCard::makeColumn(const char* mode) {
    Column column{mode, new QWidget(m_results), nullptr, nullptr};
    column.title = new QLabel(column.widget);
    setTextStyle(column.title, TextSize::Caption, Tone::Secondary, true);
    column.hits = new HitList(column.widget);
    column.hits->setObjectName(QStringLiteral("hits-%1").arg(QLatin1String(mode)));
    auto* const lines = new QVBoxLayout(column.widget);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(space::xs);
    lines->addWidget(column.title);
    lines->addWidget(column.hits);
    lines->addStretch();
    m_results->addWidget(column.widget, 1, kColumnWidth);
    connect(column.hits, &HitList::hitActivated, this, &SearchCard::documentRequested);
    return column;
}

void SearchCard::build() {
    m_query = new QLineEdit(this);
    m_query->setObjectName(QStringLiteral("searchQuery"));
    m_query->setClearButtonEnabled(true);
    m_mode = new SegmentedControl(this);
    m_mode->setObjectName(QStringLiteral("searchMode"));
    m_document = new QLineEdit(this);
    m_document->setObjectName(QStringLiteral("searchDocument"));
    m_tag = new QLineEdit(this);
    m_tag->setObjectName(QStringLiteral("searchTag"));
    m_most = new QSpinBox(this);
    m_most->setObjectName(QStringLiteral("searchMost"));
    m_most->setRange(1, kMostHits);
    m_most->setValue(kDefaultHits);
    m_mostLabel = new QLabel(this);
    setTextStyle(m_mostLabel, TextSize::Body, Tone::Secondary);
    m_mostLabel->setBuddy(m_most);
    m_facts = new QLabel(this);
    m_facts->setObjectName(QStringLiteral("searchFacts"));
    setTextStyle(m_facts, TextSize::Caption, Tone::Secondary);
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("searchState"));
    m_state->setWordWrap(true);
    setTextStyle(m_state, TextSize::Body, Tone::Secondary);
    m_failed = new Banner(this);
    m_results = new FoldingRow(this);
    m_columns = {makeColumn(kHybrid), makeColumn(kDense), makeColumn(kLexical)};
    m_why = new QPushButton(this);
    m_why->setObjectName(QStringLiteral("searchWhy"));

    auto* const filters = new QHBoxLayout;
    filters->addWidget(m_document, 2);
    filters->addWidget(m_tag, 1);
    filters->addWidget(m_mostLabel);
    filters->addWidget(m_most);
    body()->addWidget(m_query);
    body()->addWidget(m_mode, 0, Qt::AlignLeft);
    body()->addLayout(filters);
    body()->addWidget(m_facts);
    body()->addWidget(m_failed);
    body()->addWidget(m_state);
    body()->addWidget(m_results);
    body()->addWidget(m_why, 0, Qt::AlignLeft);
    body()->addStretch();
}

QString SearchCard::query() const { return m_query->text().trimmed(); }
bool SearchCard::isSideBySide() const { return m_mode->current() == QLatin1String(kSideBySide); }

void SearchCard::setBase(const QString& workspace, const QString& base) {
    const bool other = workspace != m_workspace || base != m_base;
    m_workspace = workspace;
    m_base = base;
    if (other) {
        m_answer.reset();
        m_failed->hide();
    }
    setEnabled(!base.isEmpty());
    showAnswer();
    if (!base.isEmpty() && !query().isEmpty())
        m_pause.start();
}

void SearchCard::ask() {
    m_pause.stop();
    if (m_base.isEmpty())
        return;
    if (query().isEmpty()) {
        m_answer.reset();
        m_failed->hide();
        showAnswer();
        return;
    }
    Json modes = Json::array();
    for (const Column& column : m_columns) {
        if (isSideBySide() || m_mode->current() == QLatin1String(column.mode))
            modes.push_back(column.mode);
    }
    Json request = {{"workspace", m_workspace.toStdString()}, {"base", m_base.toStdString()}, {"query", query().toStdString()}, {"k", m_most->value()},
                    {"modes", std::move(modes)}};
    if (!m_document->text().trimmed().isEmpty())
        request["document"] = m_document->text().trimmed().toStdString();
    if (!m_tag->text().trimmed().isEmpty())
        request["tag"] = m_tag->text().trimmed().toStdString();
    m_asking = true;
    showAnswer();
    m_context.engines.answers.requestLatest(QStringLiteral("knowledge.search"), QStringLiteral("kb.search"), request, this,
                                            [this](const Json& answer) {
                                                m_asking = false;
                                                m_answer = answer;
                                                m_failed->hide();
                                                showAnswer();
                                                Q_EMIT searched();
                                            },
                                            [this](const Error& error) {
                                                m_asking = false;
                                                m_answer.reset();
                                                m_failed->showError(error);
                                                showAnswer();
                                                Q_EMIT searched();
                                            });
}

QString SearchCard::factsText() const {
    if (!m_answer)
        return {};
    QStringList parts{tr("%n chunk(s)", nullptr, static_cast<int>(numberAt(*m_answer, "chunks")))};
    const auto results = m_answer->find("results");
    double ms = numberAt(*m_answer, "embed_ms");
    if (results != m_answer->end() && results->is_object()) {
        for (const Json& result : *results)
            ms += result.is_object() ? numberAt(result, "ms") : 0;
    }
    parts.append(millisecondsText(ms));
    if (m_answer->contains("exact_below") && (*m_answer)["exact_below"].is_number()) {
        const bool exact = m_answer->contains("exact") && (*m_answer)["exact"] == true;
        const QString below = countText(static_cast<std::int64_t>(numberAt(*m_answer, "exact_below")));
        parts.append(exact ? tr("every vector compared (below %1 chunks)").arg(below) : tr("by the vector index (from %1 chunks on)").arg(below));
    }
    return parts.join(QStringLiteral(" · "));
}

QString SearchCard::stateText() const {
    if (query().isEmpty())
        return tr("Type a question or a few words. Each hit shows where it stands, which words match, and its rank by meaning and by words.");
    if (!m_answer)
        return m_asking ? tr("Searching…") : QString();
    const bool found = std::any_of(m_columns.begin(), m_columns.end(), [](const Column& column) { return !column.hits->hits().empty(); });
    return found ? QString() : tr("Nothing was found. Ask why below, or take a filter away.");
}

void SearchCard::showAnswer() {
    for (const Column& column : m_columns)
        column.hits->setHits(m_answer ? hitsOf(*m_answer, column.mode) : std::vector<Hit>());
    m_facts->setText(factsText());
    m_facts->setVisible(m_answer.has_value());
    const QString state = stateText();
    m_state->setText(state);
    m_state->setVisible(!state.isEmpty());
    m_why->setVisible(!query().isEmpty());
    showColumns();
}

void SearchCard::showColumns() {
    for (const Column& column : m_columns) {
        const bool hasHits = m_answer && !column.hits->hits().empty();
        column.widget->setVisible(hasHits && (isSideBySide() || m_mode->current() == QLatin1String(column.mode)));
        column.title->setVisible(isSideBySide());
    }
}

void SearchCard::retranslate() {
    setTitle(tr("Search"));
    m_query->setPlaceholderText(tr("Search in the documents"));
    m_query->setAccessibleName(tr("Search in the documents"));
    m_mode->setSegments({{QLatin1String(kHybrid), tr("Hybrid")}, {QLatin1String(kDense), tr("Dense")}, {QLatin1String(kLexical), tr("Lexical")},
                         {QLatin1String(kSideBySide), tr("Side by side")}});
    m_mode->setAccessibleName(tr("Way to search"));
    m_document->setPlaceholderText(tr("Only documents that begin with…"));
    m_document->setAccessibleName(tr("Only documents that begin with…"));
    m_tag->setPlaceholderText(tr("Only with the tag…"));
    m_tag->setAccessibleName(tr("Only with the tag…"));
    m_mostLabel->setText(tr("Hits"));
    m_most->setAccessibleName(tr("Hits at most"));
    m_why->setText(tr("Why was it not found?"));
    m_columns[0].title->setText(tr("Hybrid"));
    m_columns[1].title->setText(tr("Dense"));
    m_columns[2].title->setText(tr("Lexical"));
    for (const Column& column : m_columns)
        column.hits->setAccessibleName(tr("Hits: %1").arg(column.title->text()));
    showAnswer();
}

QJsonObject SearchCard::saveState() const {
    return {{QStringLiteral("query"), m_query->text()}, {QStringLiteral("mode"), m_mode->current()}, {QStringLiteral("document"), m_document->text()},
            {QStringLiteral("tag"), m_tag->text()}, {QStringLiteral("most"), m_most->value()}};
}

void SearchCard::restoreState(const QJsonObject& state) {
    m_query->setText(state.value(QStringLiteral("query")).toString());
    m_document->setText(state.value(QStringLiteral("document")).toString());
    m_tag->setText(state.value(QStringLiteral("tag")).toString());
    m_most->setValue(state.value(QStringLiteral("most")).toInt(kDefaultHits));
    const QString mode = state.value(QStringLiteral("mode")).toString();
    if (mode == QLatin1String(kDense) || mode == QLatin1String(kLexical) || mode == QLatin1String(kSideBySide))
        m_mode->setCurrent(mode);
    showColumns();
}

} // namespace triptych::ui
