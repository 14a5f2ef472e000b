#pragma once

#include "storage/workspace.h"

#include <QStringList>

namespace triptych::ui {

/// Names of encoders that can be a base: the workspace's, then what lies in the data folder; `usual` is among them.
QStringList encoderNames(const Workspace& workspace, const QString& usual);
/// Names of classifiers that can teach, newest first.
QStringList teacherNames(const Workspace& workspace);

} // namespace triptych::ui
