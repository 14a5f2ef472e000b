#pragma once

#include "shell/page_factory.h"

#include <QList>

namespace triptych::ui {

/// The rail's entries that work, in its order: what app/ hands to the shell.
QList<PageFactory> workbenchPages();

} // namespace triptych::ui
