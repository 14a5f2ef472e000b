#include "shell/jobs_panel.h"

#include "item_models/table_style.h"
#include "l10n/words.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QAbstractItemView>
#include <QHeaderView>
#include <QHelpEvent>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QTableView>
#include <QToolTip>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {

constexpr int kButtonSide = 24;

using Button = JobsDelegate::Button;

QList<Button> buttonsFor(RunState state) {
    JobInfo job;
    job.status.state = state;
    QList<Button> buttons;
    if (canPause(job))
        buttons.append(Button::Pause);
    else if (canResume(job))
        buttons.append(Button::Resume);
    if (canCancel(job))
        buttons.append(Button::Cancel);
    else if (canRemove(job))
        buttons.append(Button::Remove);
    buttons.append(Button::Open);
    return buttons;
}

QString buttonIcon(Button button) {
    switch (button) {
    case Button::Pause: return QStringLiteral("pause");
    case Button::Resume: return QStringLiteral("play");
    case Button::Cancel: return QStringLiteral("close");
    case Button::Remove: return QStringLiteral("trash");
    case Button::Open: break;
    }
    return QStringLiteral("open");
}

QString buttonText(Button button) {
    switch (button) {
    case Button::Pause: return JobsPanel::tr("Pause");
    case Button::Resume: return JobsPanel::tr("Resume");
    case Button::Cancel: return JobsPanel::tr("Cancel");
    case Button::Remove: return JobsPanel::tr("Remove…");
    case Button::Open: break;
    }
    return JobsPanel::tr("Open run");
}

/// What goes with a run that is removed.
QString whatIsLost(const JobInfo& job) {
    if (!job.knowledgeBase.isEmpty())
        return JobsPanel::tr("Only the record of the run is deleted; the knowledge base \"%1\" stays as it is.").arg(job.knowledgeBase);
    return job.out.isEmpty() || job.status.state != RunState::Done
               ? JobsPanel::tr("Its folder with checkpoints and predictions is deleted. This cannot be undone.")
               : JobsPanel::tr("Its folder and the model \"%1\" that it made are deleted. This cannot be undone.").arg(job.out);
}

QRect buttonRect(const QRect& cell, qsizetype fromRight) {
    return {cell.right() - 8 - static_cast<int>(fromRight + 1) * (kButtonSide + 2), cell.center().y() - kButtonSide / 2, kButtonSide, kButtonSide};
}

/// The button of a cell under a position.
std::optional<Button> buttonAt(const QRect& cell, const QModelIndex& index, const QPoint& position) {
    const QList<Button> buttons = buttonsFor(static_cast<RunState>(index.data(JobsModel::StateRole).toInt()));
    for (qsizetype i = 0; i < buttons.size(); ++i) {
        if (buttonRect(cell, buttons.size() - 1 - i).contains(position))
            return buttons[i];
    }
    return std::nullopt;
}

} // namespace

JobsDelegate::JobsDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

void JobsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    const ThemeTokens& theme = tokens();
    if (index.column() == JobsModel::Progress) {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        const QRectF track(option.rect.x() + 8, option.rect.center().y() - 2.5, option.rect.width() - 16, 6);
        painter->setBrush(theme.grid);
        painter->drawRoundedRect(track, 3, 3);
        const double share = index.data(JobsModel::FractionRole).toDouble();
        const auto state = static_cast<RunState>(index.data(JobsModel::StateRole).toInt());
        QColor color = state == RunState::Failed ? theme.bad
                       : state == RunState::Cancelled || state == RunState::Interrupted || state == RunState::Paused ? theme.faint
                                                                                                                       : theme.accent;
        QRectF done = track;
        if (share < 0) { // running, total unknown: a third, without a claim of how far it is
            color.setAlphaF(0.5f);
            done.setWidth(track.width() / 3);
        } else {
            done.setWidth(track.width() * share);
        }
        painter->setBrush(color);
        if (done.width() >= 1)
            painter->drawRoundedRect(done, 3, 3);
        painter->restore();
    } else if (index.column() == JobsModel::Actions) {
        const QList<Button> buttons = buttonsFor(static_cast<RunState>(index.data(JobsModel::StateRole).toInt()));
        for (qsizetype i = 0; i < buttons.size(); ++i) {
            const QRect rect = buttonRect(option.rect, buttons.size() - 1 - i);
            const bool over = option.widget && rect.contains(option.widget->mapFromGlobal(QCursor::pos()));
            if (over && (option.state & QStyle::State_MouseOver)) {
                painter->save();
                painter->setRenderHint(QPainter::Antialiasing);
                painter->setPen(Qt::NoPen);
                painter->setBrush(theme.grid);
                painter->drawRoundedRect(rect, radius::control, radius::control);
                painter->restore();
            }
            icon(buttonIcon(buttons[i])).paint(painter, rect.adjusted(4, 4, -4, -4));
        }
    }
}

bool JobsDelegate::editorEvent(QEvent* event, QAbstractItemModel*, const QStyleOptionViewItem& option, const QModelIndex& index) {
    if (index.column() != JobsModel::Actions || event->type() != QEvent::MouseButtonRelease)
        return false;
    if (const auto button = buttonAt(option.rect, index, static_cast<QMouseEvent*>(event)->position().toPoint()))
        Q_EMIT buttonPressed(index.row(), *button);
    return true;
}

bool JobsDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option, const QModelIndex& index) {
    if (event->type() == QEvent::ToolTip && index.column() == JobsModel::Actions) {
        if (const auto button = buttonAt(option.rect, index, event->pos()))
            QToolTip::showText(event->globalPos(), buttonText(*button), view);
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

JobsPanel::JobsPanel(JobCenter& jobs, QWidget* parent) : QWidget(parent), m_jobs(jobs), m_model(new JobsModel(jobs, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_table = new QTableView(this);
    m_table->setModel(m_model);
    styleTable(m_table);
    m_table->horizontalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(27);
    m_table->setMouseTracking(true);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setIconSize({16, 16});
    auto* delegate = new JobsDelegate(this);
    m_table->setItemDelegate(delegate);
    QHeaderView* header = m_table->horizontalHeader();
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(40);
    header->setSectionResizeMode(JobsModel::Title, QHeaderView::Stretch);
    header->setSectionResizeMode(JobsModel::Progress, QHeaderView::Stretch);
    const std::pair<int, int> widths[] = {{JobsModel::Done, 150}, {JobsModel::Rate, 80}, {JobsModel::TimeLeft, 70},
                                          {JobsModel::State, 190}, {JobsModel::Actions, 100}};
    for (const auto& [section, width] : widths) {
        header->setSectionResizeMode(section, QHeaderView::Fixed);
        header->resizeSection(section, width);
    }
    m_empty = new QLabel(this);
    m_empty->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_empty->setContentsMargins(8, 4, 8, 4);
    setTextStyle(m_empty, TextSize::Body, Tone::Secondary);
    column->addWidget(m_empty);
    column->addWidget(m_table, 1);

    connect(delegate, &JobsDelegate::buttonPressed, this, &JobsPanel::act);
    connect(m_table, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
        if (index.column() != JobsModel::Actions)
            act(index.row(), Button::Open);
    });
    connect(m_table, &QTableView::customContextMenuRequested, this, &JobsPanel::showMenu);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_model, signal, this, &JobsPanel::updateEmpty);
    m_table->installEventFilter(this);
    updateEmpty();
    retranslate();
}

void JobsPanel::updateEmpty() {
    const bool empty = m_model->rowCount() == 0;
    m_empty->setVisible(empty);
    m_table->setVisible(!empty);
}

void JobsPanel::retranslate() {
    m_model->retranslate();
    m_table->setAccessibleName(tr("Jobs"));
    m_table->setAccessibleDescription(tr("Space pauses or resumes, Delete cancels or removes, Return opens the run."));
    m_empty->setText(tr("No job has run here yet. What trains, measures or reads documents shows up here, with its rate and the time it still needs."));
}

std::optional<JobInfo> JobsPanel::currentJob() const { return m_model->jobAt(m_table->currentIndex().row()); }

void JobsPanel::select(const QString& runId) {
    if (const int row = m_model->rowOf(runId); row >= 0)
        m_table->selectRow(row);
}

void JobsPanel::pauseOrResumeCurrent() {
    if (const auto job = currentJob())
        act(m_table->currentIndex().row(), canPause(*job) ? Button::Pause : Button::Resume);
}

void JobsPanel::cancelCurrent() {
    if (const auto job = currentJob())
        act(m_table->currentIndex().row(), canCancel(*job) ? Button::Cancel : Button::Remove);
}

void JobsPanel::openCurrent() { act(m_table->currentIndex().row(), Button::Open); }

void JobsPanel::act(int row, Button button) {
    const std::optional<JobInfo> job = m_model->jobAt(row);
    if (!job)
        return;
    switch (button) {
    case Button::Pause:
        if (canPause(*job))
            m_jobs.pause(job->id);
        break;
    case Button::Resume:
        if (canResume(*job))
            m_jobs.resume(job->id);
        break;
    case Button::Cancel:
        if (canCancel(*job))
            m_jobs.cancel(job->id);
        break;
    case Button::Remove: {
        if (!canRemove(*job))
            break;
        QMessageBox box(QMessageBox::Warning, tr("Remove run"), literalText(tr("Remove the run \"%1\"?").arg(runTitle(job->method, job->title))), QMessageBox::NoButton, window());
        box.setInformativeText(literalText(whatIsLost(*job)));
        QPushButton* yes = box.addButton(tr("Remove"), QMessageBox::DestructiveRole);
        box.addButton(QMessageBox::Cancel);
        box.exec();
        if (box.clickedButton() == yes)
            m_jobs.remove(job->id);
        break;
    }
    case Button::Open: Q_EMIT openRequested(job->id); break;
    }
}

void JobsPanel::showMenu(const QPoint& position) {
    const QModelIndex index = m_table->indexAt(position);
    const std::optional<JobInfo> job = m_model->jobAt(index.row());
    if (!job)
        return;
    QMenu menu(this);
    for (const Button button : buttonsFor(job->status.state)) {
        menu.addAction(icon(buttonIcon(button)), buttonText(button), this, [this, id = job->id, button] {
            act(m_model->rowOf(id), button);
        });
    }
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

bool JobsPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Space: pauseOrResumeCurrent(); return true;
        case Qt::Key_Delete: cancelCurrent(); return true;
        case Qt::Key_Return:
        case Qt::Key_Enter: openCurrent(); return true;
        default: break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace triptych::ui
