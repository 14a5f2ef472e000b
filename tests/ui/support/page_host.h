#pragma once

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "pages/factories.h"
#include "shell/theme.h"
#include "storage/workspace.h"

#include <QSignalSpy>

#include <memory>

namespace triptych::ui {

/// What a page lives in, without a window: the collaborators of its context. An engine is a program that ends
/// at once, unless a test names another.
class PageHost {
public:
    explicit PageHost(const std::filesystem::path& workspaceFolder = {}, const QStringList& engine = {QStringLiteral("/bin/false")})
        : m_engines(engine) {
        m_theme.setChoice(ThemeChoice::Light);
        if (!workspaceFolder.empty()) {
            m_workspace = std::make_shared<Workspace>(Workspace::open(workspaceFolder));
            m_jobs.setWorkspace(QString::fromStdString(workspaceFolder.string()));
        }
    }
    PageContext context() { return {m_workspace, m_jobs, m_engines, m_theme}; }
    Page* make(const QString& id) {
        for (const PageFactory& factory : workbenchPages()) {
            if (factory.id == id) {
                m_page.reset(factory.create(context(), nullptr));
                QObject::connect(m_page.get(), &Page::errorRaised, [this](const QString& message) {
                    if (!message.isEmpty()) // an empty one takes back what was said
                        m_errors.append(message);
                });
                return m_page.get();
            }
        }
        return nullptr;
    }
    QStringList errors() const { return m_errors; }
    JobCenter& jobs() { return m_jobs; }
    ThemeController& theme() { return m_theme; }
    Workspace& workspace() { return *m_workspace; }

private:
    ThemeController m_theme;
    JobCenter m_jobs;
    Engines m_engines;
    std::shared_ptr<Workspace> m_workspace;
    QStringList m_errors;
    std::unique_ptr<Page> m_page;
};

} // namespace triptych::ui
