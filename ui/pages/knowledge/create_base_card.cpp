#include "pages/knowledge/create_base_card.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/run_summary.h"
#include "jobs/knowledge_bases.h"
#include "knowledge/edit.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/folding_row.h"
#include "pages/knowledge/chunk_text_view.h"
#include "pages/knowledge/chunker_form.h"
#include "pages/knowledge/embedder_names.h"
#include "shell/theme.h"
#include "storage/workspace.h"
#include "widgets/banner.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {
constexpr int kPreviewDelayMs = 300;
constexpr int kShownPaths = 4;
constexpr int kLabelWidth = 64; ///< as in ChunkerForm
constexpr qsizetype kMostPasted = 200'000; ///< characters that a preview shows at most
} // namespace

CreateBaseCard::CreateBaseCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    build();
    m_timer.setSingleShot(true);
    m_timer.setInterval(kPreviewDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &CreateBaseCard::preview);
    connect(m_name, &QLineEdit::textChanged, this, &CreateBaseCard::showState);
    connect(m_name, &QLineEdit::returnPressed, m_create, &QPushButton::click);
    connect(m_create, &QPushButton::clicked, this, &CreateBaseCard::create);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        close();
        Q_EMIT closed();
    });
    connect(m_embedder, &QComboBox::activated, this, [this] {
        m_embedderWanted = m_embedder->currentData().toString();
        showState();
        previewSoon(); // tokens are its own
    });
    connect(m_form, &ChunkerForm::changed, this, &CreateBaseCard::previewSoon);
    connect(m_choose, &QPushButton::clicked, this, &CreateBaseCard::chooseSample);
    connect(m_pasted, &QPlainTextEdit::textChanged, this, [this] {
        m_sample.clear();
        previewSoon();
    });
    retranslate();
    hide();
}

CreateBaseCard::~CreateBaseCard() = default;

void CreateBaseCard::build() {
    const auto label = [this] {
        auto* made = new QLabel(this);
        setTextStyle(made, TextSize::Body, Tone::Secondary);
        return made;
    };
    auto* columns = new FoldingRow(this);
    auto* left = new QWidget(columns);
    m_nameLabel = label();
    m_name = new QLineEdit(left);
    m_name->setObjectName(QStringLiteral("baseName"));
    m_nameLabel->setBuddy(m_name);
    m_embedderLabel = label();
    m_embedder = new QComboBox(left);
    m_embedder->setObjectName(QStringLiteral("embedder"));
    m_embedder->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_embedder->setMinimumContentsLength(12);
    m_embedderLabel->setBuddy(m_embedder);
    m_form = new ChunkerForm(left);
    m_int8 = new QCheckBox(left);
    m_int8->setObjectName(QStringLiteral("int8"));
    m_problem = new QLabel(left);
    m_problem->setObjectName(QStringLiteral("baseProblem"));
    m_problem->setWordWrap(true);
    setTextStyle(m_problem, TextSize::Caption, Tone::Warning);
    m_pathsText = new QLabel(left);
    m_pathsText->setWordWrap(true);
    setTextStyle(m_pathsText, TextSize::Caption, Tone::Secondary);
    m_create = new QPushButton(left);
    m_create->setObjectName(QStringLiteral("createBase"));
    m_create->setProperty("primary", true);
    m_cancel = new QPushButton(left);
    m_cancel->setObjectName(QStringLiteral("cancelBase"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(space::s);
    grid->setVerticalSpacing(space::s);
    grid->addWidget(m_nameLabel, 0, 0);
    grid->addWidget(m_name, 0, 1);
    grid->addWidget(m_embedderLabel, 1, 0);
    grid->addWidget(m_embedder, 1, 1);
    grid->setColumnMinimumWidth(0, kLabelWidth);
    grid->setColumnStretch(1, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_create);
    buttons->addWidget(m_cancel);
    buttons->addStretch();
    m_failed = new Banner(left);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->setSpacing(space::s);
    leftColumn->addLayout(grid);
    leftColumn->addWidget(m_form);
    leftColumn->addWidget(m_int8);
    leftColumn->addWidget(m_problem);
    leftColumn->addWidget(m_pathsText);
    leftColumn->addLayout(buttons);
    leftColumn->addWidget(m_failed);
    leftColumn->addStretch();

    auto* right = new QWidget(columns);
    m_sampleLabel = label();
    m_sampleName = new QLabel(right);
    setTextStyle(m_sampleName, TextSize::Body, Tone::Text);
    m_choose = new QPushButton(right);
    m_choose->setObjectName(QStringLiteral("chooseSample"));
    auto* sampleLine = new QHBoxLayout;
    sampleLine->addWidget(m_sampleLabel);
    sampleLine->addWidget(m_sampleName, 1);
    sampleLine->addWidget(m_choose);
    m_pasted = new QPlainTextEdit(right);
    m_pasted->setObjectName(QStringLiteral("pasted"));
    m_pasted->setTabChangesFocus(true);
    m_pasted->setFixedHeight(90);
    m_view = new ChunkTextView(right);
    m_view->setObjectName(QStringLiteral("sample"));
    m_view->setMinimumHeight(200);
    m_summary = new QLabel(right);
    m_summary->setObjectName(QStringLiteral("sampleSummary"));
    m_summary->setWordWrap(true);
    setTextStyle(m_summary, TextSize::Caption, Tone::Secondary);
    m_notCut = new Banner(right);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->setSpacing(space::s);
    rightColumn->addLayout(sampleLine);
    rightColumn->addWidget(m_pasted);
    rightColumn->addWidget(m_view, 1);
    rightColumn->addWidget(m_summary);
    rightColumn->addWidget(m_notCut);
    columns->addWidget(left, 2, 300);
    columns->addWidget(right, 3, 340);
    body()->addWidget(columns);
}

void CreateBaseCard::open(const Start& start, const QStringList& taken) {
    m_open = true;
    m_taken = taken;
    m_paths = start.paths;
    if (!start.name.isEmpty() || m_name->text().isEmpty()) {
        const QString wanted = start.name.isEmpty() ? tr("documents") : start.name;
        QString name = wanted;
        for (int i = 2; taken.contains(name); ++i)
            name = QStringLiteral("%1-%2").arg(wanted).arg(i);
        m_name->setText(name);
    }
    if (!start.embedder.isEmpty())
        m_embedderWanted = start.embedder;
    if (start.chunker)
        m_form->setSettings(*start.chunker);
    m_failed->hide();
    fillEmbedders();
    showState();
    show();
    m_name->setFocus();
    m_name->selectAll();
    previewSoon();
}

void CreateBaseCard::setTaken(const QStringList& taken) {
    m_taken = taken;
    showState();
}

void CreateBaseCard::close() {
    m_open = false;
    m_paths.clear();
    m_timer.stop();
    m_preparing.stop();
    m_name->clear();
    m_failed->hide();
    hide();
}

void CreateBaseCard::fillEmbedders() {
    if (!m_context.workspace)
        return;
    QStringList names;
    try {
        names = embedderNames(*m_context.workspace);
    } catch (const Error& error) {
        m_failed->showError(error);
        names = QStringList{QStringLiteral("hashing")};
    }
    const QSignalBlocker blocker(m_embedder);
    m_embedder->clear();
    for (const QString& name : std::as_const(names))
        m_embedder->addItem(embedderWord(name), name);
    m_embedder->addItem(embedderWord({}), QStringLiteral("none"));
    m_embedder->setCurrentIndex(std::max(0, m_embedder->findData(m_embedderWanted)));
    m_embedderWanted = m_embedder->currentData().toString();
}

QString CreateBaseCard::problem() const {
    const QString name = m_name->text().trimmed();
    try {
        checkKnowledgeBaseName(name.toStdString());
    } catch (const Error&) {
        return tr("A name has 1 to 100 bytes, no slash, no invisible character, no blank at either end, and does not begin with a dot or a dash.");
    }
    if (m_taken.contains(name))
        return tr("There is a knowledge base of this name. Choose another.");
    if (m_embedderWanted == QLatin1String("none") && m_form->settings().chunker == ChunkerKind::Semantic)
        return tr("Cutting by meaning needs an embedder. Choose one, or cut in another way.");
    return {};
}

void CreateBaseCard::showState() {
    const QString wrong = problem();
    m_problem->setText(wrong);
    m_problem->setVisible(!wrong.isEmpty() && !m_making);
    m_create->setEnabled(wrong.isEmpty() && !m_making);
    m_int8->setEnabled(m_embedderWanted != QLatin1String("none"));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_name, m_embedder, m_form})
        widget->setEnabled(!m_making);
    m_pathsText->setVisible(!m_paths.isEmpty());
    QStringList names;
    for (const QString& path : std::as_const(m_paths))
        names.append(QFileInfo(path).fileName());
    if (names.size() > kShownPaths)
        names = names.mid(0, kShownPaths) + QStringList{QStringLiteral("…")};
    m_pathsText->setText(tr("Then goes in: %1").arg(names.join(QStringLiteral(", "))));
    m_sampleName->setText(m_sampleName->fontMetrics().elidedText(QFileInfo(m_sample).fileName(), Qt::ElideMiddle, 220));
    m_view->setVisible(m_answer.has_value());
    m_summary->setVisible(m_answer.has_value());
    if (!m_answer)
        return;
    const Json chunks = m_answer->value("chunks", Json::array());
    const auto count = static_cast<std::int64_t>(chunks.size());
    const double tokens = numberAt(*m_answer, "tokens");
    QString text = tr("%n chunks", nullptr, static_cast<int>(count));
    if (count > 0)
        text += QStringLiteral(" · ") + tr("%1 tokens in all, %2 a chunk").arg(countText(static_cast<std::int64_t>(tokens)), countText(static_cast<std::int64_t>(tokens / static_cast<double>(count))));
    if (m_answer->value("truncated", false))
        text += QStringLiteral(" · ") + tr("of the text's beginning");
    m_summary->setText(text);
}

void CreateBaseCard::create() {
    if (m_making || !m_open || !problem().isEmpty() || !m_context.workspace)
        return;
    m_making = true;
    m_failed->hide();
    showState();
    const QString name = m_name->text().trimmed();
    const std::string embedder = m_embedderWanted == QLatin1String("none") ? std::string() : m_embedderWanted.toStdString();
    m_context.jobs.change(
        [name = name.toStdString(), embedder, chunker = m_form->settings(), int8 = m_int8->isChecked() && !embedder.empty()](Workspace& workspace) {
            createKnowledgeBase(workspace, name, embedder, chunker, int8);
        },
        this,
        [this, name] {
            m_making = false;
            const QStringList paths = m_paths;
            close();
            Q_EMIT created(name, paths);
        },
        [this](const Error& error) {
            m_making = false;
            showState();
            m_failed->showError(error);
        });
}

void CreateBaseCard::chooseSample() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Choose a document as a sample"));
    if (file.isEmpty())
        return;
    {
        const QSignalBlocker blocker(m_pasted);
        m_pasted->clear();
    }
    m_sample = file;
    showState();
    previewSoon();
}

void CreateBaseCard::previewSoon() {
    showState();
    if (m_open)
        m_timer.start();
}

void CreateBaseCard::preview() {
    const QString pasted = m_pasted->toPlainText();
    if (m_sample.isEmpty() && pasted.trimmed().isEmpty()) {
        m_answer.reset();
        m_notCut->hide();
        return showState();
    }
    const ChunkerSettings settings = m_form->settings();
    Json params = {{"workspace", m_context.workspace ? std::filesystem::absolute(m_context.workspace->folder()).string() : std::string()},
                   {"base", ""},
                   {"embedder", m_embedderWanted == QLatin1String("none") ? std::string() : m_embedderWanted.toStdString()},
                   {"chunker", chunkerName(settings.chunker)},
                   {"chunk_size", settings.chunk_size},
                   {"overlap", settings.overlap}};
    if (m_sample.isEmpty())
        params["text"] = pasted.left(kMostPasted).toStdString();
    else
        params["path"] = QFileInfo(m_sample).absoluteFilePath().toStdString();
    m_context.engines.answers.requestLatest(QStringLiteral("knowledge/sample"), QStringLiteral("kb.preview"), params, this,
                                            [this](const Json& answer) {
                                                m_notCut->hide();
                                                m_answer = answer;
                                                m_preparing.start([text = answer.value("text", std::string()), font = m_view->font()](
                                                                      const std::stop_token&) { return prepareText(text, font); },
                                                                  [this](PreparedText text) { showPreview(std::move(text)); },
                                                                  [this](const Error& error) { m_notCut->showError(error); });
                                            },
                                            [this](const Error& error) {
                                                m_answer.reset();
                                                showState();
                                                m_notCut->showError(error);
                                                Q_EMIT previewed();
                                            });
}

void CreateBaseCard::showPreview(PreparedText text) {
    if (!m_answer)
        return;
    m_view->setText(std::move(text));
    m_view->setChunks(previewedChunks(*m_answer));
    showState();
    Q_EMIT previewed();
}

QJsonObject CreateBaseCard::saveState() const {
    return {{QStringLiteral("open"), m_open},
            {m_name->objectName(), m_name->text()},
            {m_embedder->objectName(), m_embedderWanted},
            {QStringLiteral("cut"), m_form->saveState()},
            {m_int8->objectName(), m_int8->isChecked()},
            {QStringLiteral("sample"), m_sample},
            {m_pasted->objectName(), m_pasted->toPlainText()}};
}

void CreateBaseCard::restoreState(const QJsonObject& state) {
    m_open = state.value(QStringLiteral("open")).toBool();
    m_embedderWanted = state.value(m_embedder->objectName()).toString();
    m_form->restoreState(state.value(QStringLiteral("cut")).toObject());
    m_int8->setChecked(state.value(m_int8->objectName()).toBool());
    {
        const QSignalBlocker blocker(m_pasted);
        m_pasted->setPlainText(state.value(m_pasted->objectName()).toString());
    }
    m_sample = state.value(QStringLiteral("sample")).toString();
    m_name->setText(state.value(m_name->objectName()).toString());
    showState();
}

void CreateBaseCard::retranslate() {
    setTitle(tr("New knowledge base"));
    m_nameLabel->setText(tr("Name"));
    m_name->setAccessibleName(tr("Name of the knowledge base"));
    m_embedderLabel->setText(tr("Embedder"));
    m_embedder->setAccessibleName(tr("What makes the vectors"));
    m_form->retranslate();
    m_int8->setText(tr("Vectors in 8 bits a value"));
    m_int8->setToolTip(tr("A quarter of the space, nearly the same ranking"));
    m_create->setText(tr("Make the base"));
    m_cancel->setText(tr("Cancel"));
    m_sampleLabel->setText(tr("Sample"));
    m_choose->setText(tr("Choose a file…"));
    m_pasted->setPlaceholderText(tr("Paste a text here: where it would be cut is drawn below."));
    m_pasted->setAccessibleName(tr("A text as a sample"));
    m_view->setAccessibleName(tr("The sample with its chunks"));
    m_view->retranslate();
    for (int i = 0; i < m_embedder->count(); ++i) {
        const QString name = m_embedder->itemData(i).toString();
        m_embedder->setItemText(i, embedderWord(name == QLatin1String("none") ? QString() : name));
    }
    showState();
}

} // namespace triptych::ui
