#pragma once

#include <QColor>
#include <QWidget>

class QLabel;
class QMenu;
class QTimer;
class QToolButton;

namespace triptych::ui {

class PlotArea;
struct Hover;

/// One entry of a chart's legend.
struct LegendEntry {
    QString name;
    QColor colour;
    Qt::PenStyle dash = Qt::SolidLine;
};

/// Frame of every chart: title, note, legend where direct labels do not fit, the corner menu that saves the
/// chart as PNG, SVG, PDF or CSV, the empty sentence, hover box, pointer and keyboard (see PlotArea).
/// A chart that nobody sees only remembers that it is stale and is drawn when it is shown.
class Chart : public QWidget {
    Q_OBJECT
public:
    explicit Chart(QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const;
    /// Faint text at the right of the title: what the axes mean in short, how many rows.
    void setNote(const QString& note);
    /// What stands in the chart's place while it has no data.
    void setEmptyText(const QString& text);
    /// The unit stands behind a comma: "accuracy, %".
    void setXAxis(const QString& title, const QString& unit = {});
    void setYAxis(const QString& title, const QString& unit = {});

    virtual bool hasData() const = 0;
    /// The data as drawn, header first, in RFC 4180 form.
    virtual QString csv() const = 0;
    /// By extension: .png, .svg, .pdf, .csv. Throws Error{Unsupported | Io}.
    void exportTo(const QString& path);

    /// Shows everything again and follows new data.
    void resetView();
    int drawnCount() const { return m_drawn; } ///< how often the plot was filled and drawn
    bool isStale() const { return m_stale; }
    QString hoverText() const; ///< what the hover box says now; empty while hidden

protected:
    /// Brings data and, unless viewHeld(), ranges into the plot. Called only while visible.
    virtual void populate() = 0;
    /// After the plot's layout, before it is drawn: sizes in pixels are known.
    virtual void laidOut() {}
    /// What stands under a point; not shown if there is nothing.
    virtual Hover hoverAt(QPointF pixel) const = 0;
    /// The neighbour of the point now hovered, for the keyboard.
    virtual Hover walk(int direction) = 0;
    virtual void activate() {}

    /// Call after every change of data: draws soon if visible, else marks as stale.
    void dataChanged();
    void setLegend(const QList<LegendEntry>& entries);
    PlotArea& plot() const { return *m_plot; }
    bool viewHeld() const { return m_viewHeld; } ///< the user zoomed or panned
    QString xTitle() const { return m_xTitle; }
    QString yTitle() const { return m_yTitle; }
    QString withUnit(const QString& title, const QString& unit) const;

    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void draw();
    void retranslate();
    void saveAs(const QString& extension);
    void showHover(const Hover& hover);

    PlotArea* m_plot;
    QLabel *m_title, *m_legend, *m_note, *m_empty;
    QToolButton* m_save;
    QMenu* m_menu;
    QAction *m_png, *m_svg, *m_pdf, *m_csv, *m_copy;
    QTimer* m_timer;
    QString m_noteText;
    QString m_xTitle, m_yTitle;
    bool m_viewHeld = false;
    bool m_stale = true;
    int m_drawn = 0;
};

} // namespace triptych::ui
