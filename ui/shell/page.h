#pragma once

#include <QWidget>

#include <memory>

class QPushButton;

namespace triptych {

class Workspace;

namespace ui {

struct Engines;
class JobCenter;
class ThemeController;

/// What a page is given; everything outlives the page. Nothing global.
struct PageContext {
    std::shared_ptr<Workspace> workspace; ///< null while no workspace is open
    JobCenter& jobs;                      ///< starts, watches and indexes runs
    Engines& engines;                     ///< the processes that answer
    ThemeController& theme;
};

/// A rail entry's content. Small: collaborators in, results as signals, text set in retranslateUi().
class Page : public QWidget {
    Q_OBJECT
public:
    explicit Page(PageContext context, QWidget* parent = nullptr);

    virtual QString title() const = 0;
    /// Re-reads what it shows from the workspace; called when shown and when a run or data set changed.
    virtual void refresh() = 0;
    /// Selects something inside the page: a data set or run by name. Used by links, palette, drag and drop.
    virtual void open(const QString& what) { Q_UNUSED(what) }
    /// Unsaved form fields, as JSON text; restored at the next start.
    virtual QByteArray saveState() const { return {}; }
    virtual void restoreState(const QByteArray&) {}

Q_SIGNALS:
    /// Asks the shell to show a page ("overview", "datasets", "training", ...) and to open something there.
    void pageRequested(const QString& page, const QString& what);
    /// A sentence for the banner above the page; empty hides it.
    void errorRaised(const QString& message, const QString& hint);

protected:
    virtual void retranslateUi() = 0;
    void changeEvent(QEvent* event) override;
    PageContext m_context;
};

} // namespace ui
} // namespace triptych
