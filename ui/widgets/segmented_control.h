#pragma once

#include <QList>
#include <QWidget>

class QButtonGroup;
class QHBoxLayout;

namespace triptych::ui {

/// One of a few choices, all in sight. Arrow keys move between them.
class SegmentedControl : public QWidget {
    Q_OBJECT
public:
    struct Segment {
        QString id;
        QString text;
    };
    explicit SegmentedControl(QWidget* parent = nullptr);
    /// Replaces the segments; a current one of the same id stays current, else the first becomes it.
    void setSegments(const QList<Segment>& segments);
    QString current() const { return m_current; }
    /// Emits nothing.
    void setCurrent(const QString& id);

Q_SIGNALS:
    /// The person chose another one.
    void currentChanged(const QString& id);

private:
    QHBoxLayout* m_line;
    QButtonGroup* m_group;
    QList<Segment> m_segments;
    QString m_current;
};

} // namespace triptych::ui
