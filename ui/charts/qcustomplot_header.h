#pragma once

/// QCustomPlot's header uses Qt's keyword macros, which the whole project builds without: they are lent for
/// the length of this include alone.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach(variable, container) for (variable : container)
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach
