#include "pages/selection/selection_page.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/dataset_picker.h"
#include "pages/common/folding_row.h"
#include "pages/common/measure_requests.h"
#include "pages/common/report_export.h"
#include "pages/common/scroll_column.h"
#include "pages/common/technique_matrix.h"
#include "pages/selection/answers_form.h"
#include "pages/selection/matrix_card.h"
#include "pages/selection/node_box.h"
#include "pages/selection/tree_view.h"
#include "shell/theme.h"
#include "widgets/card.h"
#include "widgets/empty_state.h"
#include "widgets/page_header.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QUndoStack>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {

QString treeText(const DecisionTree& tree, const QString& node, const char* key) {
    return textAt(tree.node(node.toStdString()).at(key), dataLanguage().c_str());
}

/// One line a reason, as a list that wraps well.
QString asList(const std::vector<Reason>& reasons) {
    QStringList lines;
    for (const Reason& reason : reasons)
        lines.append(QStringLiteral("• ") + reasonText(reason));
    return lines.join(QLatin1Char('\n'));
}

std::optional<bool> Answers::* fieldOf(const QString& node) {
    if (node == QLatin1String("knowledge_must_be_fresh"))
        return &Answers::knowledge_must_be_fresh;
    if (node == QLatin1String("enough_labels"))
        return &Answers::enough_labels;
    if (node == QLatin1String("must_be_small"))
        return &Answers::must_be_small;
    return &Answers::zero_shot_good_enough;
}

} // namespace

class SelectionPage::ChangeAnswers : public QUndoCommand {
public:
    ChangeAnswers(SelectionPage& page, Answers before, Answers after)
        : QUndoCommand(tr("Change an answer")), m_page(page), m_before(before), m_after(after) {}
    void undo() override { m_page.apply(m_before); }
    void redo() override { m_page.apply(m_after); }

private:
    SelectionPage& m_page;
    Answers m_before, m_after;
};

SelectionPage::SelectionPage(const PageContext& context, QWidget* parent) : Page(context, parent) {
    m_undo = new QUndoStack(this);
    m_undoAction = m_undo->createUndoAction(this);
    m_redoAction = m_undo->createRedoAction(this);
    m_undoAction->setShortcut(QKeySequence::Undo);
    m_redoAction->setShortcut(QKeySequence::Redo);
    for (QAction* action : {m_undoAction, m_redoAction}) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
    }

    m_header = new PageHeader(this);
    m_picker = new DatasetPicker(this);
    m_measure = m_header->primaryButton();
    m_report = m_header->addButton();
    m_header->addControl(m_picker);
    m_empty = new EmptyState(this);
    m_empty->hide();
    m_content = new QWidget(this);
    auto* main = new QWidget(m_content);
    auto* mainColumn = new QVBoxLayout(main);
    mainColumn->setContentsMargins(0, 0, 0, 0);
    mainColumn->setSpacing(space::l);
    m_treeCard = new Card(main);
    m_treeView = new TreeView(m_treeCard);
    m_treeCard->body()->addWidget(m_treeView);

    auto* side = new QWidget(m_content);
    auto* sideColumn = new QVBoxLayout(side);
    sideColumn->setContentsMargins(0, 0, 0, 0);
    sideColumn->setSpacing(space::l);
    m_answersCard = new Card(main);
    m_answers = new AnswersForm(m_answersCard);
    m_undoButton = new QPushButton(m_answersCard);
    m_redoButton = new QPushButton(m_answersCard);
    for (QPushButton* button : {m_undoButton, m_redoButton}) {
        button->setProperty("link", true);
        m_answersCard->addCornerWidget(button);
    }
    m_answersCard->body()->addWidget(m_answers);
    m_matrixCard = new MatrixCard(side);
    m_reasonsCard = new Card(side);
    m_reasons = new QLabel(m_reasonsCard);
    m_reasons->setTextFormat(Qt::PlainText);
    m_reasons->setWordWrap(true);
    m_reasons->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_flipsTitle = new QLabel(m_reasonsCard);
    setTextStyle(m_flipsTitle, TextSize::Body, Tone::Text, true);
    m_flips = new QLabel(m_reasonsCard);
    m_flips->setWordWrap(true);
    m_flips->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setTextStyle(m_flips, TextSize::Body, Tone::Secondary);
    m_reasonsCard->body()->addWidget(m_reasons);
    m_reasonsCard->body()->addSpacing(space::xs);
    m_reasonsCard->body()->addWidget(m_flipsTitle);
    m_reasonsCard->body()->addWidget(m_flips);
    sideColumn->addWidget(m_reasonsCard);
    sideColumn->addWidget(m_matrixCard);
    sideColumn->addStretch();
    mainColumn->addWidget(m_treeCard);
    mainColumn->addWidget(m_answersCard);
    mainColumn->addStretch();

    auto* columns = new FoldingRow(m_content);
    columns->addWidget(main, 5, 470);
    columns->addWidget(side, 4, 380);
    columns->setExpanding(true);
    auto* content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    content->addWidget(columns, 1);
    m_scroll = new ScrollColumn(this);
    m_scroll->column()->addWidget(m_header);
    m_scroll->column()->addWidget(m_content, 1);
    m_scroll->column()->addWidget(m_empty, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll);
    m_content->hide();

    connect(m_picker, &DatasetPicker::chosen, this, [this](const QString& name) {
        m_wanted = name;
        refresh();
    });
    connect(m_treeView, &TreeView::answerRequested, this, &SelectionPage::askForAnswer);
    connect(m_treeView, &TreeView::measureRequested, this, &SelectionPage::measure);
    connect(m_treeView, &TreeView::runRequested, this, [this](const QString& id) { Q_EMIT pageRequested(QStringLiteral("compare"), id); });
    connect(m_answers, &AnswersForm::changed, this, [this](const Answers& answers) {
        if (m_outlook)
            m_undo->push(new ChangeAnswers(*this, m_outlook->answers, answers));
    });
    connect(m_undoButton, &QPushButton::clicked, m_undo, &QUndoStack::undo);
    connect(m_redoButton, &QPushButton::clicked, m_undo, &QUndoStack::redo);
    connect(m_undo, &QUndoStack::canUndoChanged, m_undoButton, &QWidget::setEnabled);
    connect(m_undo, &QUndoStack::canRedoChanged, m_redoButton, &QWidget::setEnabled);
    m_undoButton->setEnabled(false);
    m_redoButton->setEnabled(false);
    connect(m_report, &QPushButton::clicked, this, &SelectionPage::exportReport);
    connect(m_measure, &QPushButton::clicked, this, &SelectionPage::measureMissing);
    connect(m_empty, &EmptyState::actionTriggered, this, [this] { Q_EMIT pageRequested(QStringLiteral("datasets"), {}); });
    connect(&m_context.jobs, &JobCenter::runChanged, this, [this] {
        if (m_outlook && isVisible())
            m_measure->setEnabled(!missingMethods({}).isEmpty());
    });
    connect(&m_context.theme, &ThemeController::changed, this, [this] { display(); });
    retranslateUi();
}

SelectionPage::~SelectionPage() = default;

QString SelectionPage::title() const {
    return tr("Decide");
}

QString SelectionPage::dataset() const {
    return m_outlook && m_outlook->dataset ? qstr(m_outlook->dataset->name) : QString();
}

void SelectionPage::open(const QString& what) {
    if (what.isEmpty())
        return;
    m_wanted = what;
    refresh();
}

void SelectionPage::refresh() {
    if (!m_context.workspace) {
        m_outlook.reset();
        display();
        return;
    }
    const QString wanted = m_wanted.isEmpty() ? currentDataset(m_context) : m_wanted;
    m_wanted.clear();
    m_asked = wanted;
    m_loading.start([folder = m_context.workspace->folder(), name = wanted.toStdString(), settings = m_context.jobs.settings()](
                        const std::stop_token& stop) { return loadOutlook(folder, name, stop, settings); },
                    [this](Outlook outlook) {
                        const QString before = dataset();
                        m_deciding.stop(); // it decides for what was shown before
                        m_outlook = std::move(outlook);
                        Q_EMIT errorRaised({}, {});
                        if (dataset() != before) {
                            m_undo->clear();
                            m_answers->dropEdits();
                        }
                        if (m_outlook->dataset && m_context.workspace)
                            setCurrentDataset(m_context, dataset());
                        display();
                    },
                    [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void SelectionPage::apply(const Answers& answers) {
    if (!m_outlook || !m_outlook->dataset || !m_context.workspace)
        return;
    m_outlook->answers = answers;
    m_answers->setAnswers(answers);
    storeAnswers(m_context, m_outlook->dataset->name, answers);
    decideAgain();
    if (m_loading.isRunning()) {
        // What is being read has the answers of before.
        m_wanted = m_asked;
        refresh();
    }
}

void SelectionPage::decideAgain() {
    if (!m_tree)
        return;
    m_deciding.start([tree = *m_tree, facts = m_outlook->facts, arms = m_outlook->decision.arms, answers = m_outlook->answers](
                         const std::stop_token&) { return decide(tree, facts, arms, answers, kDecisionSeed); },
                     [this](Decision decision) {
                         m_outlook->decision = std::move(decision);
                         display();
                     },
                     [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
}

void SelectionPage::display() {
    const bool filled = m_outlook && m_outlook->dataset;
    m_content->setVisible(filled);
    m_empty->setVisible(!filled);
    m_report->setVisible(filled);
    m_measure->setVisible(filled);
    QStringList names;
    if (m_outlook) {
        for (const std::string& name : m_outlook->datasets)
            names.append(qstr(name));
    }
    m_picker->setNames(names, dataset());
    m_picker->setVisible(!names.isEmpty());
    if (!filled) {
        m_header->setState({});
        return;
    }
    try {
        if (!m_tree)
            m_tree = std::make_unique<DecisionTree>(DecisionTree::load());
        if (!m_matrix)
            m_matrix = std::make_unique<TechniqueMatrix>(TechniqueMatrix::load());
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
        return;
    }
    QList<std::pair<QString, QString>> questions;
    QStringList canMeasure;
    int measured = 0, entered = 0;
    for (const DecisionStep& step : m_outlook->decision.path) {
        const QString id = qstr(step.node);
        questions.append({id, treeText(*m_tree, id, "question")});
        if (step.source != EvidenceSource::Measured && !missingMethods(id).isEmpty())
            canMeasure.append(id);
        measured += step.source == EvidenceSource::Measured ? 1 : 0;
        entered += step.source == EvidenceSource::Entered ? 1 : 0;
    }
    m_answers->setQuestions(questions);
    m_answers->setAnswers(m_outlook->answers);
    m_treeView->setDecision(*m_tree, *m_outlook, canMeasure);
    m_matrixCard->display(*m_matrix, *m_outlook);
    showReasons();
    QStringList words;
    for (const Technique technique : m_outlook->decision.recommendation)
        words.append(techniqueWord(technique));
    m_header->setState(tr("%1 · recommended: %2 · confidence %3 (%4 measured, %5 entered)")
                           .arg(dataset(), words.join(QStringLiteral(" + ")), confidenceWord(qstr(m_outlook->decision.confidence)))
                           .arg(measured)
                           .arg(entered));
    m_measure->setEnabled(!missingMethods({}).isEmpty());
    m_report->setEnabled(!m_outlook->decision.arms.empty());
    Q_EMIT decided();
}

void SelectionPage::showReasons() {
    const Decision& decision = m_outlook->decision;
    m_reasons->setText(asList(decision.reasons));
    m_reasons->setVisible(!decision.reasons.empty());
    m_flips->setText(asList(decision.flips));
    m_flips->setVisible(!decision.flips.empty());
    m_flipsTitle->setVisible(!decision.flips.empty());
    m_reasonsCard->setVisible(!decision.reasons.empty() || !decision.flips.empty());
}

void SelectionPage::askForAnswer(const QString& node) {
    if (!m_outlook || !m_tree)
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("answerMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setAccessibleName(treeText(*m_tree, node, "question"));
    const auto field = fieldOf(node);
    const auto current = m_outlook->answers.*field;
    const auto set = [this, field](std::optional<bool> value) {
        Answers answers = m_outlook->answers;
        answers.*field = value;
        m_undo->push(new ChangeAnswers(*this, m_outlook->answers, answers));
    };
    QAction* yes = menu->addAction(tr("Yes"), this, [set] { set(true); });
    QAction* no = menu->addAction(tr("No"), this, [set] { set(false); });
    for (QAction* action : {yes, no})
        action->setCheckable(true);
    yes->setChecked(current == true);
    no->setChecked(current == false);
    if (node == QLatin1String("knowledge_must_be_fresh"))
        menu->addAction(tr("Enter how often it changes…"), this, [this, node] { m_answers->editFigure(node); });
    if (node == QLatin1String("must_be_small"))
        menu->addAction(tr("Enter a limit…"), this, [this, node] { m_answers->editFigure(node); });
    menu->addSeparator();
    QAction* clear = menu->addAction(tr("Clear my answer"), this, [set] { set(std::nullopt); });
    clear->setEnabled(current.has_value());
    if (const QWidget* box = m_treeView->node(node))
        menu->popup(box->mapToGlobal(QPoint(8, box->height() - 4)));
}

QStringList SelectionPage::missingMethods(const QString& node) const {
    QStringList methods;
    if (!m_outlook || !m_outlook->dataset)
        return methods;
    const auto missing = [&](Technique technique, const char* method) {
        if (m_outlook->arm(technique))
            return;
        const QList<JobInfo> jobs = m_context.jobs.jobs();
        for (const JobInfo& job : jobs) {
            if (job.isActive() && job.dataset == dataset() && job.method == QLatin1String(method))
                return;
        }
        methods.append(QString::fromLatin1(method));
    };
    const bool all = node.isEmpty();
    if (all || node == QLatin1String("enough_labels") || node == QLatin1String("zero_shot_good_enough"))
        missing(Technique::ZeroShot, "zero_shot");
    if (all || node == QLatin1String("enough_labels"))
        missing(Technique::Rag, "retrieve");
    if (all || node == QLatin1String("enough_labels") || node == QLatin1String("must_be_small"))
        missing(Technique::FineTune, "full");
    if (all || node == QLatin1String("must_be_small"))
        missing(Technique::Distill, "soft");
    return methods;
}

void SelectionPage::measure(const QString& node) {
    if (!m_context.workspace || !m_outlook)
        return;
    const QList<JobRequest> requests = measureRequests(missingMethods(node), *m_outlook, m_context.jobs.jobs(), baseModel(m_context));
    if (!requests.isEmpty())
        m_context.jobs.submit(requests);
}

void SelectionPage::measureMissing() {
    measure({});
}

void SelectionPage::exportReport() {
    if (!m_outlook || !m_outlook->dataset || !m_context.workspace)
        return;
    try {
        if (saveReport(this, *m_outlook).isEmpty())
            return;
        DecisionRecord record;
        record.dataset = m_outlook->dataset->name;
        record.answers = answersToJson(m_outlook->answers);
        record.decision = decisionToJson(m_outlook->decision);
        m_context.jobs.change([record](Workspace& workspace) { workspace.saveDecision(record); }, this, [] {},
                              [this](const Error& error) { Q_EMIT errorRaised(errorMessage(error), errorHint(error)); });
    } catch (const Error& error) {
        Q_EMIT errorRaised(errorMessage(error), errorHint(error));
    }
}

void SelectionPage::retranslateUi() {
    m_header->setTitle(title());
    m_report->setText(tr("Export report…"));
    m_measure->setText(tr("Measure missing"));
    m_measure->setToolTip(tr("Runs the techniques that this data set has no measurement of"));
    m_undoButton->setText(tr("Undo"));
    m_redoButton->setText(tr("Redo"));
    m_answersCard->setTitle(tr("Your answers"));
    m_matrixCard->setTitle(tr("Trade-offs"));
    m_reasonsCard->setTitle(tr("Why"));
    m_flipsTitle->setText(tr("What would flip it"));
    m_empty->setTexts(tr("Nothing to decide yet"),
                      tr("With a data set, the tree shows which technique fits and what each answer rests on."), tr("Add data"));
    display();
}

} // namespace triptych::ui
