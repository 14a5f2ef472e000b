#pragma once

#include <QWidget>

class QLineEdit;
class QToolButton;

namespace triptych::ui {

/// The command that does the same as a form, to look at and to copy.
class CommandLine : public QWidget {
    Q_OBJECT
public:
    explicit CommandLine(QWidget* parent = nullptr);
    void setArguments(const QStringList& arguments);
    QString text() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    QLineEdit* m_text;
    QToolButton* m_copy;
};

/// Quoted for a POSIX shell where needed.
QString shellQuoted(const QString& argument);

} // namespace triptych::ui
