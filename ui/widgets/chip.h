#pragma once

#include "shell/theme.h"

#include <QWidget>

#include <optional>

namespace triptych::ui {

/// A word in a pill: outlined by default, filled when it marks something ("Recommended").
class Chip : public QWidget {
    Q_OBJECT
public:
    explicit Chip(QWidget* parent = nullptr);
    void setText(const QString& text);
    QString text() const { return m_text; }
    void setTone(Tone tone);
    /// Takes the technique's colour instead of a tone.
    void setTechnique(std::optional<Technique> technique);
    void setFilled(bool filled);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    Tone m_tone = Tone::Secondary;
    std::optional<Technique> m_technique;
    bool m_filled = false;
};

} // namespace triptych::ui
