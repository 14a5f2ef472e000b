#include "pages/knowledge/map_card.h"

#include "charts/map_chart.h"
#include "engine_client/engines.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace triptych::ui {

namespace {

const Json& listAt(const Json& object, const char* key) {
    static const Json kNone = Json::array();
    const auto found = object.find(key);
    return found != object.end() && found->is_array() ? *found : kNone;
}

std::int64_t wholeOr(const Json& value, std::int64_t otherwise) { return value.is_number_integer() ? value.get<std::int64_t>() : otherwise; }

} // namespace

MapCard::MapCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    m_query = new QLineEdit(this);
    m_query->setObjectName(QStringLiteral("mapQuery"));
    m_query->setClearButtonEnabled(true);
    m_draw = new QPushButton(this);
    m_draw->setObjectName(QStringLiteral("drawMap"));
    auto* const line = new QHBoxLayout;
    line->addWidget(m_query, 1);
    line->addWidget(m_draw);
    m_failed = new Banner(this);
    m_chart = new MapChart(this);
    m_chart->setObjectName(QStringLiteral("chunkMap"));
    m_chart->setMinimumHeight(300);
    m_note = new QLabel(this);
    m_note->setWordWrap(true);
    setTextStyle(m_note, TextSize::Caption, Tone::Secondary);
    body()->addLayout(line);
    body()->addWidget(m_failed);
    body()->addWidget(m_chart, 1);
    body()->addWidget(m_note);
    connect(m_draw, &QPushButton::clicked, this, &MapCard::ask);
    connect(m_query, &QLineEdit::returnPressed, this, &MapCard::ask);
    connect(m_chart, &MapChart::pointActivated, this, [this](std::size_t index) {
        if (index < m_documentOf.size() && m_documentOf[index] < m_documents.size())
            Q_EMIT documentRequested(m_documents.at(m_documentOf[index]), 0, 0);
    });
    retranslate();
}

MapCard::~MapCard() { m_context.engines.files.cancel(m_request); }

void MapCard::setBase(const QString& workspace, const QString& base) {
    if (workspace == m_workspace && base == m_base)
        return;
    m_context.engines.files.cancel(std::exchange(m_request, 0));
    m_workspace = workspace;
    m_base = base;
    m_answer.reset();
    m_failed->hide();
    showAnswer();
}

void MapCard::ask() {
    if (m_base.isEmpty())
        return;
    m_context.engines.files.cancel(std::exchange(m_request, 0));
    Json request = {{"workspace", m_workspace.toStdString()}, {"base", m_base.toStdString()}};
    if (!m_query->text().trimmed().isEmpty())
        request["query"] = m_query->text().trimmed().toStdString();
    m_failed->hide();
    m_request = m_context.engines.files.request(QStringLiteral("kb.map"), request, this,
                                                [this](const Json& answer) {
                                                    m_request = 0;
                                                    m_answer = answer;
                                                    showAnswer();
                                                    Q_EMIT drawn();
                                                },
                                                [this](const Error& error) {
                                                    m_request = 0;
                                                    m_failed->showError(error);
                                                    showAnswer();
                                                    Q_EMIT drawn();
                                                });
    showAnswer();
}

void MapCard::showAnswer() {
    m_draw->setEnabled(m_request == 0 && !m_base.isEmpty());
    m_documents.clear();
    m_documentOf.clear();
    std::vector<MapPoint> points;
    QStringList groups;
    if (m_answer) {
        for (const Json& name : listAt(*m_answer, "names"))
            m_documents.append(name.is_string() ? QString::fromStdString(name.get<std::string>()) : QString());
        const Json &xs = listAt(*m_answer, "x"), &ys = listAt(*m_answer, "y"), &documents = listAt(*m_answer, "documents"), &chunks = listAt(*m_answer, "chunks");
        std::set<std::int64_t> hits;
        for (const Json& hit : listAt(*m_answer, "hits"))
            hits.insert(wholeOr(hit, -1));
        // The documents with the most points have the colours.
        std::vector<int> counts(static_cast<std::size_t>(m_documents.size()), 0), order(counts.size()), group(counts.size());
        for (const Json& document : documents) {
            if (const std::int64_t index = wholeOr(document, -1); index >= 0 && index < static_cast<std::int64_t>(counts.size()))
                ++counts[static_cast<std::size_t>(index)];
        }
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&counts](int a, int b) { return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)]; });
        for (std::size_t i = 0; i < order.size(); ++i) {
            group[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
            groups.append(m_documents.at(order[i]));
        }
        for (std::size_t i = 0; i < xs.size() && i < ys.size() && i < documents.size(); ++i) {
            const std::int64_t index = wholeOr(documents[i], -1);
            if (!xs[i].is_number() || !ys[i].is_number() || index < 0 || index >= static_cast<std::int64_t>(group.size()))
                continue;
            MapPoint point;
            point.x = xs[i].get<double>();
            point.y = ys[i].get<double>();
            point.group = group[static_cast<std::size_t>(index)];
            point.strong = i < chunks.size() && hits.contains(wholeOr(chunks[i], -2));
            points.push_back(point);
            m_documentOf.push_back(static_cast<int>(index));
        }
        std::optional<QPointF> mark;
        if (const auto query = m_answer->find("query"); query != m_answer->end() && query->is_object())
            mark = QPointF(numberAt(*query, "x"), numberAt(*query, "y"));
        m_chart->setMark(mark, tr("query"));
        const Json& shares = listAt(*m_answer, "explained");
        const auto share = [&shares](std::size_t axis) { return axis < shares.size() && shares[axis].is_number() ? percentText(shares[axis].get<double>(), 0) : QString(); };
        m_chart->setXAxis(tr("PC 1 (%1 of the variance)").arg(share(0)));
        m_chart->setYAxis(tr("PC 2 (%1 of the variance)").arg(share(1)));
        m_note->setText(tr("%1 of %2 chunks. Points that lie near each other are alike as far as a plane can show it; ringed ones are hits.")
                            .arg(countText(static_cast<std::int64_t>(points.size())), countText(static_cast<std::int64_t>(numberAt(*m_answer, "total")))));
    } else {
        m_chart->setMark(std::nullopt);
    }
    m_note->setVisible(m_answer.has_value());
    m_chart->setEmptyText(m_request != 0 ? tr("Drawing…") : tr("Press Draw to see the chunks as points, near each other where they are alike."));
    m_chart->setPoints(std::move(points), groups);
}

void MapCard::retranslate() {
    setTitle(tr("Map of the chunks"));
    m_query->setPlaceholderText(tr("A query to draw in"));
    m_query->setAccessibleName(tr("A query to draw in"));
    m_draw->setText(tr("Draw"));
    m_chart->setAccessibleName(tr("Map of the chunks"));
    showAnswer();
}

} // namespace triptych::ui
