#include "pages/models/models_page.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/run_summary.h"
#include "item_models/tensors_model.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/command_line.h"
#include "pages/common/folding_row.h"
#include "pages/common/scroll_column.h"
#include "pages/models/endpoints_card.h"
#include "pages/models/export_card.h"
#include "pages/models/import_card.h"
#include "pages/models/try_model_card.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/card.h"
#include "widgets/drop_area.h"
#include "widgets/empty_state.h"
#include "widgets/key_value_rows.h"
#include "widgets/page_header.h"

#include "jobs/endpoint.h"
#include "jobs/known_models.h"

#include <QDir>
#include <QFileInfo>
#include <QGridLayout>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListWidget>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kShownLabels = 6;
/// Bytes of a weight in float32 arithmetic, whatever the file holds.
constexpr double kBytesInMemory = 4;

QString kindWord(const std::string& kind) {
    if (kind == "encoder")
        return ModelsPage::tr("encoder");
    if (kind == "classifier")
        return ModelsPage::tr("classifier");
    if (kind == "decoder")
        return ModelsPage::tr("decoder");
    if (kind == "seq2seq")
        return ModelsPage::tr("encoder and decoder");
    if (kind == "missing")
        return ModelsPage::tr("folder missing");
    const QString student = studentTitle(qstr(kind));
    return student.isEmpty() ? methodWord(qstr(kind)) : student;
}

QString poolingWord(const QString& pooling) {
    if (pooling == QLatin1String("mean"))
        return ModelsPage::tr("mean of all tokens");
    if (pooling == QLatin1String("cls"))
        return ModelsPage::tr("first token");
    return pooling == QLatin1String("max") ? ModelsPage::tr("largest of all tokens") : pooling;
}

/// The end of a path, which is what tells one from another.
QString shortPath(const QString& path) {
    const QStringList parts = path.split(u'/', Qt::SkipEmptyParts);
    return parts.size() <= 3 ? path : QStringLiteral("…/") + parts.last(3).join(u'/');
}

} // namespace

ModelsPage::ModelsPage(const PageContext& context, QWidget* parent) : Page(context, parent) {
    build();
    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item)
            select(item->data(Qt::UserRole).toString());
    });
    connect(m_drop, &DropArea::filesChosen, this, [this](const QStringList& files) { m_import->ask(files.first()); });
    connect(m_header->primaryButton(), &QPushButton::clicked, m_drop->button(), &QPushButton::click);
    connect(m_empty, &EmptyState::actionTriggered, m_drop->button(), &QPushButton::click);
    connect(m_remove, &QPushButton::clicked, this, &ModelsPage::remove);
    connect(m_export, &QPushButton::clicked, this, [this] {
        if (const ListedModel* const model = current())
            m_exportCard->offer(m_current, model->folder, m_description && textAt(*m_description, "kind") == QLatin1String("decoder"));
    });
    connect(m_exportCard, &ExportCard::started, this, &ModelsPage::showExportButton);
    connect(m_exportCard, &ExportCard::finished, this, &ModelsPage::showExportButton);
    connect(m_knownMenu, &QMenu::aboutToShow, this, &ModelsPage::fillKnown);
    connect(m_import, &ImportCard::changed, this, &ModelsPage::showImport);
    connect(m_import, &ImportCard::imported, this, [this](const QString& name) {
        m_wanted = name;
        refresh();
    });
    connect(m_try, &TryModelCard::tried, this, &ModelsPage::tried);
    connect(m_endpoints, &EndpointsCard::chosen, this, &ModelsPage::selectEndpoint);
    connect(m_endpoints, &EndpointsCard::changed, this, [this] {
        m_import->showState(); // a name may be taken now
        if (m_endpoint.isEmpty())
            return;
        if (!m_endpoints->has(m_endpoint))
            m_endpoint.clear();
        refresh();
    });
    retranslateUi();
}

ModelsPage::~ModelsPage() = default;

void ModelsPage::build() {
    m_header = new PageHeader(this);
    m_scroll = new ScrollColumn(this);
    m_columns = new FoldingRow(this);
    m_listCard = new Card(this);
    m_list = new QListWidget(m_listCard);
    m_list->setObjectName(QStringLiteral("models"));
    m_list->setMinimumHeight(180);
    m_remove = new QPushButton(m_listCard);
    m_remove->setObjectName(QStringLiteral("removeModel"));
    m_export = new QPushButton(m_listCard);
    m_export->setObjectName(QStringLiteral("exportModel"));
    m_drop = new DropArea(m_listCard);
    m_drop->setAsksForFolder(true);
    m_known = new QPushButton(m_listCard);
    m_known->setObjectName(QStringLiteral("getModel"));
    m_knownMenu = new QMenu(m_known);
    m_known->setMenu(m_knownMenu);
    auto* buttons = new QGridLayout; // three side by side would be cut in a narrow column
    buttons->addWidget(m_export, 0, 0);
    buttons->addWidget(m_remove, 0, 1);
    buttons->addWidget(m_known, 1, 0, 1, 2);
    m_listCard->body()->addWidget(m_list, 1);
    m_listCard->body()->addLayout(buttons);
    m_listCard->body()->addWidget(m_drop);

    auto* left = new QWidget(m_columns);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->setSpacing(space::l);
    m_endpoints = new EndpointsCard(m_context, left);
    leftColumn->addWidget(m_listCard, 1);
    leftColumn->addWidget(m_endpoints);

    auto* right = new QWidget(m_columns);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->setSpacing(space::l);

    m_import = new ImportCard(m_context, [this](const QString& name) { return takenBy(name); }, right);
    m_exportCard = new ExportCard(m_context.engines.files, right);
    m_empty = new EmptyState(right);
    m_details = new QWidget(right);
    m_refused = new Banner(m_details);
    m_refused->setClosable(false);
    m_factsCard = new Card(m_details);
    m_facts = new KeyValueRows(m_factsCard);
    m_command = new CommandLine(m_factsCard);
    m_factsCard->body()->addWidget(m_facts);
    m_factsCard->body()->addWidget(m_command);
    m_try = new TryModelCard(m_context.engines, m_details);
    auto* upper = new FoldingRow(m_details);
    upper->addWidget(m_factsCard, 1, 330);
    upper->addWidget(m_try, 1, 330);

    m_tensorsCard = new Card(m_details);
    m_tensors = new TensorsModel(this);
    m_tree = new QTreeView(m_tensorsCard);
    m_tree->setModel(m_tensors);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setMinimumHeight(280);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(TensorsModel::Name, QHeaderView::Stretch);
    for (const int column : {TensorsModel::Type, TensorsModel::Shape, TensorsModel::Parameters, TensorsModel::Size})
        m_tree->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    m_tensorsCard->body()->addWidget(m_tree);

    auto* details = new QVBoxLayout(m_details);
    details->setContentsMargins(0, 0, 0, 0);
    details->setSpacing(space::l);
    details->addWidget(m_refused);
    details->addWidget(upper);
    details->addWidget(m_tensorsCard, 1);
    rightColumn->addWidget(m_import);
    rightColumn->addWidget(m_exportCard);
    rightColumn->addWidget(m_empty, 1);
    rightColumn->addWidget(m_details, 1);

    m_columns->addWidget(left, 1, 230);
    m_columns->addWidget(right, 4, 560);
    m_columns->setExpanding(true);
    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(m_columns, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
    showImport();
}

QString ModelsPage::title() const { return tr("Models"); }

void ModelsPage::open(const QString& what) {
    if (what.isEmpty())
        return;
    if (what.contains(u'/') && QFileInfo::exists(what))
        return m_import->ask(what);
    m_wanted = what;
    refresh();
}

void ModelsPage::refresh() {
    try {
        m_models = listModels(m_context.workspace.get());
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
        return;
    }
    Q_EMIT errorRaised({}, {});
    m_endpoints->refresh();
    if (const QString wanted = std::exchange(m_wanted, {}); m_endpoints->has(wanted)) {
        m_endpoint = wanted;
        m_endpoints->choose(wanted);
    } else if (!wanted.isEmpty()) {
        m_endpoint.clear();
        m_current = wanted;
    }
    if (!m_endpoints->has(m_endpoint))
        m_endpoint.clear();
    if (m_endpoint.isEmpty() && !current())
        m_current = m_models.empty() ? QString() : qstr(m_models.front().name);
    showList();
    showModel();
}

const ListedModel* ModelsPage::current() const {
    if (!m_endpoint.isEmpty())
        return nullptr;
    const auto found = std::find_if(m_models.begin(), m_models.end(), [this](const ListedModel& model) { return qstr(model.name) == m_current; });
    return found == m_models.end() ? nullptr : &*found;
}

QString ModelsPage::placeOf(const ListedModel& model) const {
    if (model.shared)
        return tr("of this user");
    return model.run.empty() ? tr("of this workspace") : tr("made by a run");
}

void ModelsPage::showList() {
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    for (const ListedModel& model : m_models) {
        const QString second = model.kind.empty() ? placeOf(model) : QStringLiteral("%1 · %2").arg(kindWord(model.kind), placeOf(model));
        auto* item = new QListWidgetItem(qstr(model.name) + u'\n' + second, m_list);
        item->setData(Qt::UserRole, qstr(model.name));
        item->setToolTip(literalText(qstr(model.folder.string())));
        item->setSizeHint(QSize(0, 44));
        if (qstr(model.name) == m_current && m_endpoint.isEmpty())
            m_list->setCurrentItem(item);
    }
    m_header->setState(m_models.empty() ? tr("No models yet") : tr("%n models", nullptr, static_cast<int>(m_models.size())));
}

void ModelsPage::select(const QString& name) {
    m_endpoint.clear();
    m_current = name;
    showModel();
}

void ModelsPage::selectEndpoint(const QString& name) {
    m_endpoint = name;
    showList(); // no model is chosen in it now
    showModel();
}

void ModelsPage::showExportButton() {
    const bool runs = m_exportCard->isRunning();
    m_export->setEnabled(current() && m_description.has_value() && !runs);
    m_export->setToolTip(runs ? tr("An export runs. The next one can begin when it is done or cancelled.")
                              : tr("Write the model for other programs: a Hugging Face folder or a GGUF file"));
}

void ModelsPage::showModel() {
    if (!m_endpoint.isEmpty())
        return showEndpoint();
    const ListedModel* const model = current();
    m_empty->setVisible(!model && !m_import->isAsked());
    m_details->setVisible(model != nullptr);
    m_remove->setEnabled(model != nullptr);
    showExportButton();
    // Read anew, the model in sight keeps what is shown of it until the answer comes.
    if (!model || m_described != model->folder) {
        m_described = model ? model->folder : std::filesystem::path();
        m_context.engines.answers.cancel(std::exchange(m_describing, 0));
        m_description.reset();
        m_try->clear();
        m_tensors->setTensors(Json::array());
    }
    m_refusal.reset();
    showFacts();
    if (!model)
        return;
    m_describing = m_context.engines.answers.requestLatest(QStringLiteral("models/describe"), QStringLiteral("model.describe"), {{"path", model->folder.string()}}, this,
                                   [this](const Json& description) {
                                       m_description = description;
                                       m_tensors->setTensors(description.value("tensors", Json::array()));
                                       // One look at the outline: the whole tree of a model has hundreds of lines.
                                       m_tree->expandToDepth(0);
                                       showFacts();
                                       Q_EMIT described();
                                   },
                                   [this](const Error& error) {
                                       m_refusal = error;
                                       m_description.reset();
                                       m_tensors->setTensors(Json::array());
                                       showFacts();
                                       Q_EMIT described();
                                   });
}

void ModelsPage::showFacts() {
    const ListedModel* const model = current();
    if (!model)
        return;
    showExportButton();
    m_factsCard->setTitle(m_current);
    m_command->setArguments({QStringLiteral("triptych-cli"), QStringLiteral("model"), QStringLiteral("info"), m_current, QStringLiteral("--tensors")});
    if (m_refusal)
        m_refused->showError(*m_refusal);
    else
        m_refused->hide();
    QList<KeyValueRows::Row> rows;
    const Json none;
    const Json& facts = m_description ? *m_description : none;
    if (m_description) {
        const QString architecture = textAt(facts, "architecture");
        rows.append({tr("Kind"), kindWord(facts.value("kind", std::string())), {}});
        if (!architecture.isEmpty())
            rows.append({tr("Architecture"), architecture, {}});
        if (const auto parameters = static_cast<std::int64_t>(numberAt(facts, "parameters")); parameters > 0) {
            rows.append({tr("Parameters"), tr("%1 in %2").arg(shortCountText(parameters), textAt(facts, "dtype")), countText(parameters)});
            if (const double heads = numberAt(facts, "heads"); heads > 0) {
                rows.append({tr("Shape"), tr("%1 layers of %2, %3 heads").arg(countText(static_cast<std::int64_t>(numberAt(facts, "layers"))),
                                                                               countText(static_cast<std::int64_t>(numberAt(facts, "dimension"))),
                                                                               countText(static_cast<std::int64_t>(heads))),
                             {}});
            }
            rows.append({tr("Vocabulary"), tr("%1 tokens").arg(countText(static_cast<std::int64_t>(numberAt(facts, "vocabulary")))), {}});
            if (const double positions = numberAt(facts, "max_length"); positions > 0)
                rows.append({tr("Longest text"), tr("%1 tokens").arg(countText(static_cast<std::int64_t>(positions))), {}});
            rows.append({tr("Tokenizer"), facts.value("tokenizer", false) ? tr("yes") : tr("none: only token ids can be given"), {}});
            rows.append({tr("Memory"), tr("about %1 in float32").arg(bytesText(kBytesInMemory * static_cast<double>(parameters))),
                         tr("The weights alone. A batch of texts adds to it, training three times as much again.")});
        }
        if (const Json adapter = facts.value("adapter", Json()); adapter.is_object()) {
            const QString base = textAt(adapter, "base");
            rows.append({tr("Adapter"), tr("%1, rank %2, alpha %3, %4 parameters")
                                            .arg(adapter.value("use_dora", false) ? QStringLiteral("DoRA") : QStringLiteral("LoRA"),
                                                 countText(static_cast<std::int64_t>(numberAt(adapter, "r"))), QLocale().toString(numberAt(adapter, "lora_alpha")),
                                                 shortCountText(static_cast<std::int64_t>(numberAt(adapter, "parameters")))),
                         {}});
            rows.append({tr("Base model"), shortPath(base), QDir::toNativeSeparators(base)});
        }
        if (const QString pooling = poolingWord(textAt(facts, "pooling")); !pooling.isEmpty())
            rows.append({tr("Sentence vector"), facts.value("normalized", false) ? tr("%1, length 1").arg(pooling) : pooling, {}});
        if (const Json labels = facts.value("labels", Json::array()); labels.is_array() && !labels.empty()) {
            QStringList names;
            for (const Json& label : labels)
                names.append(label.is_string() ? qstr(label.get<std::string>()) : QString());
            const QString all = names.join(QStringLiteral(", "));
            const QString shown = names.size() > kShownLabels ? names.mid(0, kShownLabels).join(QStringLiteral(", ")) + QStringLiteral(" …") : all;
            rows.append({tr("Labels"), QStringLiteral("%1: %2").arg(countText(static_cast<std::int64_t>(names.size())), shown), all.left(2000)});
        }
        const QString licence = textAt(facts, "licence");
        rows.append({tr("Licence"), licence.isEmpty() ? tr("not stated in its folder") : licence, {}, licence.isEmpty() ? Tone::Secondary : Tone::Text});
        rows.append({tr("Size on disk"), bytesText(numberAt(facts, "bytes")), {}});
    } else if (!m_refusal) {
        rows.append({tr("Reading the weights' header…"), {}, {}});
    }
    rows.append({tr("Folder"), shortPath(qstr(model->folder.string())), QDir::toNativeSeparators(qstr(model->folder.string()))});
    m_facts->setRows(rows);

    const QString kind = textAt(facts, "kind");
    const Json path = {{"path", model->folder.string()}};
    if (!facts.is_object() || !facts.value("tokenizer", false))
        m_try->hide();
    else if (kind == QLatin1String("encoder"))
        m_try->offer(TryModelCard::Kind::Nearness, path);
    else if (kind == QLatin1String("decoder") || kind == QLatin1String("seq2seq"))
        m_try->offer(TryModelCard::Kind::Text, path);
    else if (textAt(facts, "architecture").endsWith(QLatin1String("ForSequenceClassification")))
        m_try->offer(TryModelCard::Kind::Labels, path);
    else
        m_try->hide();
    m_tensorsCard->setVisible(m_tensors->rowCount() > 0);
    m_tensorsCard->setCaption(tr("%n tensors", nullptr, static_cast<int>(facts.is_object() && facts.contains("tensors") ? facts["tensors"].size() : 0)));
}

void ModelsPage::showEndpoint() {
    m_empty->hide();
    m_details->show();
    m_remove->setEnabled(false); // of models: the card of the endpoints has its own
    showExportButton();
    m_tensors->setTensors(Json::array());
    m_tensorsCard->hide();
    if (m_described != std::filesystem::path(m_endpoint.toStdString())) { // a name, where a model has its folder
        m_described = m_endpoint.toStdString();
        m_context.engines.answers.cancel(std::exchange(m_describing, 0));
        m_description.reset();
        m_try->clear();
    }
    m_refused->hide();
    m_factsCard->setTitle(m_endpoint);
    try {
        const std::filesystem::path folder = std::filesystem::absolute(m_context.workspace->folder());
        const Endpoint endpoint = requireEndpoint(folder, m_endpoint.toStdString());
        const QString variable = qstr(keyVariable(endpoint));
        QList<KeyValueRows::Row> rows = {{tr("Kind"), endpoint.embedder ? tr("endpoint: gives vectors") : tr("endpoint: writes texts"), {}},
                                         {tr("Address"), qstr(endpoint.base_url), {}},
                                         {tr("Model"), qstr(endpoint.model), {}},
                                         {tr("Key"), qEnvironmentVariableIsEmpty(qPrintable(variable)) ? tr("from the keychain, if it has one") : tr("from %1").arg(variable),
                                          tr("%1 in the environment goes before the keychain.").arg(variable)}};
        if (endpoint.dimension > 0)
            rows.append({tr("Sentence vector"), tr("%1 numbers").arg(countText(endpoint.dimension)), {}});
        m_facts->setRows(rows);
        m_command->setArguments(endpoint.embedder
                                    ? QStringList{QStringLiteral("triptych-cli"), QStringLiteral("endpoint"), QStringLiteral("test"), m_endpoint}
                                    : QStringList{QStringLiteral("triptych-cli"), QStringLiteral("model"), QStringLiteral("generate"), m_endpoint, QStringLiteral("--prompt"), QStringLiteral("Say hello.")});
        m_try->offer(endpoint.embedder ? TryModelCard::Kind::Nearness : TryModelCard::Kind::Text, {{"workspace", folder.string()}, {"endpoint", endpoint.name}});
    } catch (const Error& error) {
        m_facts->setRows({});
        m_command->setArguments({QStringLiteral("triptych-cli"), QStringLiteral("endpoint"), QStringLiteral("list")});
        m_try->hide();
        m_refused->showError(error);
    }
}

QString ModelsPage::takenBy(const QString& name) const {
    if (m_endpoints->has(name))
        return tr("There is an endpoint of this name. Choose another.");
    const bool taken = std::any_of(m_models.begin(), m_models.end(), [&](const ListedModel& model) { return qstr(model.name) == name; });
    return taken ? tr("There is a model of this name. Choose another, or remove that one first.") : QString();
}

void ModelsPage::showImport() {
    m_empty->setVisible(!m_import->isAsked() && m_models.empty() && m_endpoint.isEmpty());
    m_known->setEnabled(!m_import->isRunning());
}

void ModelsPage::fillKnown() {
    m_knownMenu->clear();
    try {
        for (const KnownModel& model : knownModels()) {
            const QString name = qstr(model.name);
            const std::string language = QLocale().language() == QLocale::Chinese ? "zh" : "en";
            QAction* const action = m_knownMenu->addAction(tr("%1: %2 (%3, %4)").arg(name, qstr(model.about.at(language)), bytesText(static_cast<double>(model.bytes)), qstr(model.licence)));
            action->setEnabled(std::none_of(m_models.begin(), m_models.end(), [&](const ListedModel& there) { return there.name == model.name; }));
            connect(action, &QAction::triggered, this, [this, name] { m_import->get(name); });
        }
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

void ModelsPage::remove() {
    if (!current())
        return;
    const ListedModel model = *current(); // a copy: the list may be read anew while the question is open
    const QString name = m_current;
    QMessageBox box(QMessageBox::Warning, tr("Remove “%1”?").arg(name), literalText(tr("Remove the model “%1”?").arg(name)), QMessageBox::Cancel, this);
    box.setInformativeText(literalText(model.run.empty() ? tr("Its folder is deleted: %1. Runs that rest on it cannot be opened any more.").arg(QDir::toNativeSeparators(qstr(model.folder.string())))
                                                             : tr("Its name is taken out of the workspace; the run that made it keeps its folder.")));
    QPushButton* const yes = box.addButton(tr("Remove"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("confirmRemove"));
    box.exec();
    if (box.clickedButton() != yes)
        return;
    const auto failed = [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); };
    if (model.shared) {
        m_loading.start([name = model.name](const std::stop_token&) { return removeModel(nullptr, name); }, [this](const RemovedModel&) { refresh(); }, failed);
        return;
    }
    m_context.jobs.change([name = model.name](Workspace& workspace) { removeModel(&workspace, name); }, this, [this] { refresh(); }, failed);
}

QByteArray ModelsPage::saveState() const {
    return QJsonDocument(QJsonObject{{QStringLiteral("model"), m_endpoint.isEmpty() ? m_current : m_endpoint}, {QStringLiteral("first"), m_try->first()}, {QStringLiteral("second"), m_try->second()},
                                     {QStringLiteral("import"), m_import->saveState()}, {QStringLiteral("endpoint"), m_endpoints->saveState()}})
        .toJson(QJsonDocument::Compact);
}

void ModelsPage::restoreState(const QByteArray& state) {
    const QJsonObject object = QJsonDocument::fromJson(state).object();
    m_wanted = object.value(QStringLiteral("model")).toString();
    m_try->restore(object.value(QStringLiteral("first")).toString(), object.value(QStringLiteral("second")).toString());
    m_import->restoreState(object.value(QStringLiteral("import")).toObject());
    m_endpoints->restoreState(object.value(QStringLiteral("endpoint")).toObject());
    showImport();
}

void ModelsPage::retranslateUi() {
    m_header->setTitle(title());
    m_header->primaryButton()->setText(tr("Import a folder…"));
    m_listCard->setTitle(tr("Models"));
    m_list->setAccessibleName(tr("Models"));
    m_drop->setTexts(tr("Drop a model folder here (config.json, safetensors weights, tokenizer) or a GGUF file"), tr("Choose a folder…"));
    m_remove->setText(tr("Remove…"));
    m_export->setText(tr("Export…"));
    showExportButton();
    m_known->setText(tr("Get…"));
    m_known->setToolTip(tr("Fetch one of the small models that are known"));
    m_empty->setTexts(tr("No models yet"),
                      tr("Import a Hugging Face or PEFT folder with safetensors weights, or a GGUF file. What it is made of will be seen here, and it can be tried."),
                      tr("Choose a folder…"));
    m_endpoints->retranslate();
    m_tensorsCard->setTitle(tr("Weights"));
    m_tree->setAccessibleName(tr("Weights"));
    m_tensors->retranslate();
    showList();
    if (m_endpoint.isEmpty())
        showFacts();
    else
        showEndpoint();
    showImport();
}

} // namespace triptych::ui
