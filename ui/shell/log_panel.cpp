#include "shell/log_panel.h"

#include "item_models/table_style.h"
#include "shell/icons.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

LogPanel::LogPanel(LogModel& log, QWidget* parent) : QWidget(parent), m_log(log), m_filter(new LogFilter(this)) {
    m_filter->setSourceModel(&log);
    m_controls = new QWidget(this);
    auto* line = new QHBoxLayout(m_controls);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    m_level = new QComboBox(m_controls);
    m_words = new QLineEdit(m_controls);
    m_words->setClearButtonEnabled(true);
    m_words->setFixedWidth(180);
    m_copy = new QToolButton(m_controls);
    m_copy->setIcon(icon(QStringLiteral("copy")));
    m_copy->setFocusPolicy(Qt::StrongFocus);
    for (QWidget* control : std::initializer_list<QWidget*>{m_level, m_words, m_copy})
        line->addWidget(control);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_table = new QTableView(this);
    m_table->setModel(m_filter);
    styleTable(m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->horizontalHeader()->hide();
    m_table->horizontalHeader()->resizeSection(LogModel::Time, 84);
    m_table->horizontalHeader()->resizeSection(LogModel::Level, 84);
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->installEventFilter(this);
    column->addWidget(m_table);

    connect(m_level, &QComboBox::currentIndexChanged, this, [this](int index) { m_filter->setLowestLevel(static_cast<LogLevel>(index)); });
    connect(m_words, &QLineEdit::textChanged, m_filter, &LogFilter::setWords);
    connect(m_copy, &QToolButton::clicked, this, &LogPanel::copy);
    // A reader at the end stays at the end; one who scrolled up is left where they read.
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, [this] {
        const QScrollBar* bar = m_table->verticalScrollBar();
        if (bar->value() >= bar->maximum() - 4)
            QMetaObject::invokeMethod(m_table, &QTableView::scrollToBottom, Qt::QueuedConnection);
    });
    retranslate();
}

void LogPanel::retranslate() {
    {
        const QSignalBlocker blocker(m_level);
        const int index = m_level->currentIndex() < 0 ? static_cast<int>(LogLevel::Info) : m_level->currentIndex();
        m_level->clear();
        m_level->addItems({tr("All"), tr("Info and above"), tr("Warnings and errors"), tr("Errors")});
        m_level->setCurrentIndex(index);
    }
    m_level->setAccessibleName(tr("Lowest level shown"));
    m_words->setPlaceholderText(tr("Filter"));
    m_words->setAccessibleName(tr("Words to look for in the log"));
    m_copy->setToolTip(tr("Copy the selected lines, or all that are shown"));
    m_copy->setAccessibleName(m_copy->toolTip());
    m_table->setAccessibleName(tr("Log"));
    m_log.retranslate();
}

void LogPanel::copy() {
    QList<int> rows;
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& index : selected)
        rows.append(m_filter->mapToSource(index).row());
    if (rows.isEmpty()) {
        for (int row = 0; row < m_filter->rowCount(); ++row)
            rows.append(m_filter->mapToSource(m_filter->index(row, 0)).row());
    }
    std::sort(rows.begin(), rows.end());
    QStringList lines;
    for (const int row : std::as_const(rows))
        lines.append(m_log.line(row));
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

bool LogPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace triptych::ui
