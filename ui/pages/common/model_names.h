#pragma once

#include "storage/workspace.h"

#include <QStringList>

namespace triptych::ui {

/// Names of encoders that can be a base: the workspace's, then what lies in the data folder; `usual` is among them.
QStringList encoderNames(const Workspace& workspace, const QString& usual);
/// Names of classifiers that can teach, the best first: those of the data set before others, then by accuracy on the test rows of
/// their own run, then the newest.
QStringList teacherNames(const Workspace& workspace, const QString& dataset);

} // namespace triptych::ui
