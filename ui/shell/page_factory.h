#pragma once

#include "shell/page.h"

#include <QString>
#include <QStringList>

#include <functional>

namespace triptych::ui {

/// A rail entry: all that the shell knows of a page. The page itself is built when it is first shown.
struct PageFactory {
    QString id;                      ///< "overview", "datasets", ...: stable, stored in the session
    QString icon;                    ///< name in resources/icons
    std::function<QString()> title;  ///< in the language in force
    std::function<Page*(const PageContext&, QWidget* parent)> create;
    bool separatorBefore = false;
    QStringList jobMethods = {};     ///< jobs whose ring shows beside this entry ("full", "soft", ...)
    bool acceptsFiles = false;       ///< a data file dropped anywhere opens here
};

} // namespace triptych::ui
