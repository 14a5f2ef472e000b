#pragma once

#include "engine_client/background.h"
#include "item_models/documents_model.h"
#include "knowledge/knowledge_store.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QStringList>
#include <QTimer>

#include <filesystem>
#include <functional>
#include <optional>

class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QTableView;

namespace triptych::ui {

class Banner;
class DropArea;

/// The documents of a base: what state they are in, and what can be done with one.
class DocumentsCard : public Card {
    Q_OBJECT
public:
    explicit DocumentsCard(const PageContext& context, QWidget* parent = nullptr);
    ~DocumentsCard() override;

    void setBase(const QString& workspace, const QString& base);
    /// Files and folders of an ingest that was asked for: what is in them is on its way.
    void expect(const QStringList& paths);
    void choose(const QString& document);
    DocumentsModel& model() { return *m_model; }
    QTableView* table() const { return m_table; }
    DropArea* dropArea() const { return m_drop; }
    QString filter() const;
    void setFilter(const QString& words);
    void retranslate();

Q_SIGNALS:
    /// Opened at its begin.
    void documentRequested(const QString& document, qint64 begin, qint64 end);
    void filesChosen(const QStringList& paths);
    /// The base was changed here.
    void changed();
    /// The list is as the base is, or could not be read.
    void listed();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    void load();
    void showState();
    void showMenu(const QPoint& at);
    void fillMenu(QMenu& menu);
    void fitColumns();
    std::vector<DocumentRow> selected() const;
    std::optional<DocumentRow> current() const;
    void retry();
    void openFile();
    void editTags();
    void remove();
    void undo();
    void forgetUndo();
    void change(std::function<void(KnowledgeStore&)> body, std::function<void()> done);

    /// A removal that can be taken back: while nothing else has changed exactly, by a snapshot; else by reading the files again.
    struct Removal {
        std::filesystem::path folder;
        QString base;
        QStringList names, sources, roots; ///< roots: added by themselves, and forgotten with the document
        bool inFolder = false;             ///< one of them lies in a folder that was added
        Generation generation = 0;         ///< after it
    };

    PageContext m_context;
    QString m_workspace, m_base, m_wanted;
    QStringList m_expected;
    bool m_readsNow = false; ///< an ingest is under way
    std::optional<Removal> m_removal;
    Background m_loading, m_changing, m_forgetting;
    QTimer m_filterTimer;

    QLineEdit* m_filter;
    DocumentsModel* m_model;
    QTableView* m_table;
    QLabel *m_empty, *m_reason;
    QPushButton* m_retry;
    Banner *m_failed, *m_undo;
    DropArea* m_drop;
};

} // namespace triptych::ui
