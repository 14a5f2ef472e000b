#include "pages/models/export_card.h"

#include "engine_client/engine_client.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/command_line.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include <QComboBox>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStandardPaths>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {

constexpr const char* kForms[] = {"hf:", "hf:f32", "hf:f16", "hf:bf16", "gguf:f16", "gguf:q8_0", "gguf:q4_0"};

QString formWord(const QString& form) {
    if (form == QLatin1String("hf:"))
        return ExportCard::tr("Hugging Face folder, weights as stored");
    if (form.startsWith(QLatin1String("hf:")))
        return ExportCard::tr("Hugging Face folder, weights in %1").arg(form.section(u':', 1).toUpper());
    return ExportCard::tr("GGUF file for llama.cpp, weights in %1").arg(form.section(u':', 1).toUpper());
}

} // namespace

ExportCard::ExportCard(EngineClient& engine, QWidget* parent) : Card(parent), m_engine(engine) {
    m_formLabel = new QLabel(this);
    m_form = new QComboBox(this);
    m_form->setObjectName(QStringLiteral("exportForm"));
    m_formLabel->setBuddy(m_form);
    m_placeLabel = new QLabel(this);
    m_place = new QLineEdit(this);
    m_place->setObjectName(QStringLiteral("exportPlace"));
    m_placeLabel->setBuddy(m_place);
    for (QLabel* label : {m_formLabel, m_placeLabel})
        setTextStyle(label, TextSize::Body, Tone::Secondary);
    m_choose = new QPushButton(this);
    m_start = new QPushButton(this);
    m_start->setObjectName(QStringLiteral("startExport"));
    m_start->setProperty("primary", true);
    m_close = new QPushButton(this);
    m_close->setObjectName(QStringLiteral("closeExport"));
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("exportProblem"));
    m_problem->setWordWrap(true);
    setTextStyle(m_problem, TextSize::Caption, Tone::Warning);
    m_stage = new QLabel(this);
    setTextStyle(m_stage, TextSize::Caption, Tone::Secondary);
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_outcome = new QLabel(this);
    m_outcome->setObjectName(QStringLiteral("exportOutcome"));
    m_outcome->setTextFormat(Qt::PlainText); // it holds names of files and what the engine says of them
    m_outcome->setWordWrap(true);
    m_outcome->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_failed = new Banner(this);
    m_command = new CommandLine(this);

    auto* form = new QGridLayout;
    form->addWidget(m_formLabel, 0, 0);
    form->addWidget(m_form, 0, 1, 1, 2);
    form->addWidget(m_placeLabel, 1, 0);
    form->addWidget(m_place, 1, 1);
    form->addWidget(m_choose, 1, 2);
    form->setColumnStretch(1, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_start);
    buttons->addWidget(m_close);
    buttons->addWidget(m_stage, 1);
    body()->addLayout(form);
    body()->addWidget(m_problem);
    body()->addLayout(buttons);
    body()->addWidget(m_bar);
    body()->addWidget(m_failed);
    body()->addWidget(m_outcome);
    body()->addWidget(m_command);

    connect(m_form, &QComboBox::currentIndexChanged, this, [this] {
        m_place->setText(suggestedPlace());
        showState();
    });
    connect(m_place, &QLineEdit::textChanged, this, &ExportCard::showState);
    connect(m_choose, &QPushButton::clicked, this, &ExportCard::choosePlace);
    connect(m_start, &QPushButton::clicked, this, &ExportCard::start);
    connect(m_close, &QPushButton::clicked, this, &ExportCard::stop);
    connect(&m_engine, &EngineClient::progress, this, [this](quint64 number, const Json& params) {
        if (number != m_running || number == 0)
            return;
        const double done = numberAt(params, "done"), total = numberAt(params, "total");
        const QString stage = textAt(params, "stage");
        m_stage->setText(QStringLiteral("%1 · %2").arg(stageWord(stage), progressText(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total), textAt(params, "unit"))));
        m_bar->setRange(0, total > 0 ? 1000 : 0);
        m_bar->setValue(total > 0 ? static_cast<int>(1000 * done / total) : 0);
    });
    retranslate();
    hide();
}

ExportCard::~ExportCard() {
    if (m_running)
        m_engine.cancel(m_running);
}

void ExportCard::offer(const QString& name, const std::filesystem::path& folder, bool decoder) {
    if (m_running)
        return;
    m_name = name;
    m_folder = folder;
    m_decoder = decoder;
    m_result.reset();
    m_failed->hide();
    fillForms();
    m_place->setText(suggestedPlace());
    retranslate();
    setVisible(true);
    m_form->setFocus();
}

QString ExportCard::formOf(int row) const { return m_form->itemData(row).toString(); }

bool ExportCard::isGguf() const { return formOf(m_form->currentIndex()).startsWith(QLatin1String("gguf")); }

void ExportCard::fillForms() {
    const QSignalBlocker blocker(m_form);
    const QString chosen = formOf(m_form->currentIndex());
    m_form->clear();
    for (const char* form : kForms) {
        const QString word = QString::fromLatin1(form);
        if (m_decoder || word.startsWith(QLatin1String("hf")))
            m_form->addItem(formWord(word), word);
    }
    m_form->setCurrentIndex(std::max(0, m_form->findData(chosen)));
}

QString ExportCard::suggestedPlace() const {
    const QString typed = m_place->text();
    const QDir folder(typed.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) : QFileInfo(typed).absolutePath());
    const QString type = formOf(m_form->currentIndex()).section(u':', 1);
    const QString stem = type.isEmpty() ? m_name + QStringLiteral("-export") : QStringLiteral("%1-%2").arg(m_name, type);
    return QDir::toNativeSeparators(folder.filePath(isGguf() ? stem + QStringLiteral(".gguf") : stem));
}

void ExportCard::choosePlace() {
    // Nothing is written over, so there is nothing to confirm.
    const QString chosen = QFileDialog::getSaveFileName(this, isGguf() ? tr("Export to a file") : tr("Export to a new folder"), m_place->text(),
                                                        isGguf() ? tr("GGUF files (*.gguf)") : QString(), nullptr, QFileDialog::DontConfirmOverwrite);
    if (!chosen.isEmpty())
        m_place->setText(QDir::toNativeSeparators(chosen));
}

void ExportCard::showState() {
    const QString place = m_place->text().trimmed();
    const QString form = formOf(m_form->currentIndex());
    const QString type = form.section(u':', 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_form, m_place, m_choose})
        widget->setEnabled(!m_running);
    const bool taken = !place.isEmpty() && QFileInfo::exists(place);
    m_start->setEnabled(!m_running && !taken && QFileInfo(place).isAbsolute());
    const bool own = m_result && QDir::toNativeSeparators(textAt(*m_result, "path")) == place; // what has just been written there
    m_problem->setVisible(taken && !own && !m_running);
    m_close->setText(m_running ? tr("Cancel") : tr("Close"));
    m_bar->setVisible(m_running);
    m_stage->setVisible(m_running);
    m_command->setVisible(!m_running);
    QStringList command = {QStringLiteral("triptych-cli"), QStringLiteral("model"), QStringLiteral("export"), m_name, QStringLiteral("--format"), form.section(u':', 0, 0)};
    if (!type.isEmpty())
        command += {isGguf() ? QStringLiteral("--quant") : QStringLiteral("--dtype"), type};
    m_command->setArguments(command + QStringList{QStringLiteral("--out"), place});
    m_outcome->setVisible(m_result.has_value() && !m_running);
    if (!m_result)
        return;
    QStringList lines = {tr("Written to %1 (%2). A second process opened it and gave the same for %3 prompts.")
                             .arg(QDir::toNativeSeparators(textAt(*m_result, "path")), bytesText(numberAt(*m_result, "bytes")),
                                  countText(static_cast<std::int64_t>(numberAt(*m_result, "prompts"))))};
    if (const Json drift = m_result->value("drift", Json()); drift.is_object())
        lines.append(tr("What rounding the weights costs: a mean KL divergence of %1 nats from the source.").arg(figureText(numberAt(drift, "mean_kl"))));
    for (const Json& note : m_result->value("notes", Json::array()))
        lines.append(tr("A note of the export: %1").arg(note.is_string() ? qstr(note.get<std::string>()) : QString()));
    m_outcome->setText(lines.join(u'\n'));
}

void ExportCard::start() {
    if (m_running)
        return;
    m_failed->hide();
    m_result.reset();
    m_stage->clear();
    m_bar->setRange(0, 0);
    const QString form = formOf(m_form->currentIndex());
    const Json params = {{"path", m_folder.string()},
                         {"name", m_name.toStdString()},
                         {"format", form.section(u':', 0, 0).toStdString()},
                         {"type", form.section(u':', 1).toStdString()},
                         {"out", QDir::fromNativeSeparators(m_place->text().trimmed()).toStdString()}};
    m_running = m_engine.request(QStringLiteral("model.export"), params, this,
                                 [this](const Json& result) {
                                     m_running = 0;
                                     m_result = result;
                                     showState();
                                     Q_EMIT finished();
                                 },
                                 [this](const Error& error) {
                                     m_running = 0;
                                     showState();
                                     m_failed->showError(error);
                                     Q_EMIT finished();
                                 });
    showState();
    Q_EMIT started();
}

void ExportCard::stop() {
    if (!m_running) {
        hide();
        return;
    }
    m_engine.cancel(std::exchange(m_running, 0)); // the engine removes what it has written
    showState();
    Q_EMIT finished();
}

void ExportCard::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        fillForms();
        retranslate();
    }
    Card::changeEvent(event);
}

void ExportCard::retranslate() {
    setTitle(m_name.isEmpty() ? tr("Export") : tr("Export “%1”").arg(m_name));
    m_formLabel->setText(tr("As"));
    m_form->setAccessibleName(tr("Form of the export"));
    m_placeLabel->setText(tr("To"));
    m_place->setAccessibleName(tr("Place of the export"));
    m_choose->setText(tr("Choose…"));
    m_problem->setText(tr("There is something at this place already, and nothing is written over. Choose another."));
    m_bar->setAccessibleName(tr("Progress of the export"));
    m_start->setText(tr("Export"));
    showState();
}

} // namespace triptych::ui
