#include "shell/dock.h"

#include "shell/icons.h"
#include "shell/jobs_panel.h"
#include "shell/log_panel.h"
#include "shell/theme.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace triptych::ui {

Dock::Dock(JobCenter& jobs, LogModel& log, QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("dock"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 5, 12, 4);
    column->setSpacing(2);
    auto* tabs = new QWidget(this);
    tabs->setObjectName(QStringLiteral("dockTabs"));
    tabs->setFixedHeight(30);
    auto* line = new QHBoxLayout(tabs);
    line->setContentsMargins(8, 0, 0, 0);
    line->setSpacing(space::l);
    auto* group = new QButtonGroup(this);
    const auto makeTab = [&] {
        auto* tab = new QToolButton(tabs);
        tab->setCheckable(true);
        tab->setFocusPolicy(Qt::StrongFocus);
        group->addButton(tab);
        line->addWidget(tab);
        return tab;
    };
    m_jobsTab = makeTab();
    m_logTab = makeTab();
    m_jobs = new JobsPanel(jobs, this);
    m_log = new LogPanel(log, this);
    line->addStretch(1);
    line->addWidget(m_log->controls());
    m_hide = new QToolButton(tabs);
    m_hide->setIcon(icon(QStringLiteral("chevron-down")));
    m_hide->setFocusPolicy(Qt::StrongFocus);
    line->addWidget(m_hide);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_jobs);
    m_stack->addWidget(m_log);
    column->addWidget(tabs);
    column->addWidget(m_stack, 1);
    connect(m_jobsTab, &QToolButton::clicked, this, [this] { showTab(Tab::Jobs); });
    connect(m_logTab, &QToolButton::clicked, this, [this] { showTab(Tab::Log); });
    connect(m_hide, &QToolButton::clicked, this, &Dock::hideRequested);
    showTab(Tab::Jobs);
    retranslate();
}

void Dock::showTab(Tab tab) {
    (tab == Tab::Jobs ? m_jobsTab : m_logTab)->setChecked(true);
    m_stack->setCurrentIndex(tab == Tab::Jobs ? 0 : 1);
    m_log->controls()->setVisible(tab == Tab::Log);
}

Dock::Tab Dock::currentTab() const { return m_stack->currentIndex() == 0 ? Tab::Jobs : Tab::Log; }

void Dock::retranslate() {
    m_jobsTab->setText(tr("Jobs"));
    m_logTab->setText(tr("Log"));
    m_hide->setToolTip(tr("Hide the dock"));
    m_hide->setAccessibleName(tr("Hide the dock"));
    m_jobs->retranslate();
    m_log->retranslate();
}

} // namespace triptych::ui
