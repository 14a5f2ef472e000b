#pragma once

#include "base/error.h"
#include "base/json.h"
#include "engine_client/background.h"
#include "shell/page.h"
#include "widgets/card.h"

#include <QJsonObject>

#include <optional>

class QCheckBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace triptych::ui {

class Banner;

/// Endpoints of the workspace: a list, a form to add one, a test, the key. What is typed as a key goes into the keychain and
/// nowhere else: it is no part of the form's state.
class EndpointsCard : public Card {
    Q_OBJECT
public:
    explicit EndpointsCard(const PageContext& context, QWidget* parent = nullptr);
    ~EndpointsCard() override;

    /// Reads the list anew.
    void refresh();
    bool has(const QString& name) const;
    void choose(const QString& name);
    void retranslate();
    QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);

Q_SIGNALS:
    /// Somebody picked an endpoint in the list, or has just added it.
    void chosen(const QString& name);
    /// An endpoint was put on record or taken off, or its key was stored; or that failed.
    void changed();
    /// A test came out, or failed.
    void tested();

private:
    enum class Form { None, Add, Key };
    void build();
    void ask(Form form);
    void showState();
    void showResult();
    void save();
    void storeKey(const QString& name);
    void test();
    void remove();
    void failed(const Error& error);
    QString current() const;
    QString formProblem() const;

    PageContext m_context;
    Background m_work;
    Form m_form = Form::None;
    bool m_saving = false;
    quint64 m_testing = 0; ///< request that runs
    QString m_kept;        ///< endpoint whose key has just been stored
    std::optional<Json> m_result; ///< of the last test

    QLabel *m_about, *m_problem, *m_resultText;
    QListWidget* m_list;
    QPushButton *m_add, *m_test, *m_changeKey, *m_remove, *m_save, *m_cancel;
    QWidget* m_fields;
    QLabel *m_nameLabel, *m_urlLabel, *m_modelLabel, *m_keyLabel, *m_keyNote;
    QLineEdit *m_name, *m_url, *m_model, *m_key;
    QCheckBox* m_embedder;
    Banner* m_failed;
};

} // namespace triptych::ui
