#include "pages/distillation/distillation_page.h"

#include "charts/line_chart.h"
#include "jobs/setting_ranges.h"
#include "jobs/students.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/dataset_picker.h"
#include "pages/common/folding_row.h"
#include "pages/common/model_names.h"
#include "pages/common/run_curves.h"
#include "widgets/banner.h"
#include "widgets/card.h"
#include "widgets/interval_strip.h"
#include "widgets/key_value_rows.h"
#include "widgets/page_header.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace triptych::ui {

namespace {

/// What the student's kind says where nobody else does.
constexpr std::array<const char*, 3> kByStudent = {"epochs", "learning_rate", "dropout"};

/// In the order of the names in retranslateUi().
QList<SettingsForm::Field> distillFields() {
    QList<SettingsForm::Field> fields;
    for (const char* key : {"temperature", "kd_loss_weight", "hard_label_weight", "epochs", "batch_size", "learning_rate", "max_length", "variants",
                            "variant_share", "word_dropout", "dropout", "embedding_size", "filters", "hidden_size", "num_layers", "head_size",
                            "num_hidden_layers", "evaluate_every", "early_stopping_patience"}) {
        const bool byStudent = std::find(kByStudent.begin(), kByStudent.end(), std::string_view(key)) != kByStudent.end();
        for (const SettingRange& range : distillationRanges()) {
            if (qstrcmp(range.key, key) == 0)
                fields.append({range.key, range.integer, range.low, range.high, range.otherwise, byStudent});
        }
    }
    return fields;
}

constexpr double kSmoothing = 0.9;

/// Accuracy in a part of a result ("teacher", "control") that has metrics of its own.
std::optional<double> accuracyOf(const Json& result, const char* part) {
    if (!result.is_object() || !result.contains(part) || !result[part].is_object() || !result[part].contains("metrics"))
        return std::nullopt;
    const Json& metrics = result[part]["metrics"];
    if (!metrics.is_object() || !metrics.contains("accuracy") || !metrics["accuracy"].is_object())
        return std::nullopt;
    const Json value = metrics["accuracy"].value("value", Json());
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

} // namespace

QStringList distillationWarnings(const RunSummary& run) {
    QStringList warnings;
    const auto teacher = accuracyOf(run.result, "teacher"), control = accuracyOf(run.result, "control");
    if (teacher && control && *teacher <= *control)
        warnings.append(DistillationPage::tr("The teacher is weak: it reaches %1, the student without a teacher %2. Fine-tune a better one first.")
                            .arg(percentText(teacher), percentText(control)));
    const Json test = run.result.is_object() ? run.result.value("control_test", Json::object()) : Json::object();
    if (test.is_object() && test.contains("low") && numberAt(test, "low") <= 0)
        warnings.append(DistillationPage::tr("The teacher's help is not certain: student minus control is %1 points, 95 % interval %2 to %3.")
                            .arg(QLocale().toString(numberAt(test, "difference") * 100, 'f', 1), QLocale().toString(numberAt(test, "low") * 100, 'f', 1),
                                 QLocale().toString(numberAt(test, "high") * 100, 'f', 1)));
    return warnings;
}

DistillationPage::DistillationPage(const PageContext& context, QWidget* parent) : RunPage(context, distillFields(), parent) {
    m_header->setTechnique(Technique::Distill);
    m_teacherLabel = new QLabel(m_formCard);
    m_teacherLabel->setTextFormat(Qt::PlainText);
    m_teacher = new QComboBox(m_formCard);
    m_teacher->setObjectName(QStringLiteral("teacher"));
    m_teacher->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_teacher->setMinimumContentsLength(14);
    m_studentLabel = new QLabel(m_formCard);
    m_studentLabel->setTextFormat(Qt::PlainText);
    m_student = new QComboBox(m_formCard);
    m_student->setObjectName(QStringLiteral("student"));
    m_student->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_student->setMinimumContentsLength(14);
    for (const StudentKind& kind : studentKinds())
        m_student->addItem(QString(), qstr(kind.name));
    addFormRow(m_teacherLabel, m_teacher);
    addFormRow(m_studentLabel, m_student);
    m_explanation = new QLabel(m_formCard);
    m_explanation->setWordWrap(true);
    setTextStyle(m_explanation, TextSize::Caption, Tone::Secondary);
    m_formCard->body()->insertWidget(1, m_explanation);

    m_expert = new QPushButton(m_formCard);
    m_expert->setObjectName(QStringLiteral("expert"));
    m_expert->setProperty("link", true);
    m_expert->setCheckable(true);
    m_expertBox = new QWidget(m_formCard);
    auto* expert = new QVBoxLayout(m_expertBox);
    expert->setContentsMargins(0, 0, 0, 0);
    expert->setSpacing(space::xs);
    m_poolingLabel = new QLabel(m_expertBox);
    setTextStyle(m_poolingLabel, TextSize::Body, Tone::Secondary);
    m_pooling = new QComboBox(m_expertBox);
    m_pooling->setObjectName(QStringLiteral("pooling"));
    m_pooling->setToolTip(QStringLiteral("pooling"));
    m_pooling->addItems({QString(), QString()});
    m_poolingLabel->setBuddy(m_pooling);
    m_prune = new QCheckBox(m_expertBox);
    m_prune->setObjectName(QStringLiteral("prune_vocabulary"));
    m_prune->setToolTip(QStringLiteral("prune_vocabulary"));
    m_expertNote = new QLabel(m_expertBox);
    m_expertNote->setWordWrap(true);
    setTextStyle(m_expertNote, TextSize::Caption, Tone::Secondary);
    expert->addWidget(m_poolingLabel);
    expert->addWidget(m_pooling);
    expert->addWidget(m_prune);
    expert->addWidget(m_expertNote);
    const int behind = m_formCard->body()->indexOf(m_settings) + 1;
    m_formCard->body()->insertWidget(behind, m_expert, 0, Qt::AlignLeft);
    m_formCard->body()->insertWidget(behind + 1, m_expertBox);

    m_warning = new Banner(this);
    m_warning->setClosable(false);
    m_resultCard = new Card(this);
    m_resultCard->setTechnique(Technique::Distill);
    m_result = new KeyValueRows(m_resultCard);
    m_differenceText = new QLabel(m_resultCard);
    m_differenceText->setTextFormat(Qt::PlainText);
    m_differenceText->setWordWrap(true);
    m_difference = new IntervalStrip(m_resultCard);
    m_difference->setObjectName(QStringLiteral("difference"));
    m_resultCard->body()->addWidget(m_differenceText);
    m_resultCard->body()->addWidget(m_difference);
    m_resultCard->body()->addWidget(m_result);
    m_resultCard->body()->addStretch();
    m_resultCard->hide();
    m_warning->hide();
    auto* charts = new FoldingRow(this);
    m_loss = addChart(charts, 300);
    m_accuracy = addChart(charts, 300);
    charts->setExpanding(true);
    m_right->addWidget(m_warning);
    m_right->addWidget(m_resultCard);
    m_right->addWidget(charts, 1);
    m_loss->addSeries({QString(), &ThemeTokens::distil});
    m_loss->addSeries({QString(), &ThemeTokens::zeroShot, Qt::DashLine});
    m_loss->setYBounds(0, {});
    m_loss->setSmoothing(kSmoothing);
    m_accuracy->addSeries({QString(), &ThemeTokens::distil, Qt::SolidLine, 2, true});
    m_accuracy->addSeries({QString(), &ThemeTokens::zeroShot, Qt::DashLine, 2, true});
    m_curves->bind(QStringLiteral("train_loss"), m_loss, 0);
    m_curves->bind(QStringLiteral("control_train_loss"), m_loss, 1);
    m_curves->bind(QStringLiteral("dev_accuracy"), m_accuracy, 0);
    m_curves->bind(QStringLiteral("control_dev_accuracy"), m_accuracy, 1);
    connect(m_picker, &DatasetPicker::chosen, this, [this] {
        refreshChoices(); // another teacher may be the best
        formChanged();
    });
    connect(m_teacher, &QComboBox::textActivated, this, [this](const QString& name) {
        m_wantedTeacher = name;
        formChanged();
    });
    connect(m_expert, &QPushButton::toggled, this, &DistillationPage::showExpert);
    connect(m_pooling, &QComboBox::activated, this, [this](int index) { setExtra("pooling", index == 0 ? Json() : Json("mean")); });
    connect(m_prune, &QCheckBox::clicked, this, [this](bool checked) { setExtra("prune_vocabulary", checked ? Json(true) : Json()); });
    connect(m_student, &QComboBox::activated, this, [this] {
        Json values = m_settings->values();
        values["student"] = m_student->currentData().toString().toStdString();
        for (const char* key : kByStudent) // what suits one student does not suit another
            values.erase(key);
        for (const char* key : {"pooling", "prune_vocabulary"})
            values.erase(key);
        m_settings->setValues(values);
    });
    connect(m_settings, &SettingsForm::changed, this, &DistillationPage::showStudent);
    connect(&m_context.theme, &ThemeController::changed, this, [this] { m_difference->setColor(techniqueColor(Technique::Distill)); });
    DistillationPage::retranslateUi();
    showStudent();
}

QString DistillationPage::student() const {
    const QString name = textAt(m_settings->values(), "student").section(QLatin1Char('-'), 0, 0);
    return m_student->findData(name) >= 0 ? name : qstr(studentKinds().front().name);
}

void DistillationPage::showStudent() {
    Json values = m_settings->values();
    if (const QString word = textAt(values, "student"); word.contains(QLatin1Char('-'))) { // "shrunken-3" of a settings file
        values["student"] = student().toStdString();
        values["num_hidden_layers"] = word.section(QLatin1Char('-'), 1).toInt();
        m_settings->setValues(values); // comes here again
        return;
    }
    showExpert();
    if (m_shownStudent == student())
        return;
    m_shownStudent = student();
    m_student->setCurrentIndex(m_student->findData(m_shownStudent));
    QStringList shown = {QStringLiteral("temperature"), QStringLiteral("kd_loss_weight"), QStringLiteral("hard_label_weight"), QStringLiteral("epochs"),
                         QStringLiteral("batch_size"), QStringLiteral("learning_rate"), QStringLiteral("max_length"), QStringLiteral("variants"),
                         QStringLiteral("variant_share"), QStringLiteral("word_dropout"), QStringLiteral("evaluate_every"),
                         QStringLiteral("early_stopping_patience")};
    for (const char* key : studentChoice(m_shownStudent.toStdString()).kind->settings)
        shown.append(QString::fromLatin1(key));
    m_settings->setShown(shown);
    formChanged();
}

/// A setting that is no number; null: as the student has it by itself.
void DistillationPage::setExtra(const char* key, const Json& value) {
    Json values = m_settings->values();
    values.erase(key);
    if (!value.is_null())
        values[key] = value;
    m_settings->setValues(values);
}

/// What few need, for the students that have it; open where it departs from the usual.
void DistillationPage::showExpert() {
    const Json values = m_settings->values();
    const bool lstm = student() == QLatin1String("bilstm"), transformer = student() == QLatin1String("shrunken");
    const bool mean = lstm && textAt(values, "pooling") == QLatin1String("mean");
    const bool prunes = transformer && values.contains("prune_vocabulary") && values["prune_vocabulary"] == true;
    m_pooling->setCurrentIndex(mean ? 1 : 0);
    m_prune->setChecked(prunes);
    if (mean || prunes) {
        const QSignalBlocker blocker(m_expert);
        m_expert->setChecked(true);
    }
    m_expert->setVisible(lstm || transformer);
    m_expert->setText((m_expert->isChecked() ? QStringLiteral("▾ ") : QStringLiteral("▸ ")) + tr("Expert settings"));
    m_expertBox->setVisible(m_expert->isChecked() && (lstm || transformer));
    m_poolingLabel->setVisible(lstm);
    m_pooling->setVisible(lstm);
    m_prune->setVisible(transformer);
    m_expertNote->setText(lstm ? tr("The largest value of each feature finds single words that tell; the mean weighs the whole text.")
                               : tr("The table of pieces is most of a small student. Words that no training row has are then spelt in single characters; only for WordPiece vocabularies, as BERT has."));
}

QString DistillationPage::title() const {
    return tr("Distil");
}

QList<RunPage::Preset> DistillationPage::presets() const {
    const double usual = studentChoice(student().toStdString()).kind->epochs;
    return {{QStringLiteral("quick"), {{"epochs", std::ceil(usual * 0.4)}, {"temperature", 3.0}, {"variants", 1}}},
            {QStringLiteral("standard"), {{"epochs", nullptr}, {"temperature", 3.0}, {"variants", 2}}},
            {QStringLiteral("thorough"), {{"epochs", std::ceil(usual * 8 / 3)}, {"temperature", 3.0}, {"variants", 4}}}};
}

JobRequest DistillationPage::request() const {
    JobRequest job;
    job.kind = QStringLiteral("distill");
    job.method = method();
    job.dataset = datasetName();
    job.teacher = m_teacher->currentText();
    job.student = student();
    return job;
}

QStringList DistillationPage::commandArguments() const {
    QStringList arguments = {QStringLiteral("triptych-cli"), QStringLiteral("distill"), QStringLiteral("--data"), datasetName(),
                             QStringLiteral("--teacher"), m_teacher->currentText(), QStringLiteral("--student"), student()};
    arguments += settingArguments();
    if (m_pooling->currentIndex() == 1)
        arguments += {QStringLiteral("--pooling"), QStringLiteral("mean")};
    if (m_prune->isChecked())
        arguments += QStringLiteral("--prune-vocabulary");
    const QString out = m_out->text().trimmed();
    arguments += {QStringLiteral("--out"), out.isEmpty() ? QStringLiteral("%1-student").arg(datasetName()) : out};
    return arguments;
}

QString DistillationPage::obstacle() const {
    if (m_teacher->currentText().isEmpty())
        return tr("There is no teacher yet: fine-tune a model on the Fine-tune page first.");
    if (m_settings->value("kd_loss_weight") == 0 && m_settings->value("hard_label_weight") == 0)
        return tr("One of the two loss weights must be above 0.");
    return {};
}

void DistillationPage::refreshChoices() {
    if (!m_context.workspace)
        return;
    try {
        const QStringList names = teacherNames(*m_context.workspace, datasetName());
        m_teacher->clear();
        m_teacher->addItems(names); // the first is the best
        if (names.contains(m_wantedTeacher))
            m_teacher->setCurrentText(m_wantedTeacher);
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

void DistillationPage::showResult(const RunSummary* run) {
    m_resultCard->setVisible(run);
    m_resultRun = run ? run->id : QString();
    if (!run) {
        m_warning->hide();
        return;
    }
    const Json teacher = run->result.is_object() ? run->result.value("teacher", Json::object()) : Json::object();
    const Json test = run->result.is_object() ? run->result.value("control_test", Json::object()) : Json::object();
    const Metric* retention = run->metric("retention");
    const Metric* speedup = run->metric("speedup");
    const double teacherBytes = numberAt(teacher, "bytes");
    QList<KeyValueRows::Row> rows = {
        {tr("Student · teacher · control"),
         QStringLiteral("%1 · %2 · %3").arg(percentText(run->value("accuracy")), percentText(accuracyOf(run->result, "teacher")),
                                            percentText(accuracyOf(run->result, "control"))),
         tr("Accuracy on the same test rows")},
        {tr("Student"), studentTitle(run->student), tr("Its architecture; the control has the same")},
        {tr("Teacher"), run->base, tr("Whose soft targets this student learnt from")},
        {tr("Retention"), retention ? intervalText(retention->value, retention->low, retention->high) : QStringLiteral("—"),
         tr("The student's accuracy as a share of the teacher's")},
        {tr("Speed-up"), speedup ? timesText(speedup->value) : QStringLiteral("—"), tr("Median time of one text, teacher over student")},
        {tr("Size"),
         teacherBytes > 0 && run->bytes > 0
             ? tr("%1 of %2 (%3)").arg(bytesText(run->bytes), bytesText(teacherBytes), percentText(run->bytes / teacherBytes))
             : bytesText(run->bytes),
         tr("Bytes to serve, student and teacher")},
        {tr("Build"), durationText(run->buildS), tr("Student and control, without the teacher's own training")},
    };
    m_result->setRows(rows);
    const bool tested = test.is_object() && test.contains("difference");
    m_differenceText->setVisible(tested);
    m_difference->setVisible(tested);
    if (tested) {
        const double difference = numberAt(test, "difference"), low = numberAt(test, "low"), high = numberAt(test, "high");
        const auto points = [](double fraction) { return QLocale().toString(fraction * 100, 'f', 1); };
        m_differenceText->setText(tr("Student minus control: %1 points, 95 % interval %2 to %3, p = %4")
                                      .arg(points(difference), points(low), points(high), figureText(numberAt(test, "p", 1), 2)));
        // The scale is symmetric, so that its middle is "no difference".
        const double reach = std::max({std::abs(low), std::abs(high), 0.01}) * 1.2;
        m_difference->setRange(-reach, reach);
        m_difference->setColor(techniqueColor(Technique::Distill));
        m_difference->setValue(difference, low, high);
        m_difference->setAccessibleName(m_differenceText->text());
        m_difference->setToolTip(tr("The middle of the scale is no difference."));
    }
    if (distillationWarnings(*run).isEmpty())
        return m_warning->hide();
    m_warning->showMessage(Banner::Level::Warning, [summary = *run] {
        const QStringList warnings = distillationWarnings(summary);
        return Banner::Words{warnings.first(), warnings.mid(1).join(QLatin1Char(' ')), {}};
    });
}

QJsonObject DistillationPage::formState() const {
    return {{QStringLiteral("teacher"), m_wantedTeacher}};
}

void DistillationPage::restoreForm(const QJsonObject& state) {
    m_wantedTeacher = state.value(QStringLiteral("teacher")).toString();
}

void DistillationPage::retranslateUi() {
    m_teacherLabel->setText(tr("Teacher"));
    m_teacher->setAccessibleName(tr("Teacher"));
    m_studentLabel->setText(tr("Student"));
    m_student->setAccessibleName(tr("Student"));
    for (int i = 0; i < m_student->count(); ++i)
        m_student->setItemText(i, studentTitle(m_student->itemData(i).toString()));
    m_explanation->setText(tr("The same student is always trained a second time from the labels alone: this control shows what the teacher adds."));
    m_settings->setNames({tr("Temperature"), tr("Weight of the teacher"), tr("Weight of the labels"), tr("Epochs"), tr("Batch size"), tr("Learning rate"),
                          tr("Longest text, tokens"), tr("Unlabelled variants of a text"), tr("Share of variants in a step"), tr("Words hidden, share"),
                          tr("Dropout"), tr("Width of a word"), tr("Filters of a width"), tr("Width of a direction"), tr("LSTM layers"),
                          tr("Width before the last layer (0: none)"), tr("Layers kept (0: half)"), tr("Steps between dev looks (0: an epoch)"),
                          tr("Stop after dev looks without gain (0: never)")});
    m_poolingLabel->setText(tr("From the words to one vector"));
    m_pooling->setAccessibleName(tr("From the words to one vector"));
    m_pooling->setItemText(0, tr("the largest of all words"));
    m_pooling->setItemText(1, tr("the mean of all words"));
    m_prune->setText(tr("Know only the pieces of the training rows"));
    showExpert();
    for (const char* key : kByStudent)
        m_settings->setPlaceholder(key, tr("by the method"));
    m_resultCard->setTitle(tr("What the student keeps"));
    m_loss->setTitle(tr("Loss"));
    m_loss->setXAxis(tr("step"));
    m_loss->setYAxis(tr("loss"), tr("nats"));
    m_loss->setSeriesName(0, tr("student"));
    m_loss->setSeriesName(1, tr("control"));
    m_loss->setNote(tr("smoothed, raw beneath"));
    m_loss->setEmptyText(tr("Training loss of the student and of the control is drawn here while they learn."));
    m_accuracy->setTitle(tr("Accuracy"));
    m_accuracy->setXAxis(tr("step"));
    m_accuracy->setYAxis(tr("dev accuracy"), tr("fraction"));
    m_accuracy->setSeriesName(0, tr("student"));
    m_accuracy->setSeriesName(1, tr("control"));
    m_accuracy->setEmptyText(tr("Accuracy on the dev rows, student against control."));
    RunPage::retranslateUi();
    for (const RunSummary& run : runs()) {
        if (run.id == m_resultRun) {
            showResult(&run);
            break;
        }
    }
}

} // namespace triptych::ui
