#pragma once

#include <QBasicTimer>
#include <QWidget>

#include <optional>

namespace triptych::ui {

/// A small ring that says "something runs": an arc of the share done, turning while the share is unknown.
class Ring : public QWidget {
    Q_OBJECT
public:
    explicit Ring(QWidget* parent = nullptr);
    /// Not running: nothing is drawn, the space stays.
    void setRunning(bool running, std::optional<double> fraction = {});
    bool isRunning() const { return m_running; }
    QSize sizeHint() const override { return {16, 16}; }
    QSize minimumSizeHint() const override { return {16, 16}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void updateTimer();
    bool m_running = false;
    std::optional<double> m_fraction;
    int m_angle = 0;
    QBasicTimer m_timer;
};

} // namespace triptych::ui
