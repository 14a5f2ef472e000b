#include "pages/training/training_page.h"

#include "charts/line_chart.h"
#include "jobs/setting_ranges.h"
#include "l10n/words.h"
#include "pages/common/folding_row.h"
#include "pages/common/model_names.h"
#include "pages/common/outlook.h"
#include "pages/common/run_curves.h"
#include "widgets/card.h"
#include "widgets/page_header.h"
#include "widgets/segmented_control.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {

/// In the order of the names in retranslateUi().
QList<SettingsForm::Field> trainingFields() {
    QList<SettingsForm::Field> fields;
    for (const SettingRange& range : trainingRanges()) {
        if (qstrcmp(range.key, "checkpoint_every") != 0)
            fields.append({range.key, range.integer, range.low, range.high, range.otherwise, qstrcmp(range.key, "epochs") == 0});
    }
    const SettingRange& c = settingRange("C");
    fields.append({c.key, c.integer, c.low, c.high, c.otherwise, true});
    return fields;
}

constexpr double kSmoothing = 0.85;

} // namespace

TrainingPage::TrainingPage(const PageContext& context, QWidget* parent) : RunPage(context, trainingFields(), parent) {
    m_header->setTechnique(Technique::FineTune);
    m_methodLabel = new QLabel(m_formCard);
    m_methodLabel->setTextFormat(Qt::PlainText);
    m_method = new SegmentedControl(m_formCard);
    m_method->setObjectName(QStringLiteral("method"));
    m_baseLabel = new QLabel(m_formCard);
    m_baseLabel->setTextFormat(Qt::PlainText);
    m_base = new QComboBox(m_formCard);
    m_base->setObjectName(QStringLiteral("base"));
    addFormRow(m_methodLabel, m_method);
    addFormRow(m_baseLabel, m_base);

    auto* upper = new FoldingRow(this);
    m_loss = addChart(upper, 300);
    m_accuracy = addChart(upper, 300);
    auto* lower = new FoldingRow(this);
    m_rate = addChart(lower, 260);
    m_norm = addChart(lower, 260);
    m_rate->setMinimumHeight(150);
    m_norm->setMinimumHeight(150);
    upper->setExpanding(true);
    lower->setExpanding(true);
    m_right->addWidget(upper, 3);
    m_right->addWidget(lower, 2);
    m_loss->addSeries({QString(), &ThemeTokens::fineTune});
    m_loss->addSeries({QString(), &ThemeTokens::retrieve, Qt::DashLine, 2, true});
    m_loss->setYBounds(0, {});
    m_loss->setSmoothing(kSmoothing);
    m_accuracy->addSeries({QString(), &ThemeTokens::retrieve, Qt::SolidLine, 2, true});
    m_rate->addSeries({QString(), &ThemeTokens::zeroShot});
    m_rate->setYBounds(0, {});
    m_norm->addSeries({QString(), &ThemeTokens::hybrid, Qt::SolidLine, 1.5});
    m_norm->setYBounds(0, {});
    m_curves->bind(QStringLiteral("train_loss"), m_loss, 0);
    m_curves->bind(QStringLiteral("dev_loss"), m_loss, 1);
    m_curves->bind(QStringLiteral("dev_accuracy"), m_accuracy, 0);
    m_curves->bind(QStringLiteral("learning_rate"), m_rate, 0);
    m_curves->bind(QStringLiteral("gradient_norm"), m_norm, 0);
    connect(m_method, &SegmentedControl::currentChanged, this, [this] { methodChanged(); });
    connect(m_base, &QComboBox::textActivated, this, [this](const QString& name) {
        setBaseModel(m_context, name);
        formChanged();
    });
    TrainingPage::retranslateUi();
    m_method->setCurrent(QStringLiteral("full"));
    methodChanged();
}

QString TrainingPage::title() const {
    return tr("Fine-tune");
}

QString TrainingPage::method() const {
    return m_method->current().isEmpty() ? QStringLiteral("full") : m_method->current();
}

QString TrainingPage::base() const {
    return m_base->currentText();
}

void TrainingPage::methodChanged() {
    // The head is fitted to its minimum over vectors that are made once: nothing of a trainer applies.
    if (method() == QLatin1String("head"))
        m_settings->setShown({QStringLiteral("C")});
    else
        m_settings->setShown({QStringLiteral("epochs"), QStringLiteral("batch_size"), QStringLiteral("learning_rate"), QStringLiteral("max_length"),
                              QStringLiteral("warmup_ratio"), QStringLiteral("weight_decay"), QStringLiteral("max_grad_norm"),
                              QStringLiteral("evaluate_every"), QStringLiteral("early_stopping_patience")});
    RunPage::retranslateUi();
}

QList<RunPage::Preset> TrainingPage::presets() const {
    if (method() == QLatin1String("head"))
        return {};
    return {{QStringLiteral("quick"), {{"epochs", 1.0}, {"batch_size", 32}, {"learning_rate", 2e-4}}},
            {QStringLiteral("standard"), {{"epochs", nullptr}, {"batch_size", 32}, {"learning_rate", 1e-4}}},
            {QStringLiteral("thorough"), {{"epochs", 8.0}, {"batch_size", 32}, {"learning_rate", 5e-5}}}};
}

JobRequest TrainingPage::request() const {
    JobRequest job;
    job.kind = QStringLiteral("train");
    job.method = method();
    job.dataset = datasetName();
    job.model = base();
    return job;
}

QStringList TrainingPage::commandArguments() const {
    QStringList arguments = {QStringLiteral("triptych-cli"), QStringLiteral("train"), QStringLiteral("--data"), datasetName(),
                             QStringLiteral("--model"), base(), QStringLiteral("--method"), method()};
    arguments += settingArguments();
    const QString out = m_out->text().trimmed();
    arguments += {QStringLiteral("--out"), out.isEmpty() ? QStringLiteral("%1-%2").arg(datasetName(), method()) : out};
    return arguments;
}

QString TrainingPage::obstacle() const {
    return base().isEmpty() ? tr("There is no base model in the workspace or in the data folder.") : QString();
}

void TrainingPage::refreshChoices() {
    if (!m_context.workspace)
        return;
    try {
        const QString current = baseModel(m_context);
        const QStringList names = encoderNames(*m_context.workspace, current);
        m_base->clear();
        m_base->addItems(names);
        m_base->setCurrentText(current);
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

void TrainingPage::showResult(const RunSummary* run) {
    const bool head = run && run->method == QLatin1String("head");
    m_loss->setXAxis(head ? tr("iteration") : tr("step"));
}

QJsonObject TrainingPage::formState() const {
    return {{QStringLiteral("method"), method()}};
}

void TrainingPage::restoreForm(const QJsonObject& state) {
    m_method->setCurrent(state.value(QStringLiteral("method")).toString(QStringLiteral("full")));
    methodChanged();
}

void TrainingPage::retranslateUi() {
    m_methodLabel->setText(tr("What learns"));
    m_method->setAccessibleName(tr("What learns"));
    m_method->setSegments({{QStringLiteral("head"), tr("Head")}, {QStringLiteral("full"), tr("All weights")}});
    m_baseLabel->setText(tr("Base model"));
    m_base->setAccessibleName(tr("Base model"));
    m_settings->setNames({tr("Epochs"), tr("Batch size"), tr("Learning rate"), tr("Longest text, tokens"), tr("Warm-up, share of steps"), tr("Weight decay"),
                          tr("Clip gradients at norm"), tr("Steps between dev looks (0: an epoch)"),
                          tr("Stop after dev looks without gain (0: never)"), tr("Inverse regularisation C")});
    m_settings->setPlaceholder("C", tr("by dev rows"));
    m_settings->setPlaceholder("epochs", tr("by the method"));
    m_loss->setTitle(tr("Loss"));
    m_loss->setXAxis(tr("step"));
    m_loss->setYAxis(tr("loss"), tr("nats"));
    m_loss->setSeriesName(0, tr("train"));
    m_loss->setSeriesName(1, tr("dev"));
    m_loss->setNote(tr("train smoothed, raw beneath"));
    m_loss->setEmptyText(tr("The loss on training and dev rows is drawn here while a run learns."));
    m_accuracy->setTitle(tr("Accuracy"));
    m_accuracy->setXAxis(tr("step"));
    m_accuracy->setYAxis(tr("accuracy"), tr("fraction"));
    m_accuracy->setSeriesName(0, tr("dev"));
    m_accuracy->setEmptyText(tr("Accuracy on the dev rows is drawn here after each look."));
    m_rate->setTitle(tr("Learning rate"));
    m_rate->setXAxis(tr("step"));
    m_rate->setYAxis(tr("rate"));
    m_rate->setSeriesName(0, tr("rate"));
    m_rate->setEmptyText(tr("How the learning rate rises and falls."));
    m_norm->setTitle(tr("Gradient norm"));
    m_norm->setXAxis(tr("step"));
    m_norm->setYAxis(tr("norm"));
    m_norm->setSeriesName(0, tr("norm"));
    m_norm->setEmptyText(tr("A norm that jumps asks for a lower learning rate."));
    RunPage::retranslateUi();
}

} // namespace triptych::ui
