#include "pages/common/dataset_picker.h"

#include <QEvent>
#include <QSignalBlocker>
#include <QWheelEvent>

namespace triptych::ui {

DatasetPicker::DatasetPicker(QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    setMinimumContentsLength(10);
    connect(this, &QComboBox::textActivated, this, &DatasetPicker::chosen);
    retranslate();
}

void DatasetPicker::setNames(const QStringList& names, const QString& current) {
    const QSignalBlocker blocker(this);
    QStringList had;
    for (int i = 0; i < count(); ++i)
        had.append(itemText(i));
    if (had != names) {
        clear();
        addItems(names);
    }
    setCurrentIndex(static_cast<int>(names.indexOf(current)));
    setEnabled(!names.isEmpty());
}

void DatasetPicker::wheelEvent(QWheelEvent* event) {
    event->ignore();
}

void DatasetPicker::retranslate() {
    setAccessibleName(tr("Data set"));
    setToolTip(tr("The data set that this page works on"));
}

void DatasetPicker::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QComboBox::changeEvent(event);
}

} // namespace triptych::ui
