#pragma once

#include "base/json.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QJsonObject>

#include <functional>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace triptych::ui {

class Banner;

/// Copies a model into the workspace, or into this user's models where none is open, and fetches known ones. Hidden until it
/// is asked for one.
class ImportCard : public Card {
    Q_OBJECT
public:
    /// `taken`: the sentence that says who has a name already; empty if nobody has.
    ImportCard(const PageContext& context, std::function<QString(const QString& name)> taken, QWidget* parent = nullptr);
    ~ImportCard() override;

    /// Asks for the name of a folder or file, unless an import runs.
    void ask(const QString& source);
    /// Fetches a known model, unless an import runs.
    void get(const QString& name);
    bool isRunning() const { return m_running != 0; }
    bool isAsked() const { return !m_source.isEmpty() || !m_getting.isEmpty(); }
    void showState();
    QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);

Q_SIGNALS:
    /// It was asked, has begun, or is over; or nobody wants it any more.
    void changed();
    /// The model is there, and on record.
    void imported(const QString& name);

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    void import();
    void cancel();
    void copy(const QString& method, const QString& name, Json params, bool intoWorkspace);
    void copied(const QString& name, const Json& made, bool intoWorkspace);
    void finish(const QString& name);
    void fail(const Error& error);
    QString problem() const;

    PageContext m_context;
    std::function<QString(const QString&)> m_taken;
    QString m_source;      ///< folder or file that an import is asked for
    QString m_getting;     ///< known model that is being fetched
    quint64 m_running = 0; ///< request
    bool m_cancelled = false; ///< and nobody wants what it makes

    QLabel *m_about, *m_nameLabel, *m_problemText;
    QLineEdit* m_name;
    QPushButton *m_import, *m_cancel;
    QProgressBar* m_bar;
    Banner* m_failed;
};

} // namespace triptych::ui
