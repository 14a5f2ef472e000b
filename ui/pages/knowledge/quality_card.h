#pragma once

#include "base/json.h"
#include "engine_client/background.h"
#include "knowledge/statistics.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QString>

#include <functional>
#include <optional>

class QLabel;
class QListWidget;
class QPushButton;

namespace triptych::ui {

class Banner;
class Histogram;
class KeyValueRows;

/// What the base is made of: counts and sizes, chunks that say the same, and how much the vector index loses.
class QualityCard : public Card {
    Q_OBJECT
public:
    explicit QualityCard(const PageContext& context, QWidget* parent = nullptr);
    ~QualityCard() override;

    void setBase(const QString& workspace, const QString& base);
    void retranslate();

Q_SIGNALS:
    void documentRequested(const QString& document, qint64 begin, qint64 end);
    /// Statistics, duplicates or the index's recall are shown, or why they are not.
    void shown();

private:
    void readStatistics();
    void send(const QString& method, std::function<void(const Json&)> take);
    void showStatistics();
    void showDuplicates();
    void showHonesty();
    void showState();

    PageContext m_context;
    QString m_workspace, m_base;
    Background m_reading;
    quint64 m_request = 0;
    std::optional<KnowledgeStatistics> m_statistics;
    std::optional<Json> m_duplicates, m_honesty;

    KeyValueRows* m_figures;
    Histogram* m_lengths;
    QPushButton *m_findDuplicates, *m_measureIndex;
    QLabel *m_duplicatesText, *m_honestyText;
    QListWidget* m_groups;
    Banner* m_failed;
};

} // namespace triptych::ui
