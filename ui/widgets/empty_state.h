#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace triptych::ui {

/// What an empty page or card shows: a sentence of what will be seen, and the one action that fills it.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);
    /// An empty actionText shows no button.
    void setTexts(const QString& title, const QString& sentence, const QString& actionText = {});
    QPushButton* button() const { return m_button; }

Q_SIGNALS:
    void actionTriggered();

private:
    QLabel* m_title;
    QLabel* m_sentence;
    QPushButton* m_button;
};

} // namespace triptych::ui
