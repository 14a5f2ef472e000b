#pragma once

#include "base/json.h"
#include "engine_client/background.h"
#include "knowledge/chunker.h"
#include "pages/knowledge/source_text.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QJsonObject>
#include <QStringList>
#include <QTimer>

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace triptych::ui {

class Banner;
class ChunkerForm;
class ChunkTextView;

/// A new knowledge base: name, embedder, how its documents are cut, with the boundaries drawn at once in a sample of one's own.
/// Hidden until it is opened.
class CreateBaseCard : public Card {
    Q_OBJECT
public:
    explicit CreateBaseCard(const PageContext& context, QWidget* parent = nullptr);
    ~CreateBaseCard() override;

    struct Start {
        QString name, embedder;                 ///< empty: what is usual
        std::optional<ChunkerSettings> chunker; ///< none: what was there last
        QStringList paths;                      ///< what goes into the base once it is made
    };
    /// `taken`: names of the bases there are.
    void open(const Start& start, const QStringList& taken);
    /// Names that cannot be taken, while it is open.
    void setTaken(const QStringList& taken);
    bool isOpen() const { return m_open; }
    QStringList paths() const { return m_paths; }
    void close();
    void retranslate();
    QJsonObject saveState() const;
    /// What was typed; open() shows it, or the page when the state says that the card was open.
    void restoreState(const QJsonObject& state);

Q_SIGNALS:
    void created(const QString& base, const QStringList& paths);
    void closed();
    /// Boundaries in the sample are shown, or why there are none.
    void previewed();

private:
    void build();
    void fillEmbedders();
    QString problem() const;
    void showState();
    void create();
    void chooseSample();
    void previewSoon();
    void preview();
    void showPreview(PreparedText text);

    PageContext m_context;
    bool m_open = false;
    bool m_making = false;
    QString m_embedderWanted; ///< chosen, whether the list has been filled or not
    QString m_sample;         ///< file; empty: the pasted text
    QStringList m_taken, m_paths;
    std::optional<Json> m_answer;
    Background m_preparing;
    QTimer m_timer;

    QLabel *m_nameLabel, *m_embedderLabel, *m_problem, *m_pathsText, *m_sampleLabel, *m_sampleName, *m_summary;
    QLineEdit* m_name;
    QComboBox* m_embedder;
    ChunkerForm* m_form;
    QCheckBox* m_int8;
    QPushButton *m_create, *m_cancel, *m_choose;
    QPlainTextEdit* m_pasted;
    ChunkTextView* m_view;
    Banner *m_failed, *m_notCut;
};

} // namespace triptych::ui
