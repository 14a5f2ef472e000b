#include "pages/models/import_card.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/run_summary.h"
#include "l10n/words.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include "base/resources.h"
#include "base/wall_clock.h"
#include "jobs/model_lookup.h"
#include "storage/workspace.h"

#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace triptych::ui {

ImportCard::ImportCard(const PageContext& context, std::function<QString(const QString&)> taken, QWidget* parent)
    : Card(parent), m_context(context), m_taken(std::move(taken)) {
    m_about = new QLabel(this);
    m_about->setTextFormat(Qt::PlainText);
    m_about->setWordWrap(true);
    m_about->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_nameLabel = new QLabel(this);
    setTextStyle(m_nameLabel, TextSize::Body, Tone::Secondary);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("importName"));
    m_nameLabel->setBuddy(m_name);
    m_import = new QPushButton(this);
    m_import->setObjectName(QStringLiteral("importModel"));
    m_cancel = new QPushButton(this);
    m_cancel->setObjectName(QStringLiteral("cancelImport"));
    m_problemText = new QLabel(this);
    m_problemText->setWordWrap(true);
    setTextStyle(m_problemText, TextSize::Caption, Tone::Warning);
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_failed = new Banner(this);
    auto* line = new QHBoxLayout;
    line->addWidget(m_nameLabel);
    line->addWidget(m_name, 1);
    line->addWidget(m_import);
    line->addWidget(m_cancel);
    body()->addWidget(m_about);
    body()->addLayout(line);
    body()->addWidget(m_problemText);
    body()->addWidget(m_bar);
    body()->addWidget(m_failed);
    connect(m_name, &QLineEdit::textChanged, this, &ImportCard::showState);
    connect(m_name, &QLineEdit::returnPressed, m_import, &QPushButton::click);
    connect(m_import, &QPushButton::clicked, this, &ImportCard::import);
    connect(m_cancel, &QPushButton::clicked, this, &ImportCard::cancel);
    connect(&m_context.engines.files, &EngineClient::progress, this, [this](quint64 number, const Json& params) {
        if (number != m_running || number == 0)
            return;
        const double total = numberAt(params, "total");
        m_bar->setRange(0, total > 0 ? 1000 : 0);
        m_bar->setValue(total > 0 ? static_cast<int>(1000 * numberAt(params, "done") / total) : 0);
    });
    retranslate();
}

ImportCard::~ImportCard() {
    disconnect(); // what hears of it may be half gone
    m_context.engines.files.requestStop(m_running);
}

void ImportCard::ask(const QString& source) {
    if (m_running)
        return;
    m_failed->hide();
    m_getting.clear();
    m_source = QDir::cleanPath(QFileInfo(source).absoluteFilePath());
    // A model may be one file; another file that was dropped is taken for one of its folder.
    const QFileInfo file(m_source);
    const bool whole = file.suffix() == QLatin1String("gguf") || file.suffix() == QLatin1String("bin");
    if (file.isFile() && !whole)
        m_source = file.absolutePath();
    m_name->setText(file.isFile() && whole ? file.completeBaseName() : QFileInfo(m_source).fileName());
    showState();
    Q_EMIT changed();
    m_name->setFocus();
    m_name->selectAll();
}

void ImportCard::get(const QString& name) {
    if (m_running)
        return;
    m_source.clear();
    m_getting = name;
    copy(QStringLiteral("model.get"), name, Json::object(), false);
}

void ImportCard::import() {
    if (!m_running && !m_source.isEmpty() && problem().isEmpty())
        copy(QStringLiteral("model.import"), m_name->text().trimmed(), {{"source", m_source.toStdString()}}, m_context.workspace != nullptr);
}

void ImportCard::cancel() {
    if (m_running) {
        m_cancelled = true;
        m_context.engines.files.requestStop(m_running);
        return showState();
    }
    m_source.clear();
    m_getting.clear();
    showState();
    Q_EMIT changed();
}

void ImportCard::copy(const QString& method, const QString& name, Json params, bool intoWorkspace) {
    m_failed->hide();
    m_bar->setRange(0, 0);
    const std::filesystem::path models = intoWorkspace ? std::filesystem::absolute(m_context.workspace->folder()) / "models" : dataFolder() / "models";
    params["name"] = name.toStdString();
    params["models"] = models.string();
    m_cancelled = false;
    // Without a context: a copy that was whole before the engine heard of a cancel is taken away, whether the card lives or not.
    // A fetched model stays: its place is its record, and it would only be fetched again.
    const std::filesystem::path folder = models / name.toStdString();
    const bool imports = m_getting.isEmpty();
    m_running = m_context.engines.files.request(method, params, nullptr,
                                                [self = QPointer<ImportCard>(this), name, folder, imports, intoWorkspace](const Json& made) {
                                                    if (imports && (!self || self->m_cancelled)) {
                                                        std::error_code ignored;
                                                        std::filesystem::remove_all(folder, ignored);
                                                        if (self)
                                                            self->fail(Error(ErrorCode::Cancelled, "cancelled"));
                                                    } else if (self) {
                                                        self->copied(name, made, intoWorkspace);
                                                    }
                                                },
                                                [self = QPointer<ImportCard>(this)](const Error& error) {
                                                    if (self)
                                                        self->fail(error);
                                                });
    showState();
    Q_EMIT changed();
}

void ImportCard::copied(const QString& name, const Json& made, bool intoWorkspace) {
    if (!intoWorkspace)
        return finish(name);
    const ModelRecord record{name.toStdString(), "models/" + name.toStdString(), made.value("kind", std::string()), "", isoTimeUtc()};
    m_context.jobs.change([record](Workspace& workspace) { workspace.saveModel(record); }, this, [this, name] { finish(name); },
                          [this, folder = m_context.workspace->folder() / record.path](const Error& error) {
                              std::error_code ignored; // an unnamed copy would only take room
                              std::filesystem::remove_all(folder, ignored);
                              fail(error);
                          });
}

void ImportCard::finish(const QString& name) {
    m_running = 0;
    m_source.clear();
    m_getting.clear();
    showState();
    Q_EMIT changed();
    Q_EMIT imported(name);
}

void ImportCard::fail(const Error& error) {
    m_running = 0;
    if (m_cancelled)
        m_getting.clear(); // of an import the source stays, to be asked again
    showState();
    Q_EMIT changed();
    if (error.code() != ErrorCode::Cancelled)
        m_failed->showError(error);
}

QString ImportCard::problem() const {
    const QString name = m_name->text().trimmed();
    try {
        checkModelName(name.toStdString());
    } catch (const Error&) {
        return tr("A name has 1 to 100 bytes, no slash, no invisible character, no blank at either end, and does not begin with a dot or a dash.");
    }
    return m_taken(name);
}

void ImportCard::showState() {
    setVisible(isAsked());
    if (!isAsked())
        return;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_nameLabel, m_name, m_import})
        widget->setVisible(m_getting.isEmpty());
    m_bar->setVisible(isRunning());
    m_cancel->setEnabled(!isRunning() || !m_cancelled);
    if (!m_getting.isEmpty()) {
        m_about->setText(tr("%1 is fetched and checked. What is cancelled goes on the next time where it ended.").arg(m_getting));
        m_problemText->hide();
        return;
    }
    m_about->setText(m_context.workspace ? tr("%1 is checked and copied into the workspace.").arg(QDir::toNativeSeparators(m_source))
                                         : tr("%1 is checked and copied into this user's models.").arg(QDir::toNativeSeparators(m_source)));
    const QString wrong = problem();
    m_problemText->setText(wrong);
    m_problemText->setVisible(!wrong.isEmpty() && !isRunning());
    m_name->setEnabled(!isRunning());
    m_import->setEnabled(!isRunning() && wrong.isEmpty());
}

QJsonObject ImportCard::saveState() const { return {{QStringLiteral("source"), m_source}, {QStringLiteral("name"), m_name->text()}}; }

void ImportCard::restoreState(const QJsonObject& state) {
    m_source = state.value(QStringLiteral("source")).toString();
    m_name->setText(state.value(QStringLiteral("name")).toString());
    showState();
}

void ImportCard::retranslate() {
    setTitle(tr("Import a model"));
    m_nameLabel->setText(tr("Name"));
    m_name->setAccessibleName(tr("Name of the model"));
    m_import->setText(tr("Import"));
    m_cancel->setText(tr("Cancel"));
    showState();
}

void ImportCard::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    Card::changeEvent(event);
}

} // namespace triptych::ui
