#pragma once

#include "base/json.h"
#include "widgets/card.h"

#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace triptych::ui {

class Banner;
class EngineClient;
struct Engines;

/// A box to try the model or endpoint in sight: how near two texts are, a text's label, what is written word by word.
class TryModelCard : public Card {
    Q_OBJECT
public:
    enum class Kind { Nearness, Labels, Text };

    explicit TryModelCard(Engines& engines, QWidget* parent = nullptr);
    ~TryModelCard() override;

    /// Another model is in sight: what is asked ends, what was answered goes, and the card hides until something is offered.
    void clear();
    /// `params`: what `model.try` wants besides the texts, {"path"} or {"workspace", "endpoint"}.
    void offer(Kind kind, Json params);
    QString first() const;
    QString second() const;
    void restore(const QString& first, const QString& second);

Q_SIGNALS:
    /// An answer is shown, or why there is none.
    void tried();

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    void forget();
    void ask();
    void stop();
    void takePiece(const Json& piece);
    void showAnswer();
    QString answerHtml() const;
    QString costText() const;

    Engines& m_engines;
    EngineClient* m_asked;         ///< that m_trying is a request of
    quint64 m_trying = 0;          ///< request that runs
    Kind m_kind = Kind::Text;
    Json m_params;
    std::optional<Json> m_answer;
    QString m_written;             ///< of an answer that is on its way, was stopped or broke off
    Json m_figures;                ///< its figures so far; null before its first piece
    bool m_stopped = false;        ///< it ends where somebody pressed Stop

    QLineEdit *m_first, *m_second;
    QPushButton *m_ask, *m_stop;
    QLabel* m_answerText;
    Banner* m_failed;
};

} // namespace triptych::ui
