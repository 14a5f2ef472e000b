#pragma once

#include "base/json.h"
#include "engine_client/background.h"
#include "shell/page.h"
#include "shell/theme.h"
#include "widgets/card.h"

#include <QString>
#include <QStringListModel>

#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace triptych::ui {

class Banner;

/// Why a document was not found: the ladder from its file to the list of hits, up to the first rung that breaks, and what mends it.
class WhyCard : public Card {
    Q_OBJECT
public:
    explicit WhyCard(const PageContext& context, QWidget* parent = nullptr);

    void setBase(const QString& workspace, const QString& base);
    /// Shows itself and asks; an empty document is asked for.
    void ask(const QString& query, const QString& document);
    void retranslate();

Q_SIGNALS:
    void documentRequested(const QString& document, qint64 begin, qint64 end);
    /// The ladder is shown, or why there is none.
    void answered();

private:
    void send();
    void showAnswer();
    void clearRungs();
    void addRung(const QString& mark, Tone tone, const QString& name, const QString& sentence);
    void readNames();

    PageContext m_context;
    QString m_workspace, m_base, m_query;
    std::optional<Json> m_answer;
    Background m_reading;
    QStringListModel m_names;

    QLineEdit* m_document;
    QPushButton *m_ask, *m_close;
    QLabel *m_question, *m_verdict;
    QVBoxLayout* m_rungs;
    QWidget* m_ladder;
    Banner* m_failed;
};

} // namespace triptych::ui
