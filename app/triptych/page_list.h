#pragma once

#include "shell/page_factory.h"

#include <QList>

/// The rail, top to bottom: all that the window shows.
QList<triptych::ui::PageFactory> pageList();
