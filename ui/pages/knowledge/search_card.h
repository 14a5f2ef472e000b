#pragma once

#include "base/json.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QJsonObject>
#include <QString>
#include <QTimer>

#include <array>
#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace triptych::ui {

class Banner;
class FoldingRow;
class HitList;
class SegmentedControl;

/// Search in the base in sight, as one types: hybrid, dense, lexical, or the three side by side; every hit with its words marked,
/// its ranks and its score.
class SearchCard : public Card {
    Q_OBJECT
public:
    explicit SearchCard(const PageContext& context, QWidget* parent = nullptr);

    /// The base in sight, or the same after a change: what is asked is asked again.
    void setBase(const QString& workspace, const QString& base);
    void retranslate();
    QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);
    QString query() const;

Q_SIGNALS:
    void documentRequested(const QString& document, qint64 begin, qint64 end);
    void whyRequested(const QString& query, const QString& document);
    /// An answer is shown, or why there is none.
    void searched();

private:
    struct Column {
        const char* mode; ///< as the engine calls it
        QWidget* widget;
        QLabel* title;
        HitList* hits;
    };
    void build();
    Column makeColumn(const char* mode);
    void ask();
    void showAnswer();
    void showColumns();
    bool isSideBySide() const;
    QString factsText() const;
    QString stateText() const;

    PageContext m_context;
    QString m_workspace, m_base;
    QTimer m_pause; ///< until somebody stops typing
    bool m_asking = false;
    std::optional<Json> m_answer;

    QLineEdit *m_query, *m_document, *m_tag;
    QSpinBox* m_most;
    SegmentedControl* m_mode;
    QLabel *m_facts, *m_state, *m_mostLabel;
    Banner* m_failed;
    FoldingRow* m_results;
    std::array<Column, 3> m_columns;
    QPushButton* m_why;
};

} // namespace triptych::ui
