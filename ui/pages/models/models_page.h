#pragma once

#include "engine_client/background.h"
#include "base/error.h"
#include "base/json.h"
#include "jobs/model_list.h"
#include "shell/page.h"

#include <optional>

class QMenu;
class QListWidget;
class QPushButton;
class QTreeView;

namespace triptych::ui {

class Banner;
class Card;
class CommandLine;
class DropArea;
class EmptyState;
class EndpointsCard;
class ExportCard;
class FoldingRow;
class ImportCard;
class KeyValueRows;
class PageHeader;
class ScrollColumn;
class TensorsModel;
class TryModelCard;

/// Models: those there are, what each is made of, a box to try it, import, export and removal; endpoints.
class ModelsPage : public Page {
    Q_OBJECT
public:
    explicit ModelsPage(const PageContext& context, QWidget* parent = nullptr);
    ~ModelsPage() override;

    QString title() const override;
    void refresh() override;
    /// A model's or an endpoint's name, or a folder or file to import.
    void open(const QString& what) override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    TensorsModel& tensors() { return *m_tensors; }

Q_SIGNALS:
    /// The model in sight is described, or could not be.
    void described();
    /// An answer to what was tried is shown.
    void tried();

protected:
    void retranslateUi() override;

private:
    void build();
    void showList();
    void select(const QString& name);
    void showModel();
    void showExportButton();
    void showFacts();
    void selectEndpoint(const QString& name);
    void showEndpoint();
    void showImport();
    void fillKnown();
    void remove();
    QString takenBy(const QString& name) const;
    const ListedModel* current() const;
    QString placeOf(const ListedModel& model) const;

    std::vector<ListedModel> m_models;
    QString m_current, m_wanted;
    QString m_endpoint;                ///< in sight instead of a model; else empty
    std::optional<Json> m_description; ///< of the model in sight
    std::optional<Error> m_refusal;    ///< why there is none
    quint64 m_describing = 0;          ///< request that runs
    std::filesystem::path m_described; ///< folder that the description is of; an endpoint's name
    Background m_loading;

    PageHeader* m_header;
    ScrollColumn* m_scroll;
    FoldingRow* m_columns;
    Card *m_listCard, *m_factsCard, *m_tensorsCard;
    QListWidget* m_list;
    QPushButton *m_remove, *m_export, *m_known;
    QMenu* m_knownMenu;
    DropArea* m_drop;
    EmptyState* m_empty;
    ImportCard* m_import;
    ExportCard* m_exportCard;
    QWidget* m_details;
    Banner* m_refused;
    KeyValueRows* m_facts;
    CommandLine* m_command;
    TryModelCard* m_try;
    QTreeView* m_tree;
    TensorsModel* m_tensors;
    EndpointsCard* m_endpoints;
};

} // namespace triptych::ui
