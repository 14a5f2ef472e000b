#include "charts/chart.h"

#include "base/error.h"
#include "base/files.h"
#include "charts/chart_export.h"
#include "charts/plot_area.h"
#include "shell/theme.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QRegularExpression>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {

constexpr int kRedrawMs = 40; ///< live series are drawn at most 25 times a second

QString fileNameOf(const QString& title) {
    static const QRegularExpression odd(QStringLiteral("[^\\w]+"), QRegularExpression::UseUnicodePropertiesOption);
    QString name = title.toLower();
    name.replace(odd, QStringLiteral("-"));
    return name.isEmpty() ? QStringLiteral("chart") : name;
}

} // namespace

Chart::Chart(QWidget* parent) : QWidget(parent) {
    m_plot = new PlotArea(this);
    m_title = new QLabel(this);
    setTextStyle(m_title, TextSize::CardTitle, Tone::Text, true);
    m_legend = new QLabel(this);
    m_legend->setTextFormat(Qt::RichText);
    setTextStyle(m_legend, TextSize::Caption, Tone::Secondary);
    m_legend->hide();
    m_note = new QLabel(this);
    setTextStyle(m_note, TextSize::Caption, Tone::Secondary);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_empty = new QLabel(this);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMinimumHeight(110);
    setTextStyle(m_empty, TextSize::Body, Tone::Secondary);

    m_menu = new QMenu(this);
    m_png = m_menu->addAction(QString(), this, [this] { saveAs(QStringLiteral("png")); });
    m_svg = m_menu->addAction(QString(), this, [this] { saveAs(QStringLiteral("svg")); });
    m_pdf = m_menu->addAction(QString(), this, [this] { saveAs(QStringLiteral("pdf")); });
    m_csv = m_menu->addAction(QString(), this, [this] { saveAs(QStringLiteral("csv")); });
    m_menu->addSeparator();
    m_copy = m_menu->addAction(QString(), this, [this] { QGuiApplication::clipboard()->setText(csv()); });
    m_save = new QToolButton(this);
    m_save->setText(QStringLiteral("⋯"));
    m_save->setAutoRaise(true);
    m_save->setPopupMode(QToolButton::InstantPopup);
    m_save->setMenu(m_menu);
    m_save->setStyleSheet(QStringLiteral("QToolButton::menu-indicator{image:none;}"));

    auto* head = new QHBoxLayout;
    head->setSpacing(space::m);
    head->addWidget(m_title);
    head->addWidget(m_legend, 1);
    head->addStretch();
    head->addWidget(m_note);
    head->addWidget(m_save);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(head);
    column->addWidget(m_plot, 1);
    column->addWidget(m_empty, 1);
    setFocusProxy(m_plot);

    m_timer = new QTimer(this);
    m_timer->setSingleShot(true);
    m_timer->setInterval(kRedrawMs);
    connect(m_timer, &QTimer::timeout, this, &Chart::draw);
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] { laidOut(); });
    connect(m_plot, &PlotArea::hovered, this, [this](QPointF pixel) { showHover(hoverAt(pixel)); });
    connect(m_plot, &PlotArea::hoverLeft, this, [this] { showHover({}); });
    connect(m_plot, &PlotArea::walked, this, [this](int direction) { showHover(walk(direction)); });
    connect(m_plot, &PlotArea::activated, this, [this] { activate(); });
    connect(m_plot, &PlotArea::resetAsked, this, &Chart::resetView);
    connect(m_plot, &PlotArea::viewMoved, this, [this] {
        m_viewHeld = true;
        showHover({});
    });
    retranslate();
}

void Chart::setTitle(const QString& title) {
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    m_plot->setAccessibleName(title);
}

QString Chart::title() const {
    return m_title->text();
}

void Chart::setNote(const QString& note) {
    m_noteText = note;
    m_note->setText(note);
    setTone(m_note, Tone::Secondary);
}

void Chart::setEmptyText(const QString& text) {
    m_empty->setText(text);
}

QString Chart::withUnit(const QString& axis, const QString& unit) const {
    return unit.isEmpty() ? axis : tr("%1, %2", "axis title and its unit").arg(axis, unit);
}

void Chart::setXAxis(const QString& axis, const QString& unit) {
    m_xTitle = axis;
    m_plot->xAxis->setLabel(withUnit(axis, unit));
    dataChanged();
}

void Chart::setYAxis(const QString& axis, const QString& unit) {
    m_yTitle = axis;
    m_plot->yAxis->setLabel(withUnit(axis, unit));
    dataChanged();
}

void Chart::setLegend(const QList<LegendEntry>& entries) {
    QStringList parts;
    for (const LegendEntry& entry : entries) {
        const QString mark = entry.dash == Qt::SolidLine ? QStringLiteral("━")
            : entry.dash == Qt::DashLine                 ? QStringLiteral("╍")
            : entry.dash == Qt::DotLine                  ? QStringLiteral("┄")
                                                         : QStringLiteral("┅");
        parts.append(QStringLiteral("<span style='color:%1'>%2</span>&nbsp;%3")
                         .arg(entry.colour.name(), mark, entry.name.toHtmlEscaped()));
    }
    m_legend->setText(parts.join(QStringLiteral(" &nbsp; ")));
    m_legend->setVisible(!entries.isEmpty());
}

void Chart::exportTo(const QString& path) {
    if (path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) {
        const QByteArray text = csv().toUtf8();
        atomicWrite(path.toStdString(), std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        return;
    }
    showHover({});
    populate();
    savePlot(*m_plot, title(), path);
}

void Chart::saveAs(const QString& extension) {
    const QString suggested = fileNameOf(title()) + QLatin1Char('.') + extension;
    QString path = QFileDialog::getSaveFileName(this, tr("Save the chart"), suggested, QStringLiteral("*.") + extension);
    if (path.isEmpty())
        return;
    if (!path.endsWith(QLatin1Char('.') + extension, Qt::CaseInsensitive))
        path += QLatin1Char('.') + extension;
    try {
        exportTo(path);
        setNote(m_noteText);
    } catch (const Error& error) {
        m_note->setText(QString::fromStdString(error.message()));
        setTone(m_note, Tone::Bad);
    }
}

void Chart::resetView() {
    m_viewHeld = false;
    showHover({});
    dataChanged();
}

QString Chart::hoverText() const {
    return m_plot->hover().shown ? m_plot->hover().spoken() : QString();
}

void Chart::showHover(const Hover& hover) {
    m_plot->setHover(hover);
}

void Chart::dataChanged() {
    m_stale = true;
    if (isVisible() && !m_timer->isActive())
        m_timer->start();
}

void Chart::draw() {
    if (!isVisible())
        return;
    const bool filled = hasData();
    m_plot->setVisible(filled);
    m_plot->setFocusPolicy(filled ? Qt::StrongFocus : Qt::NoFocus); // Tab would end at a proxy that is hidden
    m_empty->setVisible(!filled);
    m_save->setEnabled(filled);
    m_stale = false;
    ++m_drawn;
    m_plot->setLocale(QLocale());
    populate();
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

void Chart::retranslate() {
    m_png->setText(tr("Save as PNG…"));
    m_svg->setText(tr("Save as SVG…"));
    m_pdf->setText(tr("Save as PDF…"));
    m_csv->setText(tr("Save the data as CSV…"));
    m_copy->setText(tr("Copy the data"));
    m_save->setToolTip(tr("Save this chart"));
    m_save->setAccessibleName(tr("Save this chart"));
    m_plot->setToolTip(QString());
    m_plot->setWhatsThis(tr("Arrow keys walk along the points, Shift and an arrow key move the view, plus and minus "
                            "zoom, Home or a double click shows everything."));
}

void Chart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        dataChanged();
    } else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        m_plot->applyTheme();
        dataChanged();
    }
    QWidget::changeEvent(event);
}

void Chart::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale) {
        m_timer->stop();
        draw();
    }
}

} // namespace triptych::ui
