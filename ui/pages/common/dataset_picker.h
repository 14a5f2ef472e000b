#pragma once

#include <QComboBox>

namespace triptych::ui {

/// Which data set a page works on.
class DatasetPicker : public QComboBox {
    Q_OBJECT
public:
    explicit DatasetPicker(QWidget* parent = nullptr);
    /// Emits nothing.
    void setNames(const QStringList& names, const QString& current);
    QString current() const { return currentText(); }

Q_SIGNALS:
    /// The person chose another one.
    void chosen(const QString& name);

protected:
    void changeEvent(QEvent* event) override;
    /// The wheel scrolls the page, not the choice.
    void wheelEvent(QWheelEvent* event) override;

private:
    void retranslate();
};

} // namespace triptych::ui
