#pragma once

#include "base/json.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QString>

#include <optional>
#include <vector>

class QLabel;
class QLineEdit;
class QPushButton;

namespace triptych::ui {

class Banner;
class MapChart;

/// The chunks of the base as points of a plane, near where they are near in meaning; a query and its hits drawn in.
class MapCard : public Card {
    Q_OBJECT
public:
    explicit MapCard(const PageContext& context, QWidget* parent = nullptr);
    ~MapCard() override;

    void setBase(const QString& workspace, const QString& base);
    void retranslate();

Q_SIGNALS:
    void documentRequested(const QString& document, qint64 begin, qint64 end);
    /// The map is shown, or why there is none.
    void drawn();

private:
    void ask();
    void showAnswer();

    PageContext m_context;
    QString m_workspace, m_base;
    quint64 m_request = 0;
    std::optional<Json> m_answer;
    QStringList m_documents;        ///< of the answer
    std::vector<int> m_documentOf;  ///< point to document

    QLineEdit* m_query;
    QPushButton* m_draw;
    QLabel* m_note;
    Banner* m_failed;
    MapChart* m_chart;
};

} // namespace triptych::ui
