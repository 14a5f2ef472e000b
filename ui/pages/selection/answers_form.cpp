#include "pages/selection/answers_form.h"

#include "shell/theme.h"
#include "widgets/segmented_control.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QStyle>

#include <cmath>

namespace triptych::ui {

AnswersForm::AnswersForm(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(space::s);
    grid->setVerticalSpacing(space::s);
    grid->setColumnStretch(0, 1);
    int row = 0;
    const auto addChoice = [&](const char* id, std::optional<bool> Answers::* field) {
        Choice choice{QString::fromLatin1(id), field, new QLabel(this), new SegmentedControl(this)};
        choice.question->setTextFormat(Qt::PlainText);
        choice.question->setWordWrap(true);
        choice.control->setObjectName(choice.id);
        grid->addWidget(choice.question, row, 0);
        grid->addWidget(choice.control, row++, 1, 1, 2, Qt::AlignRight);
        connect(choice.control, &SegmentedControl::currentChanged, this, [this, field](const QString& current) {
            if (current == QLatin1String("open"))
                (m_answers.*field).reset();
            else
                m_answers.*field = current == QLatin1String("yes");
            Q_EMIT changed(m_answers);
        });
        m_choices.append(choice);
    };
    const auto addFigure = [&](const char* id, std::optional<double> Answers::* field, double factor) {
        Figure figure{field, factor, new QLabel(this), new QLineEdit(this), new QLabel(this)};
        setTextStyle(figure.name, TextSize::Body, Tone::Secondary);
        setTextStyle(figure.unit, TextSize::Body, Tone::Secondary);
        figure.edit->setObjectName(QString::fromLatin1(id));
        figure.edit->setMaximumWidth(88);
        figure.edit->setAlignment(Qt::AlignRight);
        figure.name->setBuddy(figure.edit);
        figure.name->setContentsMargins(space::m, 0, 0, 0);
        grid->addWidget(figure.name, row, 0);
        grid->addWidget(figure.edit, row, 1, Qt::AlignRight);
        grid->addWidget(figure.unit, row++, 2);
        connect(figure.edit, &QLineEdit::editingFinished, this, [this, figure] { readFigure(figure); });
        m_figures.append(figure);
    };
    addChoice("knowledge_must_be_fresh", &Answers::knowledge_must_be_fresh);
    addFigure("update_interval_days", &Answers::update_interval_days, 1);
    addChoice("enough_labels", &Answers::enough_labels);
    addChoice("must_be_small", &Answers::must_be_small);
    addFigure("max_bytes", &Answers::max_bytes, 1e6);
    addFigure("max_latency_ms", &Answers::max_latency_ms, 1);
    addChoice("zero_shot_good_enough", &Answers::zero_shot_good_enough);
    retranslate();
}

void AnswersForm::setQuestions(const QList<std::pair<QString, QString>>& idsAndQuestions) {
    for (const auto& [id, question] : idsAndQuestions) {
        for (const Choice& choice : m_choices) {
            if (choice.id != id)
                continue;
            choice.question->setText(question);
            choice.control->setAccessibleName(question);
        }
    }
}

void AnswersForm::setAnswers(const Answers& answers) {
    m_answers = answers;
    for (const Choice& choice : m_choices) {
        const auto& value = answers.*choice.field;
        choice.control->setCurrent(!value ? QStringLiteral("open") : *value ? QStringLiteral("yes") : QStringLiteral("no"));
    }
    for (const Figure& figure : m_figures) {
        if (figure.edit->isModified())
            continue;
        const auto& value = answers.*figure.field;
        figure.edit->setText(value ? QLocale().toString(*value / figure.factor, 'g', 6) : QString());
        figure.edit->setProperty("invalid", false);
    }
}

void AnswersForm::dropEdits() {
    for (const Figure& figure : m_figures)
        figure.edit->setModified(false);
}

void AnswersForm::readFigure(const Figure& figure) {
    const QString text = figure.edit->text().trimmed();
    bool ok = true;
    double value = 0;
    if (!text.isEmpty()) {
        value = QLocale().toDouble(text, &ok);
        ok = ok && std::isfinite(value) && value > 0;
    }
    figure.edit->setProperty("invalid", !ok);
    figure.edit->style()->unpolish(figure.edit);
    figure.edit->style()->polish(figure.edit);
    figure.edit->setToolTip(ok ? QString() : tr("A number above 0, or nothing."));
    if (!ok)
        return;
    figure.edit->setModified(false);
    const std::optional<double> read = text.isEmpty() ? std::nullopt : std::optional(value * figure.factor);
    if (m_answers.*figure.field == read)
        return;
    m_answers.*figure.field = read;
    Q_EMIT changed(m_answers);
}

bool AnswersForm::editFigure(const QString& node) {
    const QString id = node == QLatin1String("knowledge_must_be_fresh") ? QStringLiteral("update_interval_days")
        : node == QLatin1String("must_be_small")                        ? QStringLiteral("max_bytes")
                                                                        : QString();
    for (const Figure& figure : m_figures) {
        if (figure.edit->objectName() != id)
            continue;
        figure.edit->setFocus(Qt::ShortcutFocusReason);
        figure.edit->selectAll();
        return true;
    }
    return false;
}

void AnswersForm::retranslate() {
    for (const Choice& choice : m_choices) {
        //: The question is not answered: measurements or the default decide
        const QString open = tr("Open");
        choice.control->setSegments({{QStringLiteral("open"), open}, {QStringLiteral("yes"), tr("Yes")}, {QStringLiteral("no"), tr("No")}});
    }
    const QStringList names = {tr("Knowledge changes every"), tr("Largest size"), tr("Longest time of one answer")};
    const QStringList units = {tr("days"), tr("MB"), tr("ms")};
    for (qsizetype i = 0; i < m_figures.size(); ++i) {
        m_figures[i].name->setText(names[i]);
        m_figures[i].unit->setText(units[i]);
        m_figures[i].edit->setAccessibleName(QStringLiteral("%1, %2").arg(names[i], units[i]));
        m_figures[i].edit->setPlaceholderText(tr("open"));
    }
    setAnswers(m_answers);
}

void AnswersForm::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

} // namespace triptych::ui
