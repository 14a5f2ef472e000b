#pragma once

#include "engine_client/background.h"
#include "engine_client/job_center.h"
#include "item_models/run_summary.h"
#include "pages/common/settings_form.h"
#include "shell/page.h"

#include <QJsonObject>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace triptych::ui {

class Card;
class CommandLine;
class DatasetPicker;
class FoldingRow;
class KeyValueRows;
class LineChart;
class PageHeader;
class RunCurves;
class RunMonitor;
class RunsTable;
class ScrollColumn;
class SegmentedControl;

/// What Fine-tune and Distil share: a form at the left (what, on which data, settings, estimate, the same as a
/// command), the run in sight at the right (progress, curves, result), earlier runs below.
class RunPage : public Page {
    Q_OBJECT
public:
    RunPage(const PageContext& context, QList<SettingsForm::Field> fields, QWidget* parent);
    ~RunPage() override;

    void refresh() override;
    /// A data set, or a run to show.
    void open(const QString& what) override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    QString shownRun() const { return m_shown; }
    QPushButton* startButton() const { return m_start; }
    CommandLine* command() const { return m_command; }
    SettingsForm& settings() { return *m_settings; }

protected:
    struct Preset {
        QString id;
        Json settings;
    };
    /// Methods whose runs stand below: the first is made if none is chosen.
    virtual QStringList methods() const = 0;
    virtual QString method() const = 0;
    virtual JobRequest request() const = 0;
    virtual QStringList commandArguments() const = 0;
    virtual QList<Preset> presets() const = 0;
    virtual QString base() const = 0; ///< what earlier runs must share for an estimate
    /// Empty: can start. Else the sentence that says what is missing.
    virtual QString obstacle() const = 0;
    virtual void showResult(const RunSummary* run) = 0;
    virtual void refreshChoices() {}
    virtual QJsonObject formState() const { return {}; }
    virtual void restoreForm(const QJsonObject&) {}

    void retranslateUi() override;
    /// Rows of the form above the settings.
    void addFormRow(QLabel* name, QWidget* field);
    LineChart* addChart(FoldingRow* row, int leastWidth = 300);
    void formChanged();
    QString datasetName() const;
    QStringList settingArguments() const;
    const std::vector<RunSummary>& runs() const { return m_runs; }

    PageHeader* m_header;
    ScrollColumn* m_scroll;
    Card* m_formCard;
    QVBoxLayout* m_right;
    RunCurves* m_curves;
    DatasetPicker* m_picker;
    SettingsForm* m_settings;
    QLineEdit* m_out;

private:
    void build(const QList<SettingsForm::Field>& fields);
    void connectAll();
    void startRun();
    void showRun(const QString& id);
    void showState();
    void showEstimate();
    void usePreset(const QString& id);
    void markPreset();
    void saveConfig();
    void loadConfig();
    std::int64_t trainRows() const;
    std::int64_t labelCount() const;
    const RunSummary* summary(const QString& id) const;

    std::vector<DatasetRecord> m_datasets;
    std::vector<RunSummary> m_runs;
    Background m_loading;
    QString m_shown, m_wanted;
    quint64 m_submitted = 0;
    bool m_filling = false;
    QVBoxLayout* m_formRows;
    QList<QPair<QLabel*, QWidget*>> m_rows;
    QLabel *m_dataLabel, *m_presetLabel, *m_outLabel, *m_seedLabel, *m_estimateTitle, *m_obstacle;
    SegmentedControl* m_preset;
    QSpinBox* m_seed;
    KeyValueRows* m_estimate;
    QPushButton *m_start, *m_config;
    QAction *m_load, *m_save;
    CommandLine* m_command;
    Card *m_monitorCard, *m_runsCard;
    RunMonitor* m_monitor;
    RunsTable* m_table;
};

} // namespace triptych::ui
