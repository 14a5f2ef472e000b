#pragma once

#include "selection/decision.h"

#include <QFrame>

#include <optional>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace triptych::ui {

/// A surface with one border, radius 8 and padding 16. A technique gives it a strip of its colour on top;
/// a highlighted card (the recommendation) carries the colour all around.
class Card : public QFrame {
    Q_OBJECT
public:
    explicit Card(QWidget* parent = nullptr);

    /// Where the content goes; spacing 8.
    QVBoxLayout* body() const { return m_body; }
    /// Semibold title line, made on first use; also the card's accessible name.
    void setTitle(const QString& title);
    /// Faint caption in the title line's right corner (unit of a chart, count).
    void setCaption(const QString& caption);
    /// A small control in the right corner of the title line.
    void addCornerWidget(QWidget* widget);
    /// Icon and shape before the title and the strip above it.
    void setTechnique(std::optional<Technique> technique);
    void setHighlighted(bool highlighted);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void ensureTitleLine();
    QVBoxLayout* m_outer;
    QVBoxLayout* m_body;
    QHBoxLayout* m_titleLine = nullptr;
    QHBoxLayout* m_corner = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_caption = nullptr;
    QWidget* m_mark = nullptr;
    std::optional<Technique> m_technique;
    bool m_highlighted = false;
};

/// A technique's icon and shape side by side, painted; says the technique's name to a screen reader.
class TechniqueMark : public QWidget {
    Q_OBJECT
public:
    explicit TechniqueMark(Technique technique, bool withIcon = true, QWidget* parent = nullptr);
    void setTechnique(Technique technique);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    Technique m_technique;
    bool m_withIcon;
};

} // namespace triptych::ui
