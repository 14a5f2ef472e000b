#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace triptych::ui {

/// A dashed field that takes files, or folders, by drop, by its button or by the keyboard.
class DropArea : public QWidget {
    Q_OBJECT
public:
    explicit DropArea(QWidget* parent = nullptr);
    /// `filter` as QFileDialog wants it.
    void setTexts(const QString& sentence, const QString& buttonText, const QString& filter = {});
    /// The button asks for a folder, not for files.
    void setAsksForFolder(bool folder) { m_folder = folder; }
    QPushButton* button() const { return m_button; }

Q_SIGNALS:
    void filesChosen(const QStringList& files);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_sentence;
    QPushButton* m_button;
    QString m_filter;
    bool m_folder = false;
    bool m_over = false;
};

/// The local files of a drag, empty if it carries none.
QStringList droppedFiles(const QDropEvent* event);

} // namespace triptych::ui
