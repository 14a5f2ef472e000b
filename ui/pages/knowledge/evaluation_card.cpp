#include "pages/knowledge/evaluation_card.h"

#include "charts/heat_map.h"
#include "charts/line_chart.h"
#include "engine_client/engines.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/drop_area.h"
#include "widgets/key_value_rows.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <array>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kMostQuestions = 1'000'000;
constexpr std::array<const char*, 3> kModes = {"hybrid", "dense", "lexical"};
constexpr std::array<const char*, 4> kFigures = {"ndcg@10", "recall@5", "recall@10", "mrr@10"};
constexpr std::array<int, 4> kChunkSizes = {64, 128, 256, 512};
constexpr std::array<int, 4> kOverlaps = {0, 16, 32, 64};
constexpr char kSweepMetric[] = "recall@5";

const Json& at(const Json& object, const char* key) {
    static const Json kNone;
    if (!object.is_object())
        return kNone;
    const auto found = object.find(key);
    return found == object.end() ? kNone : *found;
}

std::optional<double> valueOf(const Json& metric, const char* key = "value") {
    const Json& value = at(metric, key);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

} // namespace

EvaluationCard::EvaluationCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    m_path = new QLineEdit(this);
    m_path->setObjectName(QStringLiteral("evaluationQuestions"));
    m_drop = new DropArea(this);
    m_sample = new QSpinBox(this);
    m_sample->setObjectName(QStringLiteral("evaluationSample"));
    m_sample->setRange(0, kMostQuestions);
    m_sampleLabel = new QLabel(this);
    setTextStyle(m_sampleLabel, TextSize::Body, Tone::Secondary);
    m_sampleLabel->setBuddy(m_sample);
    m_measure = new QPushButton(this);
    m_measure->setObjectName(QStringLiteral("evaluate"));
    m_sweepButton = new QPushButton(this);
    m_sweepButton->setObjectName(QStringLiteral("sweep"));
    m_stop = new QPushButton(this);
    m_stop->setObjectName(QStringLiteral("stopEvaluation"));
    m_progress = new QLabel(this);
    m_progress->setObjectName(QStringLiteral("evaluationProgress"));
    m_progress->setWordWrap(true);
    setTextStyle(m_progress, TextSize::Caption, Tone::Secondary);
    m_failed = new Banner(this);
    m_curve = new LineChart(this);
    m_curve->setObjectName(QStringLiteral("recallCurve"));
    m_curve->setIntegerX(true);
    m_curve->setYBounds(0, 1);
    m_curve->addSeries({QString(), &ThemeTokens::retrieve, Qt::SolidLine, 2, true});
    m_curve->addSeries({QString(), &ThemeTokens::hybrid, Qt::DashLine, 2, true});
    m_curve->addSeries({QString(), &ThemeTokens::zeroShot, Qt::DotLine, 2, true});
    m_figures = new KeyValueRows(this);
    m_heat = new HeatMap(this);
    m_heat->setObjectName(QStringLiteral("sweepMap"));
    m_best = new QLabel(this);
    m_best->setObjectName(QStringLiteral("sweepBest"));
    m_best->setWordWrap(true);
    setTextStyle(m_best, TextSize::Body);

    auto* const line = new QHBoxLayout;
    line->addWidget(m_measure);
    line->addWidget(m_sweepButton);
    line->addWidget(m_stop);
    line->addStretch();
    auto* const sample = new QHBoxLayout;
    sample->addWidget(m_sampleLabel);
    sample->addWidget(m_sample);
    sample->addStretch();
    body()->addWidget(m_drop);
    body()->addWidget(m_path);
    body()->addLayout(sample);
    body()->addLayout(line);
    body()->addWidget(m_progress);
    body()->addWidget(m_failed);
    body()->addWidget(m_curve);
    body()->addWidget(m_figures);
    body()->addWidget(m_heat);
    body()->addWidget(m_best);
    connect(m_drop, &DropArea::filesChosen, this, [this](const QStringList& files) { setQuestions(files.value(0)); });
    connect(m_path, &QLineEdit::textChanged, this, &EvaluationCard::showState);
    connect(m_path, &QLineEdit::returnPressed, this, &EvaluationCard::measure);
    connect(m_measure, &QPushButton::clicked, this, &EvaluationCard::measure);
    connect(m_sweepButton, &QPushButton::clicked, this, &EvaluationCard::sweep);
    connect(m_stop, &QPushButton::clicked, this, &EvaluationCard::stop);
    connect(&m_context.engines.files, &EngineClient::progress, this, [this](quint64 number, const Json& params) {
        if (number == m_request && number != 0)
            showProgress(params);
    });
    retranslate();
}

EvaluationCard::~EvaluationCard() { m_context.engines.files.cancel(m_request); }

void EvaluationCard::setBase(const QString& workspace, const QString& base) {
    if (workspace == m_workspace && base == m_base)
        return;
    stop();
    m_workspace = workspace;
    m_base = base;
    m_answer.reset();
    m_sweep.reset();
    m_failed->hide();
    showAnswer();
    showSweep();
    showState();
}

void EvaluationCard::setQuestions(const QString& path) {
    m_path->setText(path);
    m_failed->hide();
}

Json EvaluationCard::questions() const {
    const QString path = m_path->text().trimmed();
    Json request = {{"workspace", m_workspace.toStdString()}, {"base", m_base.toStdString()}};
    request[QFileInfo(path).isDir() ? "beir" : "squad"] = path.toStdString();
    if (m_sample->value() > 0)
        request["sample"] = m_sample->value();
    return request;
}

void EvaluationCard::send(const QString& method, Json request, std::function<void(const Json&)> take) {
    m_context.engines.files.cancel(std::exchange(m_request, 0));
    m_failed->hide();
    m_progress->clear();
    m_request = m_context.engines.files.request(method, request, this,
                                                [this, take = std::move(take)](const Json& answer) {
                                                    m_request = 0;
                                                    take(answer);
                                                    showState();
                                                    Q_EMIT evaluated();
                                                },
                                                [this](const Error& error) {
                                                    m_request = 0;
                                                    if (error.code() != ErrorCode::Cancelled)
                                                        m_failed->showError(error);
                                                    showState();
                                                    Q_EMIT evaluated();
                                                });
    showState();
}

void EvaluationCard::measure() {
    if (m_base.isEmpty() || m_path->text().trimmed().isEmpty())
        return;
    Json request = questions();
    request["modes"] = Json(std::vector<std::string>(kModes.begin(), kModes.end()));
    send(QStringLiteral("kb.eval"), std::move(request), [this](const Json& answer) {
        m_answer = answer;
        showAnswer();
    });
}

void EvaluationCard::sweep() {
    if (m_base.isEmpty() || m_path->text().trimmed().isEmpty())
        return;
    Json request = questions();
    request["chunk_sizes"] = Json(std::vector<int>(kChunkSizes.begin(), kChunkSizes.end()));
    request["overlaps"] = Json(std::vector<int>(kOverlaps.begin(), kOverlaps.end()));
    request["metric"] = kSweepMetric;
    send(QStringLiteral("kb.sweep"), std::move(request), [this](const Json& answer) {
        m_sweep = answer;
        showSweep();
    });
}

void EvaluationCard::stop() {
    m_context.engines.files.requestStop(m_request);
    m_context.engines.files.cancel(std::exchange(m_request, 0));
    showState();
}

void EvaluationCard::showProgress(const Json& params) {
    const double total = numberAt(params, "total"), done = numberAt(params, "done");
    QString text = total > 0 ? tr("%1 of %2").arg(countText(static_cast<std::int64_t>(done)), countText(static_cast<std::int64_t>(total))) : tr("Working…");
    if (const auto eta = valueOf(params, "eta_s"))
        text += QStringLiteral(" · ") + tr("%1 left").arg(etaText(eta));
    m_progress->setText(text);
}

void EvaluationCard::showState() {
    const bool ready = !m_base.isEmpty() && !m_path->text().trimmed().isEmpty();
    m_measure->setEnabled(ready && m_request == 0);
    m_sweepButton->setEnabled(ready && m_request == 0);
    m_stop->setVisible(m_request != 0);
    m_progress->setVisible(m_request != 0);
}

void EvaluationCard::showAnswer() {
    m_curve->setVisible(m_answer.has_value());
    m_figures->setVisible(m_answer.has_value());
    m_curve->clearData();
    if (!m_answer) {
        m_figures->setRows({});
        setCaption({});
        return;
    }
    setCaption(tr("%n question(s)", nullptr, static_cast<int>(numberAt(*m_answer, "queries"))));
    const Json& results = at(*m_answer, "results");
    QList<KeyValueRows::Row> rows;
    for (std::size_t mode = 0; mode < kModes.size(); ++mode) {
        const Json& result = at(results, kModes[mode]);
        const Json& curve = at(result, "curve");
        std::vector<double> x, y;
        if (curve.is_array()) {
            for (const Json& point : curve) {
                if (const auto value = valueOf(point)) {
                    x.push_back(numberAt(point, "k"));
                    y.push_back(*value);
                }
            }
        }
        m_curve->setData(static_cast<int>(mode), std::move(x), std::move(y));
    }
    for (const char* figure : kFigures) {
        QStringList values, sentences;
        for (const char* mode : kModes) {
            const Json& metric = at(at(at(results, mode), "metrics"), figure);
            if (const auto value = valueOf(metric)) {
                values.append(percentFigure(value));
                sentences.append(QStringLiteral("%1: %2").arg(QLatin1String(mode), intervalText(value, valueOf(metric, "low"), valueOf(metric, "high"))));
            }
        }
        rows.append({QLatin1String(figure), values.join(QStringLiteral(" · ")), sentences.join(u'\n')});
    }
    m_figures->setRows(rows);
}

void EvaluationCard::showSweep() {
    std::vector<HeatCell> cells;
    if (m_sweep) {
        if (const Json& list = at(*m_sweep, "cells"); list.is_array()) {
            for (const Json& cell : list) {
                if (const auto value = valueOf(at(at(cell, "metrics"), kSweepMetric)))
                    cells.push_back({numberAt(cell, "chunk_size"), numberAt(cell, "overlap"), *value, tr("%n chunk(s)", nullptr, static_cast<int>(numberAt(cell, "chunks")))});
            }
        }
    }
    m_heat->setVisible(!cells.empty());
    m_best->setVisible(!cells.empty());
    if (m_sweep) {
        const Json& best = at(*m_sweep, "best");
        m_best->setText(tr("Best for these questions: chunks of %1 tokens with an overlap of %2.")
                            .arg(countText(static_cast<std::int64_t>(numberAt(best, "chunk_size"))), countText(static_cast<std::int64_t>(numberAt(best, "overlap")))));
    }
    m_heat->setCells(std::move(cells), QLatin1String(kSweepMetric));
}

void EvaluationCard::retranslate() {
    setTitle(tr("How well does it find?"));
    m_drop->setTexts(tr("Drop questions with known answers here: a BEIR folder or a SQuAD file"), tr("Choose a file…"), tr("SQuAD questions (*.json);;All files (*)"));
    m_path->setPlaceholderText(tr("Folder or file with the questions"));
    m_path->setAccessibleName(tr("Folder or file with the questions"));
    m_sampleLabel->setText(tr("Questions"));
    m_sample->setSpecialValueText(tr("all"));
    m_sample->setAccessibleName(tr("Questions to ask"));
    m_measure->setText(tr("Measure"));
    m_sweepButton->setText(tr("Try chunk sizes"));
    m_sweepButton->setToolTip(tr("Measures recall@5 for several chunk sizes and overlaps; the base stays as it is"));
    m_stop->setText(tr("Stop"));
    m_curve->setTitle(tr("Recall by number of hits"));
    m_curve->setXAxis(tr("hits k"));
    m_curve->setYAxis(tr("recall@k"));
    m_curve->setEmptyText(tr("No measurement yet"));
    m_curve->setSeriesName(0, tr("hybrid"));
    m_curve->setSeriesName(1, tr("dense"));
    m_curve->setSeriesName(2, tr("lexical"));
    m_heat->setTitle(tr("Recall@5 by chunk size and overlap"));
    m_heat->setXAxis(tr("chunk size"), tr("tokens"));
    m_heat->setYAxis(tr("overlap"), tr("tokens"));
    m_heat->setEmptyText(tr("No measurement yet"));
    showAnswer();
    showSweep();
    showState();
}

} // namespace triptych::ui
