#pragma once

#include "shell/page_factory.h"

#include <QAbstractButton>
#include <QFrame>
#include <QHash>

#include <optional>

class QVBoxLayout;

namespace triptych::ui {

class Ring;

/// One entry of the rail: icon and word, accent ground when chosen, a ring while its jobs run.
class RailButton : public QAbstractButton {
    Q_OBJECT
public:
    RailButton(const QString& iconName, QWidget* parent);
    void setFolded(bool folded);
    Ring* ring() const { return m_ring; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QString m_icon;
    Ring* m_ring;
    bool m_folded = false;
};

/// The left rail. Up and Down move between entries; folded, it shows the icons alone.
class Rail : public QFrame {
    Q_OBJECT
public:
    Rail(const QList<PageFactory>& pages, QWidget* parent);
    void setCurrent(const QString& page);
    void setFolded(bool folded);
    bool isFolded() const { return m_folded; }
    void setRunning(const QString& page, bool running, std::optional<double> fraction);
    void retranslate(const QList<PageFactory>& pages);

Q_SIGNALS:
    void pageChosen(const QString& page);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QHash<QString, RailButton*> m_buttons;
    QStringList m_order;
    bool m_folded = false;
};

} // namespace triptych::ui
