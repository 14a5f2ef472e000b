#pragma once

#include "engine_client/background.h"
#include "pages/datasets/dataset_report.h"
#include "shell/page.h"

#include <QJsonObject>
#include <QTimer>

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QTableView;

namespace triptych::ui {

class BarList;
class Card;
class DropArea;
class EmptyState;
class ExamplesModel;
class FoldingRow;
class Histogram;
class ImportPanel;
class LabelsEditor;
class PageHeader;
class ScrollColumn;
class SegmentedControl;

/// Data: the data sets there are, what is in them, and how a file becomes one.
class DatasetsPage : public Page {
    Q_OBJECT
public:
    explicit DatasetsPage(const PageContext& context, QWidget* parent = nullptr);
    ~DatasetsPage() override;

    QString title() const override;
    void refresh() override;
    /// A data set's name, or a file to import.
    void open(const QString& what) override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    ImportPanel& importPanel() { return *m_import; }
    ExamplesModel& examples() { return *m_examples; }

Q_SIGNALS:
    /// Histograms and findings of the data set in sight are there.
    void reported();

protected:
    void retranslateUi() override;

private:
    void build();
    void showList();
    void select(const QString& name);
    void showDataset();
    void showReport();
    void showRows();
    void search();
    void importFile(const QString& file);
    void rename();
    void remove();
    std::optional<DatasetRecord> current() const;
    QStringList names() const;

    std::vector<DatasetRecord> m_datasets;
    QString m_current, m_wanted;
    QJsonObject m_form; ///< of the import, from the session
    std::optional<DatasetReport> m_report;
    Background m_reporting, m_searching;
    QTimer m_searchTimer;

    PageHeader* m_header;
    QPushButton* m_add;
    ScrollColumn* m_scroll;
    FoldingRow* m_columns;
    Card *m_listCard, *m_labelsCard, *m_lengthsCard, *m_findingsCard, *m_rowsCard, *m_meaningsCard;
    QListWidget* m_list;
    DropArea* m_drop;
    QPushButton *m_rename, *m_remove;
    QWidget* m_details;
    ImportPanel* m_import;
    EmptyState* m_empty;
    BarList* m_labels;
    Histogram* m_lengths;
    QLabel *m_findings, *m_duplicates;
    LabelsEditor* m_meanings;
    SegmentedControl* m_split;
    QLineEdit* m_search;
    QTableView* m_rows;
    ExamplesModel* m_examples;
};

} // namespace triptych::ui
