#include "pages/models/try_model_card.h"

#include "engine_client/engines.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace triptych::ui {

namespace {
constexpr int kShownLabels = 6;
} // namespace

TryModelCard::TryModelCard(Engines& engines, QWidget* parent) : Card(parent), m_engines(engines), m_asked(&engines.answers) {
    m_first = new QLineEdit(this);
    m_first->setObjectName(QStringLiteral("tryFirst"));
    m_second = new QLineEdit(this);
    m_second->setObjectName(QStringLiteral("trySecond"));
    for (QLineEdit* text : {m_first, m_second}) {
        text->setClearButtonEnabled(true);
        connect(text, &QLineEdit::returnPressed, this, &TryModelCard::ask);
    }
    m_ask = new QPushButton(this);
    m_ask->setObjectName(QStringLiteral("try"));
    m_stop = new QPushButton(this);
    m_stop->setObjectName(QStringLiteral("stopTrying"));
    m_stop->hide();
    m_failed = new Banner(this);
    auto* askLine = new QHBoxLayout;
    askLine->addWidget(m_ask);
    askLine->addWidget(m_stop);
    askLine->addStretch();
    m_answerText = new QLabel(this);
    m_answerText->setObjectName(QStringLiteral("answer"));
    m_answerText->setWordWrap(true);
    m_answerText->setTextFormat(Qt::RichText);
    m_answerText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    body()->addWidget(m_first);
    body()->addWidget(m_second);
    body()->addLayout(askLine);
    body()->addWidget(m_answerText);
    body()->addWidget(m_failed);
    body()->addStretch();
    connect(m_ask, &QPushButton::clicked, this, &TryModelCard::ask);
    connect(m_stop, &QPushButton::clicked, this, &TryModelCard::stop);
    connect(&m_engines.writing, &EngineClient::token, this, [this](quint64 number, const Json& params) {
        if (number == m_trying && m_asked == &m_engines.writing && number != 0)
            takePiece(params);
    });
    retranslate();
    hide();
}

TryModelCard::~TryModelCard() { m_asked->cancel(m_trying); }

void TryModelCard::clear() {
    forget();
    hide();
}

void TryModelCard::forget() {
    m_asked->cancel(std::exchange(m_trying, 0));
    m_answer.reset();
    m_written.clear();
    m_figures = Json();
    m_stopped = false;
    m_failed->hide();
}

void TryModelCard::offer(Kind kind, Json params) {
    m_kind = kind;
    m_params = std::move(params);
    show();
    retranslate();
}

QString TryModelCard::first() const { return m_first->text(); }
QString TryModelCard::second() const { return m_second->text(); }

void TryModelCard::restore(const QString& first, const QString& second) {
    m_first->setText(first);
    m_second->setText(second);
}

void TryModelCard::ask() {
    Json texts = Json::array();
    for (const QLineEdit* text : {m_first, m_second}) {
        if (text == m_second && m_kind != Kind::Nearness)
            break;
        if (text->text().trimmed().isEmpty())
            return;
        texts.push_back(text->text().toStdString());
    }
    forget();
    Json request = m_params;
    request["texts"] = std::move(texts);
    // What a generator or a server takes its time for must not hold up the boxes that answer at once.
    m_asked = m_kind == Kind::Text || m_params.contains("endpoint") ? &m_engines.writing : &m_engines.answers;
    m_trying = m_asked->request(QStringLiteral("model.try"), request, this,
                                [this](const Json& answer) {
                                    m_trying = 0;
                                    m_answer = answer;
                                    showAnswer();
                                    Q_EMIT tried();
                                },
                                [this](const Error& error) {
                                    m_trying = 0;
                                    showAnswer(); // what has come stays
                                    m_failed->showError(error);
                                    Q_EMIT tried();
                                });
    showAnswer();
}

void TryModelCard::takePiece(const Json& piece) {
    m_written += textAt(piece, "text");
    m_figures = piece;
    showAnswer();
}

void TryModelCard::stop() {
    m_asked->cancel(std::exchange(m_trying, 0));
    m_stopped = true;
    showAnswer();
}

/// What the answer in sight cost, or has cost so far.
QString TryModelCard::costText() const {
    QStringList parts;
    const Json& figures = m_answer ? *m_answer : m_figures;
    if (m_answer) {
        QStringList tokens;
        for (const Json& count : m_answer->value("tokens", Json::array()))
            tokens.append(countText(count.is_number_integer() ? count.get<std::int64_t>() : 0));
        if (!tokens.isEmpty()) // a server may not count
            parts.append(tr("%1 tokens").arg(tokens.join(QStringLiteral(" + "))));
        parts.append(millisecondsText(numberAt(*m_answer, "ms")));
    }
    if (const double written = numberAt(figures, "new_tokens"); written > 0) {
        parts.append(tr("%1 written, %2").arg(countText(static_cast<std::int64_t>(written)), rateText(numberAt(figures, "tokens_per_s"))));
        parts.append(tr("first after %1").arg(millisecondsText(1000 * numberAt(figures, "time_to_first_token_s"))));
    }
    if (m_stopped)
        parts.append(tr("stopped"));
    return parts.join(QStringLiteral(" · "));
}

QString TryModelCard::answerHtml() const {
    if (!m_answer || m_answer->contains("answer"))
        return (m_answer ? textAt(*m_answer, "answer") : m_written + (m_trying ? QStringLiteral("…") : QString())).toHtmlEscaped().replace(u'\n', QStringLiteral("<br>"));
    if (const Json rows = m_answer->value("similarities", Json::array()); rows.size() == 2 && rows[0].is_array() && rows[0].size() == 2 && rows[0][1].is_number())
        return tr("Cosine %1").arg(QStringLiteral("<b>%1</b>").arg(QLocale().toString(rows[0][1].get<double>(), 'f', 3)));
    QStringList lines;
    if (const Json labels = m_answer->value("labels", Json::array()); !labels.empty() && labels[0].is_array()) {
        for (const Json& label : labels[0]) {
            if (lines.size() == kShownLabels)
                break;
            const QString line = QStringLiteral("%1 %2").arg(percentText(numberAt(label, "score")), textAt(label, "label").toHtmlEscaped());
            lines.append(lines.isEmpty() ? QStringLiteral("<b>%1</b>").arg(line) : line);
        }
    }
    return lines.join(QStringLiteral("<br>"));
}

void TryModelCard::showAnswer() {
    m_stop->setVisible(m_trying != 0);
    if (!m_answer && m_written.isEmpty() && m_trying == 0) {
        m_answerText->setText((m_kind == Kind::Nearness ? tr("How near the two are in meaning: 1 is the same, 0 has nothing in common.")
                               : m_kind == Kind::Text   ? tr("What the model writes, the likeliest word each time.")
                                                        : tr("The labels with their scores, best first."))
                                  .toHtmlEscaped());
        setTone(m_answerText, Tone::Secondary);
        return;
    }
    setTone(m_answerText, Tone::Text);
    m_answerText->setText(answerHtml() + QStringLiteral("<br><span style='color:%1'>%2</span>").arg(toneColor(Tone::Secondary).name(), costText().toHtmlEscaped()));
}

void TryModelCard::retranslate() {
    setTitle(tr("Try it"));
    m_first->setAccessibleName(tr("First text"));
    m_second->setAccessibleName(tr("Second text"));
    m_second->setPlaceholderText(tr("Another text"));
    m_second->setVisible(m_kind == Kind::Nearness);
    m_first->setPlaceholderText(m_kind == Kind::Nearness ? tr("One text") : m_kind == Kind::Text ? tr("A question, or the beginning of a text") : tr("A text to label"));
    m_ask->setText(m_kind == Kind::Nearness ? tr("Compare") : m_kind == Kind::Text ? tr("Write") : tr("Label"));
    m_stop->setText(tr("Stop"));
    showAnswer();
}

void TryModelCard::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    Card::changeEvent(event);
}

} // namespace triptych::ui
