#include "pages/models/endpoints_card.h"

#include "engine_client/engines.h"
#include "engine_client/job_center.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/theme.h"
#include "widgets/banner.h"

#include "jobs/endpoint.h"
#include "jobs/keychain.h"
#include "jobs/model_lookup.h"
#include "storage/workspace.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {
constexpr int kRowHeight = 44; // a name over what it gives
constexpr int kShownRows = 3;
} // namespace

EndpointsCard::EndpointsCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    build();
    connect(m_list, &QListWidget::currentItemChanged, this, [this] {
        m_context.engines.writing.cancel(std::exchange(m_testing, 0));
        m_result.reset();
        m_kept.clear();
        showState();
        if (!current().isEmpty())
            Q_EMIT chosen(current());
    });
    connect(m_list, &QListWidget::itemClicked, this, [this] { Q_EMIT chosen(current()); }); // the one that is current already, too
    connect(m_add, &QPushButton::clicked, this, [this] { ask(Form::Add); });
    connect(m_changeKey, &QPushButton::clicked, this, [this] { ask(Form::Key); });
    connect(m_cancel, &QPushButton::clicked, this, [this] { ask(Form::None); });
    connect(m_save, &QPushButton::clicked, this, &EndpointsCard::save);
    connect(m_test, &QPushButton::clicked, this, &EndpointsCard::test);
    connect(m_remove, &QPushButton::clicked, this, &EndpointsCard::remove);
    for (QLineEdit* field : {m_name, m_url, m_model, m_key}) {
        connect(field, &QLineEdit::textChanged, this, &EndpointsCard::showState);
        connect(field, &QLineEdit::returnPressed, m_save, &QPushButton::click);
    }
}

EndpointsCard::~EndpointsCard() { m_context.engines.writing.cancel(m_testing); }

void EndpointsCard::build() {
    m_about = new QLabel(this);
    m_about->setWordWrap(true);
    setTextStyle(m_about, TextSize::Caption, Tone::Secondary);
    m_list = new QListWidget(this);
    m_list->setObjectName(QStringLiteral("endpoints"));
    const auto button = [this](const char* name) {
        auto* made = new QPushButton(this);
        made->setObjectName(QLatin1String(name));
        return made;
    };
    m_add = button("addEndpoint");
    m_test = button("testEndpoint");
    m_changeKey = button("keyOfEndpoint");
    m_remove = button("removeEndpoint");
    m_save = button("saveEndpoint");
    m_cancel = button("cancelEndpoint");
    auto* upper = new QHBoxLayout;
    upper->addWidget(m_add);
    upper->addWidget(m_test);
    upper->addStretch();
    auto* lower = new QHBoxLayout;
    lower->addWidget(m_changeKey);
    lower->addWidget(m_remove);
    lower->addStretch();

    m_fields = new QWidget(this);
    auto* column = new QVBoxLayout(m_fields);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    const auto field = [this, column](QLabel*& label, QLineEdit*& edit, const char* name) {
        label = new QLabel(m_fields);
        setTextStyle(label, TextSize::Body, Tone::Secondary);
        edit = new QLineEdit(m_fields);
        edit->setObjectName(QLatin1String(name));
        label->setBuddy(edit);
        column->addWidget(label);
        column->addWidget(edit);
    };
    field(m_nameLabel, m_name, "endpointName");
    field(m_urlLabel, m_url, "endpointUrl");
    field(m_modelLabel, m_model, "endpointModel");
    m_embedder = new QCheckBox(m_fields);
    m_embedder->setObjectName(QStringLiteral("endpointEmbedder"));
    column->addWidget(m_embedder);
    field(m_keyLabel, m_key, "endpointKey");
    m_key->setEchoMode(QLineEdit::Password);
    m_keyNote = new QLabel(m_fields);
    m_problem = new QLabel(m_fields);
    m_problem->setObjectName(QStringLiteral("endpointProblem"));
    for (QLabel* text : {m_keyNote, m_problem}) {
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        column->addWidget(text);
    }
    setTextStyle(m_keyNote, TextSize::Caption, Tone::Secondary);
    setTextStyle(m_problem, TextSize::Caption, Tone::Warning);
    auto* formButtons = new QHBoxLayout;
    formButtons->addWidget(m_save);
    formButtons->addWidget(m_cancel);
    formButtons->addStretch();
    column->addLayout(formButtons);

    m_resultText = new QLabel(this);
    m_resultText->setObjectName(QStringLiteral("endpointResult"));
    m_resultText->setWordWrap(true);
    m_resultText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_failed = new Banner(this);
    body()->addWidget(m_about);
    body()->addWidget(m_list);
    body()->addLayout(upper);
    body()->addLayout(lower);
    body()->addWidget(m_fields);
    body()->addWidget(m_resultText);
    body()->addWidget(m_failed);
}

QString EndpointsCard::current() const { return m_list->currentItem() ? m_list->currentItem()->data(Qt::UserRole).toString() : QString(); }

bool EndpointsCard::has(const QString& name) const {
    for (int i = 0; i < m_list->count(); ++i) {
        if (m_list->item(i)->data(Qt::UserRole).toString() == name)
            return true;
    }
    return false;
}

void EndpointsCard::choose(const QString& name) {
    const QSignalBlocker blocker(m_list);
    for (int i = 0; i < m_list->count(); ++i) {
        if (m_list->item(i)->data(Qt::UserRole).toString() == name)
            m_list->setCurrentRow(i);
    }
    showState();
}

void EndpointsCard::refresh() {
    const QString wanted = m_kept.isEmpty() ? current() : m_kept;
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    for (const std::string& name : m_context.workspace ? endpointNames(m_context.workspace->folder()) : std::vector<std::string>()) {
        QString second;
        try {
            const auto endpoint = findEndpoint(m_context.workspace->folder(), name);
            if (!endpoint)
                continue; // gone in between
            second = endpoint->embedder ? tr("vectors of %1").arg(qstr(endpoint->model)) : tr("texts of %1").arg(qstr(endpoint->model));
        } catch (const Error& error) {
            second = errorMessage(error);
        }
        auto* item = new QListWidgetItem(qstr(name) + u'\n' + second, m_list);
        item->setData(Qt::UserRole, qstr(name));
        item->setToolTip(literalText(second));
        item->setSizeHint(QSize(0, kRowHeight));
        if (qstr(name) == wanted || m_list->count() == 1)
            m_list->setCurrentItem(item);
    }
    showState();
}

void EndpointsCard::ask(Form form) {
    m_form = form;
    m_key->clear();
    m_failed->hide();
    m_result.reset();
    m_kept.clear();
    showState();
    if (form != Form::None)
        (form == Form::Add ? m_name : m_key)->setFocus();
}

QString EndpointsCard::formProblem() const {
    try {
        if (m_form == Form::Add) {
            if (m_name->text().isEmpty() || m_url->text().isEmpty() || m_model->text().isEmpty())
                return tr("Name, address and model are needed.");
            Endpoint endpoint;
            endpoint.name = m_name->text().trimmed().toStdString();
            endpoint.base_url = m_url->text().trimmed().toStdString();
            endpoint.model = m_model->text().trimmed().toStdString();
            if (has(m_name->text().trimmed()))
                return tr("There is an endpoint of this name.");
            checkModelName(endpoint.name);
            endpoint = checkedEndpoint(endpoint);
            if (!m_key->text().isEmpty())
                requireSafeWay(endpoint);
        }
        if (m_form == Form::Key && m_key->text().isEmpty())
            return tr("The key is needed.");
        if (!m_key->text().isEmpty())
            checkKey(m_key->text().trimmed().toStdString(), "this field");
    } catch (const Error& error) {
        return errorMessage(error) + u' ' + errorHint(error);
    }
    return {};
}

void EndpointsCard::showState() {
    const bool here = m_context.workspace != nullptr, chosen = !current().isEmpty(), asks = m_form != Form::None;
    m_list->setVisible(m_list->count() > 0);
    m_list->setFixedHeight(std::min(m_list->count(), kShownRows) * kRowHeight + 2 * m_list->frameWidth());
    m_add->setEnabled(here && !m_saving);
    m_add->setVisible(!asks);
    m_test->setVisible(chosen && !asks);
    m_test->setText(m_testing ? tr("Stop") : tr("Test"));
    m_test->setAccessibleName(m_testing ? tr("Stop the test") : tr("Test the endpoint"));
    for (QPushButton* button : {m_changeKey, m_remove}) {
        button->setVisible(chosen && !asks);
        button->setEnabled(!m_saving);
    }
    m_fields->setVisible(asks);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_nameLabel, m_name, m_urlLabel, m_url, m_modelLabel, m_model, m_embedder})
        widget->setVisible(m_form == Form::Add);
    const QString problem = asks ? formProblem() : QString();
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_save->setEnabled(problem.isEmpty() && !m_saving);
    m_save->setText(m_form == Form::Key ? tr("Keep the key") : tr("Add"));
    m_cancel->setEnabled(!m_saving);
    showResult();
}

void EndpointsCard::showResult() {
    QString text;
    if (m_testing) {
        text = tr("Asking the server…");
    } else if (m_result && m_result->contains("dimension")) {
        text = tr("Gives vectors of %1 numbers, after %2.").arg(countText(static_cast<std::int64_t>(numberAt(*m_result, "dimension"))), durationText(numberAt(*m_result, "seconds")));
    } else if (m_result) {
        text = tr("Answers “%1”, the first word after %2.").arg(textAt(*m_result, "answer").trimmed(), durationText(numberAt(*m_result, "time_to_first_token_s")));
    } else if (!m_kept.isEmpty()) {
        text = tr("The keychain has the key for %1.").arg(m_kept);
    }
    m_resultText->setTextFormat(Qt::PlainText); // it holds what a server says
    m_resultText->setText(text);
    m_resultText->setVisible(!text.isEmpty());
}

void EndpointsCard::save() {
    if (m_saving || m_form == Form::None || !formProblem().isEmpty() || !m_context.workspace)
        return;
    m_failed->hide();
    m_saving = true;
    if (m_form == Form::Key)
        return storeKey(current());
    Endpoint endpoint;
    endpoint.name = m_name->text().trimmed().toStdString();
    endpoint.base_url = m_url->text().trimmed().toStdString();
    endpoint.model = m_model->text().trimmed().toStdString();
    endpoint.embedder = m_embedder->isChecked();
    showState();
    m_context.jobs.change([endpoint](Workspace& workspace) { addEndpoint(workspace, endpoint); }, this,
                          [this, name = qstr(endpoint.name)] {
                              m_form = Form::None;
                              for (QLineEdit* field : {m_name, m_url, m_model})
                                  field->clear();
                              m_kept = name;
                              refresh();
                              m_kept.clear();
                              Q_EMIT chosen(name);
                              if (!m_key->text().isEmpty())
                                  return storeKey(name);
                              m_saving = false;
                              showState();
                              Q_EMIT changed();
                          },
                          [this](const Error& error) { failed(error); });
}

void EndpointsCard::storeKey(const QString& name) {
    const std::string key = m_key->text().trimmed().toStdString();
    m_key->clear();
    std::optional<Endpoint> endpoint;
    try {
        endpoint = findEndpoint(m_context.workspace->folder(), name.toStdString());
        if (!endpoint)
            throw Error(ErrorCode::NotFound, "there is no endpoint '" + name.toStdString() + "' in the workspace any more");
    } catch (const Error& error) {
        return failed(error);
    }
    showState();
    m_work.start([endpoint = *endpoint, key](const std::stop_token& stop) {
                     triptych::storeKey(endpoint, key, stop);
                     return true;
                 },
                 [this, name](bool) {
                     m_saving = false;
                     m_form = Form::None;
                     m_kept = name;
                     showState();
                     Q_EMIT changed();
                 },
                 [this](const Error& error) { failed(error); });
}

void EndpointsCard::failed(const Error& error) {
    m_saving = false;
    showState();
    m_failed->showError(error);
    Q_EMIT changed();
}

void EndpointsCard::test() {
    m_failed->hide();
    m_result.reset();
    m_kept.clear();
    if (m_testing) {
        m_context.engines.writing.cancel(std::exchange(m_testing, 0));
        return showState();
    }
    if (current().isEmpty() || !m_context.workspace)
        return;
    const std::string folder = std::filesystem::absolute(m_context.workspace->folder()).string();
    m_testing = m_context.engines.writing.request(QStringLiteral("endpoint.test"), {{"workspace", folder}, {"name", current().toStdString()}}, this,
                                         [this](const Json& result) {
                                             m_testing = 0;
                                             m_result = result;
                                             refresh();
                                             Q_EMIT tested();
                                         },
                                         [this](const Error& error) {
                                             m_testing = 0;
                                             showState();
                                             m_failed->showError(error);
                                             Q_EMIT tested();
                                         });
    showState();
}

void EndpointsCard::remove() {
    const QString name = current();
    if (name.isEmpty() || m_saving || !m_context.workspace)
        return;
    QMessageBox box(QMessageBox::Warning, tr("Remove “%1”?").arg(name), literalText(tr("Remove the endpoint “%1”?").arg(name)), QMessageBox::Cancel, this);
    box.setInformativeText(tr("It is taken off the record, and its key out of the keychain. Its server is not told."));
    QPushButton* const yes = box.addButton(tr("Remove"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("confirmRemove"));
    box.exec();
    if (box.clickedButton() != yes)
        return;
    m_failed->hide();
    m_saving = true;
    showState();
    m_work.start([folder = m_context.workspace->folder(), name = name.toStdString()](const std::stop_token& stop) {
                     removeEndpoint(folder, name, stop);
                     return true;
                 },
                 [this](bool) {
                     m_saving = false;
                     m_result.reset();
                     refresh();
                     Q_EMIT changed();
                 },
                 [this](const Error& error) { failed(error); });
}

QJsonObject EndpointsCard::saveState() const {
    QString url;
    try {
        Endpoint endpoint;
        endpoint.base_url = m_url->text().trimmed().toStdString();
        endpoint.model = "any";
        url = qstr(checkedEndpoint(endpoint).base_url);
    } catch (const Error&) {
        // What is no plain address may hold a key.
    }
    return {{QStringLiteral("name"), m_name->text()}, {QStringLiteral("url"), url}, {QStringLiteral("model"), m_model->text()}};
}

void EndpointsCard::restoreState(const QJsonObject& state) {
    m_name->setText(state.value(QStringLiteral("name")).toString());
    m_url->setText(state.value(QStringLiteral("url")).toString());
    m_model->setText(state.value(QStringLiteral("model")).toString());
}

void EndpointsCard::retranslate() {
    setTitle(tr("Endpoints"));
    m_about->setText(m_context.workspace ? tr("Servers with OpenAI's interface that write texts or give vectors: on this machine, in your network, or of a provider.")
                                         : tr("Servers with OpenAI's interface belong to a workspace: open one to add them."));
    m_list->setAccessibleName(tr("Endpoints"));
    m_add->setText(tr("Add…"));
    m_add->setAccessibleName(tr("Add an endpoint"));
    m_changeKey->setText(tr("Key…"));
    m_remove->setText(tr("Remove…"));
    m_remove->setAccessibleName(tr("Remove the endpoint"));
    m_cancel->setText(tr("Cancel"));
    m_nameLabel->setText(tr("Name"));
    m_urlLabel->setText(tr("Address"));
    m_url->setPlaceholderText(QStringLiteral("http://127.0.0.1:8000/v1"));
    m_modelLabel->setText(tr("Model, as the server calls it"));
    m_embedder->setText(tr("Gives vectors, not texts"));
    m_keyLabel->setText(tr("Key, if the server wants one"));
    m_keyNote->setText(tr("It is kept in the keychain of your desktop, never in the workspace."));
    m_name->setAccessibleName(tr("Name of the endpoint"));
    m_url->setAccessibleName(tr("Address of the server"));
    m_model->setAccessibleName(tr("Model, as the server calls it"));
    m_key->setAccessibleName(tr("Key, if the server wants one"));
    refresh();
}

} // namespace triptych::ui
