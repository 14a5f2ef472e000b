#include "charts/chart_export.h"

#include "base/error.h"
#include "base/files.h"
#include "shell/theme.h"

#include "charts/qcustomplot_header.h"

#include <QBuffer>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cmath>

namespace triptych::ui {

namespace {

constexpr int kTitleHeight = 30;

void paint(QCustomPlot& plot, const QString& title, QPaintDevice& device, QSize size, qreal scale, bool vector) {
    QCPPainter painter;
    painter.begin(&device);
    painter.scale(scale, scale);
    if (vector) {
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        painter.setMode(QCPPainter::pmNonCosmetic);
    }
    const ThemeTokens& theme = tokens();
    painter.fillRect(QRect(QPoint(0, 0), QSize(size.width(), size.height() + kTitleHeight)), theme.surface);
    painter.setFont(textFont(TextSize::CardTitle, true));
    painter.setPen(theme.text);
    painter.drawText(QRect(12, 0, size.width() - 24, kTitleHeight), Qt::AlignVCenter | Qt::AlignLeft, title);
    painter.translate(0, kTitleHeight);
    plot.toPainter(&painter, size.width(), size.height());
    painter.end();
}

} // namespace

void savePlot(QCustomPlot& plot, const QString& title, const QString& path) {
    const QSize size = plot.size().expandedTo(QSize(480, 280));
    const QSize whole(size.width(), size.height() + kTitleHeight);
    const QString extension = QFileInfo(path).suffix().toLower();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (extension == QLatin1String("png")) {
        constexpr int kScale = 2;
        QImage image(whole * kScale, QImage::Format_ARGB32_Premultiplied);
        paint(plot, title, image, size, kScale, false);
        image.save(&buffer, "PNG");
    } else if (extension == QLatin1String("svg")) {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(whole);
        generator.setViewBox(QRect(QPoint(0, 0), whole));
        generator.setTitle(title);
        paint(plot, title, generator, size, 1, true);
    } else if (extension == QLatin1String("pdf")) {
        QPdfWriter writer(&buffer);
        writer.setTitle(title);
        writer.setResolution(96);
        writer.setPageSize(QPageSize(QSizeF(whole) * 72.0 / 96.0, QPageSize::Point));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        paint(plot, title, writer, size, 1, true);
    } else {
        throw Error(ErrorCode::Unsupported, "a chart cannot be saved as '" + path.toStdString() + "'",
                    "Use a name that ends in .png, .svg, .pdf or .csv.");
    }
    atomicWrite(path.toStdString(), std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

QString csvCell(const QString& text) {
    if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) && !text.contains(QLatin1Char('\n'))
        && !text.contains(QLatin1Char('\r')))
        return text;
    QString quoted = text;
    quoted.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + quoted + QLatin1Char('"');
}

QString csvNumber(double value) {
    if (std::abs(value) < 1e15 && value == std::floor(value))
        return QString::number(static_cast<qlonglong>(value));
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

} // namespace triptych::ui
