#pragma once

#include "knowledge/chunker.h"

#include <QJsonObject>
#include <QWidget>

class QComboBox;
class QLabel;
class QSpinBox;

namespace triptych::ui {

/// "recursive · 256 tokens · overlap 32".
QString chunkerText(const ChunkerSettings& settings);

/// How documents are cut. Whatever is typed is allowed: the overlap's range follows the size.
class ChunkerForm : public QWidget {
    Q_OBJECT
public:
    explicit ChunkerForm(QWidget* parent = nullptr);
    ChunkerSettings settings() const;
    void setSettings(const ChunkerSettings& settings); ///< Emits nothing
    void retranslate();
    QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);

Q_SIGNALS:
    void changed();

private:
    void follow();
    QLabel *m_chunkerLabel, *m_sizeLabel, *m_overlapLabel;
    QComboBox* m_chunker;
    QSpinBox *m_size, *m_overlap;
};

} // namespace triptych::ui
