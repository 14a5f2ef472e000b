#pragma once

#include "shell/theme.h"

#include <QApplication>
#include <QDir>
#include <QPixmap>
#include <QWidget>

namespace triptych::ui {

/// Keeps a picture of a widget beside the build (pictures/<name>.png), for a person to look at.
inline void keepPicture(QWidget& widget, const QString& name) {
    const QDir folder(QStringLiteral(TRIPTYCH_BIN_DIR "/../pictures"));
    folder.mkpath(QStringLiteral("."));
    widget.grab().save(folder.filePath(name + QStringLiteral(".png")));
}

} // namespace triptych::ui
