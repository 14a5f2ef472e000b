#pragma once

#include "shell/page_factory.h"

#include <QHash>
#include <QSet>
#include <QWidget>

#include <memory>

class QStackedWidget;

namespace triptych::ui {

class Banner;

/// The pages, each built when it is first shown and told to read anew when something changed while it was
/// out of sight. Over them a banner for what the shown page has to say.
class PageStack : public QWidget {
    Q_OBJECT
public:
    PageStack(QList<PageFactory> pages, QWidget* parent);

    /// Another workspace: all pages go, their form fields with them (see states()).
    void setContext(std::unique_ptr<PageContext> context);
    /// Builds the page if needed. An unknown id changes nothing and gives false.
    bool showPage(const QString& id, const QString& what = {});
    QString currentId() const { return m_current; }
    /// Null while it was not built.
    Page* page(const QString& id) const { return m_pages.value(id); }
    const QList<PageFactory>& factories() const { return m_factories; }
    /// The shown page reads anew now, the others when they are shown.
    void refreshAll();
    /// The others read anew when they are shown.
    void markOthersStale();

    /// Form fields by page id.
    QHash<QString, QByteArray> states() const;
    void setStates(const QHash<QString, QByteArray>& states) { m_states = states; }

Q_SIGNALS:
    void currentChanged(const QString& id);

private:
    Page* build(const PageFactory& factory);
    void showError(const QString& id);
    struct PageError {
        QString message, hint;
    };
    QList<PageFactory> m_factories;
    std::unique_ptr<PageContext> m_context;
    QHash<QString, Page*> m_pages;
    QHash<QString, QByteArray> m_states;
    QHash<QString, PageError> m_errors;
    QSet<QString> m_stale;
    QString m_current;
    Banner* m_banner;
    QStackedWidget* m_stack;
};

} // namespace triptych::ui
