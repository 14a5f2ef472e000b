#include "pages/knowledge/quality_card.h"

#include "charts/histogram.h"
#include "engine_client/engines.h"
#include "item_models/run_summary.h"
#include "jobs/knowledge_bases.h"
#include "knowledge/knowledge_store.h"
#include "l10n/numbers.h"
#include "shell/theme.h"
#include "storage/workspace.h"
#include "widgets/banner.h"
#include "widgets/key_value_rows.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace triptych::ui {

namespace {

constexpr int kShownKinds = 5;
constexpr int kShownText = 80;
constexpr int kGroupsHeight = 140;

const Json& at(const Json& object, const char* key) {
    static const Json kNone;
    if (!object.is_object())
        return kNone;
    const auto found = object.find(key);
    return found == object.end() ? kNone : *found;
}

std::optional<double> valueOf(const Json& metric, const char* key) {
    const Json& value = at(metric, key);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

/// "md 12, html 3": the most frequent first.
QString kindsText(const std::map<std::string, std::int64_t>& kinds, const QString& unknown) {
    std::vector<std::pair<std::int64_t, std::string>> order;
    for (const auto& [name, count] : kinds)
        order.emplace_back(-count, name);
    std::sort(order.begin(), order.end());
    QStringList parts;
    for (const auto& [negative, name] : order) {
        if (parts.size() == kShownKinds) {
            parts.append(QStringLiteral("…"));
            break;
        }
        parts.append(QStringLiteral("%1 %2").arg(name.empty() ? unknown : QString::fromStdString(name), countText(-negative)));
    }
    return parts.join(QStringLiteral(", "));
}

} // namespace

QualityCard::QualityCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    m_figures = new KeyValueRows(this);
    m_lengths = new Histogram(this);
    m_lengths->setObjectName(QStringLiteral("chunkLengths"));
    m_findDuplicates = new QPushButton(this);
    m_findDuplicates->setObjectName(QStringLiteral("findDuplicates"));
    m_measureIndex = new QPushButton(this);
    m_measureIndex->setObjectName(QStringLiteral("measureIndex"));
    m_duplicatesText = new QLabel(this);
    m_duplicatesText->setObjectName(QStringLiteral("duplicatesText"));
    m_honestyText = new QLabel(this);
    m_honestyText->setObjectName(QStringLiteral("honestyText"));
    for (QLabel* text : {m_duplicatesText, m_honestyText}) {
        text->setWordWrap(true);
        setTextStyle(text, TextSize::Body);
    }
    m_groups = new QListWidget(this);
    m_groups->setObjectName(QStringLiteral("duplicateGroups"));
    m_groups->setFixedHeight(kGroupsHeight);
    m_failed = new Banner(this);
    auto* const line = new QHBoxLayout;
    line->addWidget(m_findDuplicates);
    line->addWidget(m_measureIndex);
    line->addStretch();
    body()->addWidget(m_figures);
    body()->addWidget(m_lengths);
    body()->addLayout(line);
    body()->addWidget(m_failed);
    body()->addWidget(m_duplicatesText);
    body()->addWidget(m_groups);
    body()->addWidget(m_honestyText);
    body()->addStretch();
    connect(m_findDuplicates, &QPushButton::clicked, this, [this] {
        send(QStringLiteral("kb.duplicates"), [this](const Json& answer) {
            m_duplicates = answer;
            showDuplicates();
        });
    });
    connect(m_measureIndex, &QPushButton::clicked, this, [this] {
        send(QStringLiteral("kb.honesty"), [this](const Json& answer) {
            m_honesty = answer;
            showHonesty();
        });
    });
    connect(m_groups, &QListWidget::itemActivated, this, [this](const QListWidgetItem* item) { Q_EMIT documentRequested(item->data(Qt::UserRole).toString(), 0, 0); });
    connect(m_groups, &QListWidget::itemClicked, this, [this](const QListWidgetItem* item) { Q_EMIT documentRequested(item->data(Qt::UserRole).toString(), 0, 0); });
    retranslate();
}

QualityCard::~QualityCard() { m_context.engines.files.cancel(m_request); }

void QualityCard::setBase(const QString& workspace, const QString& base) {
    if (workspace != m_workspace || base != m_base) {
        m_context.engines.files.cancel(std::exchange(m_request, 0));
        m_workspace = workspace;
        m_base = base;
        m_statistics.reset();
        m_duplicates.reset();
        m_honesty.reset();
        m_failed->hide();
        showStatistics();
        showDuplicates();
        showHonesty();
    }
    readStatistics();
    showState();
}

void QualityCard::readStatistics() {
    if (m_base.isEmpty()) {
        m_reading.stop();
        return;
    }
    m_reading.start([workspace = m_workspace.toStdString(), base = m_base.toStdString()](const std::stop_token& stop) {
                        return knowledgeStatistics(KnowledgeStore::open(findKnowledgeBase(Workspace::open(workspace), base)), stop);
                    },
                    [this](KnowledgeStatistics statistics) {
                        m_statistics = std::move(statistics);
                        showStatistics();
                        Q_EMIT shown();
                    },
                    [this](const Error& error) {
                        m_failed->showError(error);
                        Q_EMIT shown();
                    });
}

void QualityCard::send(const QString& method, std::function<void(const Json&)> take) {
    if (m_base.isEmpty())
        return;
    m_context.engines.files.cancel(std::exchange(m_request, 0));
    m_failed->hide();
    m_request = m_context.engines.files.request(method, {{"workspace", m_workspace.toStdString()}, {"base", m_base.toStdString()}}, this,
                                                [this, take = std::move(take)](const Json& answer) {
                                                    m_request = 0;
                                                    take(answer);
                                                    showState();
                                                    Q_EMIT shown();
                                                },
                                                [this](const Error& error) {
                                                    m_request = 0;
                                                    m_failed->showError(error);
                                                    showState();
                                                    Q_EMIT shown();
                                                });
    showState();
}

void QualityCard::showState() {
    const bool free = m_request == 0 && !m_base.isEmpty();
    m_findDuplicates->setEnabled(free);
    m_measureIndex->setEnabled(free);
}

void QualityCard::showStatistics() {
    if (!m_statistics) {
        m_figures->setRows({});
        m_lengths->setBins({});
        return;
    }
    const KnowledgeStatistics& found = *m_statistics;
    QList<KeyValueRows::Row> rows;
    rows.append({tr("Documents"), countText(found.documents), {}});
    rows.append({tr("Chunks"), countText(found.chunks), {}});
    rows.append({tr("Characters"), shortCountText(found.characters), {}});
    rows.append({tr("Types"), kindsText(found.types, tr("unknown")), {}});
    rows.append({tr("Languages"), kindsText(found.languages, tr("unknown")), {}});
    if (!found.longest.document.empty()) {
        rows.append({tr("Shortest chunk"), tr("%n token(s)", nullptr, static_cast<int>(found.shortest.tokens)), QString::fromStdString(found.shortest.document)});
        rows.append({tr("Longest chunk"), tr("%n token(s)", nullptr, static_cast<int>(found.longest.tokens)), QString::fromStdString(found.longest.document)});
    }
    if (!found.empty.empty()) {
        QStringList names;
        for (const std::string& name : found.empty)
            names.append(QString::fromStdString(name));
        rows.append({tr("Without text"), countText(static_cast<std::int64_t>(found.empty.size())), names.mid(0, kShownKinds).join(u'\n'), Tone::Warning});
    }
    m_figures->setRows(rows);
    std::vector<HistogramBin> bins;
    for (const KnowledgeStatistics::Bin& bin : found.histogram)
        bins.push_back({static_cast<double>(bin.from), static_cast<double>(bin.to), bin.count});
    m_lengths->setBins(std::move(bins));
}

void QualityCard::showDuplicates() {
    m_groups->clear();
    m_groups->setVisible(false);
    m_duplicatesText->setVisible(m_duplicates.has_value());
    if (!m_duplicates)
        return;
    const Json& groups = at(*m_duplicates, "groups");
    const auto found = static_cast<int>(numberAt(*m_duplicates, "found", groups.is_array() ? static_cast<double>(groups.size()) : 0));
    m_duplicatesText->setText(found == 0 ? tr("No chunks say the same.") : tr("%n group(s) of chunks that say the same or nearly so:", nullptr, found));
    if (!groups.is_array() || groups.empty())
        return;
    for (const Json& group : groups) {
        const Json& chunks = at(group, "chunks");
        if (!chunks.is_array() || chunks.empty())
            continue;
        const QString document = textAt(chunks[0], "document");
        const bool exact = at(group, "exact") == true;
        auto* const item = new QListWidgetItem(tr("%1 × %2 · %3: %4")
                                                   .arg(countText(static_cast<std::int64_t>(numberAt(group, "count", static_cast<double>(chunks.size())))), exact ? tr("the same") : percentText(numberAt(group, "similarity")), document,
                                                        textAt(chunks[0], "text").simplified().left(kShownText)),
                                               m_groups);
        item->setData(Qt::UserRole, document);
        QStringList places;
        for (const Json& chunk : chunks)
            places.append(QStringLiteral("%1 #%2").arg(textAt(chunk, "document"), countText(static_cast<std::int64_t>(numberAt(chunk, "chunk")))));
        item->setToolTip(places.mid(0, 20).join(u'\n').toHtmlEscaped());
    }
    m_groups->setVisible(m_groups->count() > 0);
}

void QualityCard::showHonesty() {
    m_honestyText->setVisible(m_honesty.has_value());
    if (!m_honesty)
        return;
    if (at(*m_honesty, "graph") != true) {
        m_honestyText->setText(tr("Every vector is compared (%1 a query), so the index loses nothing.").arg(millisecondsText(numberAt(*m_honesty, "exact_ms"))));
        return;
    }
    const Json& recall = at(*m_honesty, "recall");
    m_honestyText->setText(tr("The index finds %1 of what comparing every vector finds (%2 questions), in %3 instead of %4 a query.")
                               .arg(intervalText(valueOf(recall, "value"), valueOf(recall, "low"), valueOf(recall, "high")), countText(static_cast<std::int64_t>(numberAt(*m_honesty, "queries"))),
                                    millisecondsText(numberAt(*m_honesty, "graph_ms")), millisecondsText(numberAt(*m_honesty, "exact_ms"))));
}

void QualityCard::retranslate() {
    setTitle(tr("What it is made of"));
    m_lengths->setTitle(tr("Length of the chunks"));
    m_lengths->setXAxis(tr("tokens"));
    m_lengths->setYAxis(tr("chunks"));
    m_lengths->setEmptyText(tr("No chunks yet"));
    m_findDuplicates->setText(tr("Find duplicates"));
    m_measureIndex->setText(tr("Measure the index"));
    m_measureIndex->setToolTip(tr("How much of what comparing every vector finds the vector index finds too"));
    m_groups->setAccessibleName(tr("Groups of duplicates"));
    showStatistics();
    showDuplicates();
    showHonesty();
}

} // namespace triptych::ui
