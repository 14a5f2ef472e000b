#pragma once

#include "base/error.h"

#include <QFrame>
#include <QMargins>
#include <QString>

#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace triptych::ui {

/// A sentence where it happened: what happened, what to do, one action; the text can be copied.
/// Hidden until shown; level by icon, colour and word (accessible name).
class Banner : public QFrame {
    Q_OBJECT
public:
    enum class Level { Info, Warning, Error };
    struct Words {
        QString message, hint, action; ///< without `action` there is no button
    };
    explicit Banner(QWidget* parent = nullptr);

    /// `words` are asked for again when the language changes.
    void showMessage(Level level, std::function<Words()> words);
    /// The error's sentence and hint.
    void showError(const Error& error);
    QString message() const;
    /// false: no close button, for lasting notes.
    void setClosable(bool closable);
    /// Space around the frame that goes away with the banner, unlike a layout's margins.
    void setOuterMargins(const QMargins& margins);

Q_SIGNALS:
    void actionTriggered();
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslateUi();
    Level m_level = Level::Info;
    std::function<Words()> m_words;
    QMargins m_outer;
    QLabel* m_message;
    QLabel* m_hint;
    QPushButton* m_action;
    QToolButton* m_copy;
    QToolButton* m_close;
};

} // namespace triptych::ui
