#pragma once

#include "engine_client/background.h"
#include "pages/knowledge/base_facts.h"
#include "shell/page.h"

#include <QTimer>

#include <optional>

class QAction;
class QComboBox;
class QMenu;
class QPushButton;

namespace triptych::ui {

class Card;
class ChunksCard;
class CreateBaseCard;
class DocumentsCard;
class EmptyState;
class EvaluationCard;
class FolderWatch;
class MapCard;
class PageHeader;
class QualityCard;
class RunMonitor;
class ScrollColumn;
class SearchCard;
class WhyCard;

/// Knowledge: documents that become chunks, search in them, how well it finds, what it is made of. The page knows which base is
/// in sight and what is done with it as a whole; each card knows its own matter.
class KnowledgePage : public Page {
    Q_OBJECT
public:
    explicit KnowledgePage(const PageContext& context, QWidget* parent = nullptr);
    ~KnowledgePage() override;

    QString title() const override;
    void refresh() override;
    /// A base's name, an ingest's run, or a file or folder to add.
    void open(const QString& what) override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    QString base() const { return m_base; }
    FolderWatch& watch() { return *m_watch; }

Q_SIGNALS:
    /// The bases and what there is of the chosen one are read and shown.
    void shown();

protected:
    void retranslateUi() override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Read {
        QStringList names, watched;
        QString base; ///< one of the names; empty: there are none
        std::optional<BaseFacts> facts;
        std::optional<Error> problem; ///< why there are no facts
    };
    void build();
    void connectAll();
    QAction* menuAction(QMenu* menu, const char* name, void (KnowledgePage::*body)());
    static Read read(const std::filesystem::path& workspace, const QString& wanted, const QHash<QString, Json>& settings);
    void took(Read found);
    void choose(const QString& base);
    void setCards();
    void showState();
    void showStateLine();
    void showRun();
    void jobMoved(const QString& runId);
    void fillMenu();
    void fillSnapshots();
    void fillRoots();
    void openCreate();
    void chooseFiles();
    void chooseFolder();
    void addPaths(const QStringList& paths);
    void sync();
    void toggleWatch();
    void reembed();
    void scrollToEvaluation();
    void takeSnapshot();
    void rollBack(const QString& snapshot);
    void forgetSnapshot(const QString& snapshot);
    void forgetRoot(const QString& path);
    void rename();
    void remove();
    void change(std::function<void(KnowledgeStore&)> body);
    bool confirmed(const QString& question, const QString& loss, const QString& yes);
    void complain(const Error& error);
    QString workspaceFolder() const;

    QStringList m_names;
    QString m_base, m_wanted;
    bool m_isRead = false; ///< which bases there are is known
    std::optional<BaseFacts> m_facts;
    QString m_run;            ///< ingest in sight
    bool m_runUnderWay = false;
    QStringList m_pathsToAdd; ///< given before the bases were known
    Background m_loading, m_changing;
    QTimer m_clock; ///< how fresh the base is, while somebody looks
    FolderWatch* m_watch;

    PageHeader* m_header;
    ScrollColumn* m_scroll;
    QComboBox* m_picker;
    QPushButton *m_more, *m_evaluate;
    QMenu *m_menu, *m_snapshots, *m_roots;
    QAction *m_files, *m_folder, *m_syncNow, *m_watchNow, *m_evaluateNow, *m_reembed, *m_rename, *m_new, *m_remove;
    Card* m_runCard;
    RunMonitor* m_monitor;
    CreateBaseCard* m_create;
    EmptyState* m_empty;
    QWidget* m_details;
    DocumentsCard* m_documents;
    SearchCard* m_search;
    WhyCard* m_why;
    EvaluationCard* m_evaluation;
    ChunksCard* m_chunks;
    QualityCard* m_quality;
    MapCard* m_map;
};

} // namespace triptych::ui
