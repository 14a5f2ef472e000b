#include "shell/page_stack.h"

#include "shell/theme.h"
#include "widgets/banner.h"

#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

PageStack::PageStack(QList<PageFactory> pages, QWidget* parent) : QWidget(parent), m_factories(std::move(pages)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_banner = new Banner(this);
    m_banner->setOuterMargins({space::xl, space::m, space::xl, 0});
    column->addWidget(m_banner);
    m_stack = new QStackedWidget(this);
    column->addWidget(m_stack, 1);
    connect(m_banner, &Banner::closed, this, [this] { m_errors.remove(m_current); });
}

void PageStack::setContext(std::unique_ptr<PageContext> context) {
    for (Page* page : std::as_const(m_pages)) {
        m_stack->removeWidget(page);
        delete page;
    }
    m_pages.clear();
    m_errors.clear();
    m_stale.clear();
    m_current.clear();
    m_banner->hide();
    m_context = std::move(context);
}

Page* PageStack::build(const PageFactory& factory) {
    Page* page = factory.create(*m_context, m_stack);
    m_pages.insert(factory.id, page);
    m_stack->addWidget(page);
    connect(page, &Page::pageRequested, this, &PageStack::showPage);
    connect(page, &Page::errorRaised, this, [this, id = factory.id](const QString& message, const QString& hint) {
        if (message.isEmpty())
            m_errors.remove(id);
        else
            m_errors.insert(id, {message, hint});
        if (id == m_current)
            showError(id);
    });
    if (const QByteArray state = m_states.value(factory.id); !state.isEmpty())
        page->restoreState(state);
    m_stale.insert(factory.id);
    return page;
}

bool PageStack::showPage(const QString& id, const QString& what) {
    const auto factory = std::find_if(m_factories.cbegin(), m_factories.cend(), [&id](const PageFactory& entry) { return entry.id == id; });
    if (factory == m_factories.cend() || !m_context)
        return false;
    Page* page = m_pages.value(id);
    if (!page)
        page = build(*factory);
    if (m_stale.remove(id))
        page->refresh();
    m_stack->setCurrentWidget(page);
    const bool moved = m_current != id;
    m_current = id;
    showError(id);
    if (!what.isEmpty())
        page->open(what);
    if (moved)
        Q_EMIT currentChanged(id);
    return true;
}

void PageStack::showError(const QString& id) {
    if (const auto it = m_errors.constFind(id); it != m_errors.cend())
        m_banner->showMessage(Banner::Level::Error, [error = *it] { return Banner::Words{error.message, error.hint, {}}; });
    else
        m_banner->hide();
}

void PageStack::markOthersStale() {
    for (const QString& id : m_pages.keys()) {
        if (id != m_current)
            m_stale.insert(id);
    }
}

void PageStack::refreshAll() {
    markOthersStale();
    if (Page* page = m_pages.value(m_current))
        page->refresh();
}

QHash<QString, QByteArray> PageStack::states() const {
    QHash<QString, QByteArray> states = m_states;
    for (auto it = m_pages.cbegin(); it != m_pages.cend(); ++it)
        states.insert(it.key(), it.value()->saveState());
    return states;
}

} // namespace triptych::ui
