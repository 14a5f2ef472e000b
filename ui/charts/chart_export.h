#pragma once

#include <QString>

class QCustomPlot;

namespace triptych::ui {

/// Writes the plot with its title above it as it stands on the screen; the kind follows the extension:
/// .png (twice the size), .svg, .pdf. Throws Error{Unsupported} naming another extension, {Io} naming the file.
void savePlot(QCustomPlot& plot, const QString& title, const QString& path);

/// One CSV cell: quoted where needed (RFC 4180).
QString csvCell(const QString& text);
/// A number for CSV: shortest form that reads back the same, point as decimal mark in every language.
QString csvNumber(double value);

} // namespace triptych::ui
