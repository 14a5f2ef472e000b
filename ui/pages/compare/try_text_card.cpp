#include "pages/compare/try_text_card.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/folding_row.h"
#include "shell/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {
constexpr std::size_t kMostAnswers = 6;
constexpr std::size_t kEvidenceShown = 3;
} // namespace

TryTextCard::TryTextCard(EngineClient& engine, QWidget* parent) : Card(parent), m_engine(engine) {
    m_input = new QLineEdit(this);
    m_input->setObjectName(QStringLiteral("tryText"));
    m_input->setClearButtonEnabled(true);
    m_ask = new QPushButton(this);
    m_hint = new QLabel(this);
    m_hint->setWordWrap(true);
    setTextStyle(m_hint, TextSize::Body, Tone::Secondary);
    auto* line = new QHBoxLayout;
    line->addWidget(m_input, 1);
    line->addWidget(m_ask);
    m_row = new FoldingRow(this);
    body()->addLayout(line);
    body()->addWidget(m_hint);
    body()->addWidget(m_row);
    connect(m_ask, &QPushButton::clicked, this, &TryTextCard::ask);
    connect(m_input, &QLineEdit::returnPressed, this, &TryTextCard::ask);
    retranslate();
}

void TryTextCard::setRuns(const std::filesystem::path& runsFolder, std::vector<RunSummary> runs) {
    std::erase_if(runs, [](const RunSummary& run) { return textAt(run.result, "model_path").isEmpty(); });
    if (runs.size() > kMostAnswers)
        runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(kMostAnswers));
    bool same = m_runsFolder == runsFolder && runs.size() == m_runs.size();
    for (std::size_t i = 0; same && i < runs.size(); ++i)
        same = runs[i].id == m_runs[i].id;
    if (same)
        return;
    m_runsFolder = runsFolder;
    m_runs = std::move(runs);
    delete m_row;
    m_row = new FoldingRow(this);
    body()->addWidget(m_row);
    m_answers.clear();
    for (const RunSummary& run : m_runs) {
        Answer answer{new QWidget(m_row), nullptr, nullptr, nullptr, nullptr};
        auto* column = new QVBoxLayout(answer.box);
        column->setContentsMargins(0, space::s, 0, 0);
        column->setSpacing(2);
        answer.name = new QLabel(answer.box);
        answer.label = new QLabel(answer.box);
        answer.detail = new QLabel(answer.box);
        answer.evidence = new QLabel(answer.box);
        setTextStyle(answer.name, TextSize::Caption, Tone::Secondary);
        setTextStyle(answer.label, TextSize::CardTitle, Tone::Text, true);
        setTextStyle(answer.detail, TextSize::Caption, Tone::Secondary);
        setTextStyle(answer.evidence, TextSize::Caption, Tone::Secondary);
        for (QLabel* text : {answer.name, answer.label, answer.detail, answer.evidence}) {
            text->setWordWrap(true);
            text->setTextInteractionFlags(Qt::TextSelectableByMouse);
            column->addWidget(text);
        }
        column->addStretch();
        for (QLabel* text : {answer.name, answer.evidence})
            text->setTextFormat(Qt::RichText);
        const QColor colour = run.technique ? techniqueColor(*run.technique) : tokens().text;
        answer.name->setText(QStringLiteral("<span style='color:%1'>%2</span> %3")
                                 .arg(colour.name(), run.technique ? techniqueShape(*run.technique) : QString(), run.model.toHtmlEscaped()));
        answer.label->setText(QStringLiteral("—"));
        m_row->addWidget(answer.box, 1, 170);
        m_answers.append(answer);
    }
    retranslate();
}

void TryTextCard::ask() {
    const QString text = m_input->text().trimmed();
    if (text.isEmpty() || m_runs.empty())
        return;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        const Answer& answer = m_answers[static_cast<qsizetype>(i)];
        answer.label->setText(QStringLiteral("…"));
        answer.detail->clear();
        answer.evidence->clear();
        const std::filesystem::path model = std::filesystem::absolute(m_runsFolder / m_runs[i].id.toStdString() / textAt(m_runs[i].result, "model_path").toStdString());
        const QString id = m_runs[i].id;
        // The rows may have been replaced by the time the answer comes.
        const auto indexNow = [this, id]() -> std::optional<std::size_t> {
            for (std::size_t k = 0; k < m_runs.size(); ++k) {
                if (m_runs[k].id == id)
                    return k;
            }
            return std::nullopt;
        };
        m_engine.requestLatest(QStringLiteral("try/") + id, QStringLiteral("predict"),
                               {{"model_path", model.string()}, {"texts", {text.toStdString()}}}, this,
                               [this, indexNow](const Json& result) {
                                   if (const auto index = indexNow())
                                       display(*index, result);
                               },
                               [this, indexNow](const Error& error) {
                                   if (const auto index = indexNow())
                                       fail(*index, error);
                               });
    }
}

void TryTextCard::display(std::size_t index, const Json& result) {
    const Json predictions = result.is_object() ? result.value("predictions", Json::array()) : Json::array();
    if (!predictions.is_array() || predictions.empty()) {
        fail(index, Error(ErrorCode::Protocol, "the engine gave no prediction"));
        return;
    }
    const Json& first = predictions.front();
    const Answer& answer = m_answers[static_cast<qsizetype>(index)];
    setTone(answer.label, Tone::Text);
    answer.label->setText(textAt(first, "label"));
    answer.detail->setText(tr("confidence %1 · %2").arg(percentText(numberAt(first, "confidence"), 0), millisecondsText(numberAt(result, "ms"))));
    QStringList reasons;
    const Json evidence = first.is_object() ? first.value("evidence", Json::array()) : Json::array();
    if (evidence.is_array()) {
        for (const Json& piece : evidence) {
            if (reasons.size() == static_cast<qsizetype>(kEvidenceShown))
                break;
            reasons.append(QStringLiteral("%1  <b>%2</b>  “%3”")
                               .arg(QLocale().toString(numberAt(piece, "score"), 'f', 2), textAt(piece, "label").toHtmlEscaped(),
                                    textAt(piece, "text").left(120).toHtmlEscaped()));
        }
    }
    answer.evidence->setText(reasons.isEmpty() ? tr("no sources: the answer is in the weights") : reasons.join(QStringLiteral("<br>")));
}

void TryTextCard::fail(std::size_t index, const Error& error) {
    const Answer& answer = m_answers[static_cast<qsizetype>(index)];
    setTone(answer.label, Tone::Bad);
    answer.label->setText(tr("No answer"));
    answer.detail->setText(errorMessage(error));
    answer.evidence->setText(errorHint(error).toHtmlEscaped());
}

void TryTextCard::retranslate() {
    setTitle(tr("Try a text"));
    m_input->setPlaceholderText(tr("Type a message as a customer would"));
    m_input->setAccessibleName(tr("Text to try"));
    m_ask->setText(tr("Ask all"));
    m_ask->setEnabled(!m_runs.empty());
    m_hint->setText(tr("Measured models answer here side by side, with the rows or descriptions they rest on."));
    m_hint->setVisible(m_runs.empty());
    m_row->setVisible(!m_runs.empty());
}

void TryTextCard::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    Card::changeEvent(event);
}

} // namespace triptych::ui
