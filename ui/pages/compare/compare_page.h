#pragma once

#include "engine_client/background.h"
#include "pages/compare/run_comparison.h"
#include "shell/page.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace triptych::ui {

class Banner;
class Card;
class DatasetPicker;
class EmptyState;
class LineChart;
class PageHeader;
class RunsTable;
class ScatterChart;
class ScrollColumn;
class SegmentedControl;
class TryTextCard;

/// Compare: runs against metrics, quality against latency and size, paired tests, curves, rows that differ.
class ComparePage : public Page {
    Q_OBJECT
public:
    explicit ComparePage(const PageContext& context, QWidget* parent = nullptr);
    ~ComparePage() override;

    QString title() const override;
    void refresh() override;
    /// A run, or a data set.
    void open(const QString& what) override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    RunsTable& table() { return *m_table; }
    const std::optional<RunComparison>& comparison() const { return m_comparison; }

Q_SIGNALS:
    /// Tests and differences of the selected runs are shown.
    void compared();

protected:
    void retranslateUi() override;

private:
    void build();
    void showRuns();
    void selectionChanged();
    void showScatter();
    void showComparison();
    void showTests();
    void showCurves();
    void showDifferences();
    void removeRun();
    void showState();
    void showUnfinished();
    QString nameOf(const QString& runId) const;

    std::vector<DatasetRecord> m_datasets;
    std::vector<RunSummary> m_runs; ///< of all data sets
    QString m_dataset, m_wanted;
    QString m_opened; ///< run or data set that was asked for last
    std::optional<RunComparison> m_comparison;
    Background m_loading, m_comparing;
    PageHeader* m_header;
    DatasetPicker* m_picker;
    QPushButton* m_remove;
    ScrollColumn* m_scroll;
    Banner* m_note;
    EmptyState* m_empty;
    QWidget* m_content;
    Card *m_tableCard, *m_testsCard, *m_differencesCard;
    QLineEdit* m_filter;
    RunsTable* m_table;
    ScatterChart* m_scatter;
    LineChart* m_curves;
    QLabel *m_testsHint, *m_passedOver, *m_differencesHint;
    QTableWidget *m_tests, *m_differences;
    SegmentedControl* m_side;
    TryTextCard* m_try;
};

} // namespace triptych::ui
