#pragma once

#include <QString>
#include <QStringList>

namespace triptych {

class Workspace;

namespace ui {

/// Names of what can make vectors: encoders of the workspace and of the data folder, endpoints that give vectors, "hashing".
/// The first is the one that the command line takes by itself.
QStringList embedderNames(const Workspace& workspace);
/// What stands for the name in lists and in the page's line of state; empty: searched by words only.
QString embedderWord(const QString& name);

} // namespace ui
} // namespace triptych
