#pragma once

#include "datasets/dataset_import.h"
#include "engine_client/background.h"

#include <QJsonObject>
#include <QTimer>
#include <QWidget>

#include <memory>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTableView;
class QTableWidget;

namespace triptych::ui {

class Banner;
class Card;
class ProblemsModel;
class SegmentedControl;

/// One file on its way into the workspace: preview with column mapping, parts, row-level problems as they are
/// found, import with progress and cancel. The file is read off the window's thread after every change.
class ImportPanel : public QWidget {
    Q_OBJECT
public:
    explicit ImportPanel(QWidget* parent = nullptr);

    /// `taken`: names of the data sets there are.
    void start(const std::filesystem::path& workspaceFolder, const QString& file, const QStringList& taken);
    /// The form as it stands, while it is open; restore() opens it again if the file is still there.
    QJsonObject state() const;
    void restore(const std::filesystem::path& workspaceFolder, const QJsonObject& state, const QStringList& taken);
    bool isRunning() const { return m_running; }
    bool isOpen() const { return !m_file.isEmpty(); }
    void close();
    ProblemsModel& problems() { return *m_problems; }
    QPushButton* importButton() const { return m_import; }

Q_SIGNALS:
    void imported(const QString& dataset);
    void closed();
    /// The file was read under the form's settings (or could not be).
    void readFinished();

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void retranslate();
    void preview();
    void showPreview(const TablePreview& preview);
    void readSoon();
    void read();
    void showRead();
    void showError(const Error& error);
    void run();
    void setRunning(bool running);
    void updateButtons();
    void updateMapping();
    ImportRequest request() const;
    void saveProblems();

    std::filesystem::path m_workspace;
    QString m_file;
    QStringList m_taken;
    bool m_filling = false;
    bool m_running = false;
    std::optional<ReadResult> m_read;
    std::int64_t m_labels = 0;
    TablePreview m_columns;
    Background m_previewing, m_reading, m_importing;
    QTimer m_timer;
    std::unique_ptr<QObject> m_listener; ///< hears the progress of the newest work, no other
    QJsonObject m_wanted;                ///< columns of a restored form, until the preview is there

    Card *m_card, *m_problemsCard;
    Banner* m_banner;
    QLabel *m_summary, *m_nameLabel, *m_textLabel, *m_labelLabel, *m_partsLabel, *m_sharesLabel, *m_seedLabel, *m_nameProblem;
    QLineEdit* m_name;
    QComboBox *m_text, *m_label;
    QCheckBox* m_header;
    QTableWidget* m_table;
    SegmentedControl *m_parts, *m_part;
    QWidget *m_sharesRow, *m_partRow;
    QDoubleSpinBox *m_train, *m_dev, *m_test;
    QSpinBox* m_seed;
    ProblemsModel* m_problems;
    QTableView* m_problemsView;
    QPushButton *m_copy, *m_save, *m_import, *m_cancel;
    QProgressBar* m_bar;
};

} // namespace triptych::ui
