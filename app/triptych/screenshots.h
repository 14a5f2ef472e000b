#pragma once

#include "window_setup.h"

#include <QStringList>

struct ScreenshotOptions {
    QString folder;
    QString workspace;
    QStringList pages; ///< empty: all
    LookOptions look;
};

/// Shows every page with its data at 1440 x 900 and writes <page>-<theme>-<language>.png. Returns the exit code.
int takeScreenshots(const ScreenshotOptions& options);
