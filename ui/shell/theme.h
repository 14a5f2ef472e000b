#pragma once

#include "selection/decision.h"

#include <QColor>
#include <QObject>
#include <QPalette>

#include <array>

class QPainter;
class QPointF;
class QWidget;

namespace triptych::ui {

enum class ThemeChoice { System, Light, Dark };
/// "system", "light", "dark": as in settings and on the command line.
QString themeChoiceName(ThemeChoice choice);
ThemeChoice themeChoiceFromName(const QString& name);

/// The colours of one theme; every colour of the window comes from here.
struct ThemeTokens {
    bool dark = false;
    QColor background, surface, raised;
    QColor border, grid;
    QColor text, secondary, faint;
    QColor accent, accentGround, onAccent;
    QColor retrieve, fineTune, distil, hybrid, zeroShot;
    QColor good, warning, bad;
    QColor passage; ///< ground of a highlighted passage
};
const ThemeTokens& lightTokens();
const ThemeTokens& darkTokens();
/// The theme in force, told by the application's palette: what painted widgets ask in paintEvent.
const ThemeTokens& tokens();

/// Distances in device-independent pixels.
namespace space {
inline constexpr int xs = 4, s = 8, m = 12, l = 16, xl = 24;
}
namespace radius {
inline constexpr int card = 8, control = 6;
}
inline constexpr int kControlHeight = 28;

enum class TextSize { Caption = 11, Body = 13, CardTitle = 15, PageTitle = 20, Figure = 28 };
enum class Tone { Text, Secondary, Faint, Accent, Good, Warning, Bad };
/// The application's font at a size of the type scale; figures are tabular in every size.
QFont textFont(TextSize size, bool strong = false);
/// Sets size, weight and colour of a label; the colour follows the theme. The text is taken as it is unless the label is told
/// that it holds markup (QLabel::setTextFormat).
void setTextStyle(QWidget* label, TextSize size, Tone tone = Tone::Text, bool strong = false);
void setTone(QWidget* label, Tone tone);
QColor toneColor(Tone tone, const ThemeTokens& theme = tokens());

/// A technique keeps its colour and its shape on every page, chart and report: ◆ retrieve, ■ fine-tune,
/// ▲ distil, ● hybrid, ✕ zero-shot.
QColor techniqueColor(Technique technique, const ThemeTokens& theme = tokens());
QString techniqueShape(Technique technique);
/// Paints the shape around a centre; `size` is its width.
void paintTechniqueShape(QPainter& painter, Technique technique, QPointF centre, qreal size,
                         const ThemeTokens& theme = tokens());
/// The dash of a series, so that lines differ without colour too. Index counts from 0 within one chart.
Qt::PenStyle seriesDash(int index);

QPalette themePalette(const ThemeTokens& theme);
QString themeStyleSheet(const ThemeTokens& theme);

/// Puts a theme on the application and keeps it there; follows the system while the choice is System.
class ThemeController : public QObject {
    Q_OBJECT
public:
    explicit ThemeController(QObject* parent = nullptr);
    ThemeChoice choice() const { return m_choice; }
    bool isDark() const;
    void setChoice(ThemeChoice choice);

Q_SIGNALS:
    /// After palette and style sheet were replaced. Painted widgets need not listen: a palette change repaints them.
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void apply();
    ThemeChoice m_choice = ThemeChoice::System;
    bool m_systemDark = false;
    bool m_applied = false;
    bool m_applying = false;
};

} // namespace triptych::ui
