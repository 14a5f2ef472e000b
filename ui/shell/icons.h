#pragma once

#include "shell/theme.h"

#include <QIcon>
#include <QPixmap>

namespace triptych::ui {

/// An icon of resources/icons ("data", "pause", ...), drawn sharp at every size and scale in a tone of the
/// theme in force when it is painted. Selected and checked states use the accent, disabled ones the faint tone.
QIcon icon(const QString& name, Tone tone = Tone::Secondary);
/// The same in a technique's colour.
QIcon techniqueIcon(Technique technique);
/// Name of the icon that stands for a technique.
QString techniqueIconName(Technique technique);
/// One picture, `size` in device-independent pixels.
QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal devicePixelRatio);

} // namespace triptych::ui
