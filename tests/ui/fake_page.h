#pragma once

#include "shell/page_factory.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

/// A page with one field, for tests of the shell alone.
class FakePage : public triptych::ui::Page {
    Q_OBJECT
public:
    explicit FakePage(triptych::ui::PageContext context) : Page(std::move(context)), field(new QLineEdit(this)) {
        field->setAccessibleName(QStringLiteral("field"));
        (new QVBoxLayout(this))->addWidget(field);
    }
    QString title() const override { return QStringLiteral("Fake"); }
    void refresh() override { ++refreshed; }
    void open(const QString& what) override { opened.append(what); }
    QByteArray saveState() const override { return QJsonDocument(QJsonObject{{QStringLiteral("field"), field->text()}}).toJson(QJsonDocument::Compact); }
    void restoreState(const QByteArray& state) override { field->setText(QJsonDocument::fromJson(state).object().value(QLatin1String("field")).toString()); }
    void complain(const QString& message) { Q_EMIT errorRaised(message, {}); }
    void ask(const QString& page, const QString& what) { Q_EMIT pageRequested(page, what); }

    QLineEdit* field;
    int refreshed = 0;
    int retranslated = 0;
    QStringList opened;

protected:
    void retranslateUi() override { ++retranslated; }
};

inline QList<triptych::ui::PageFactory> fakePages() {
    const auto make = [](const triptych::ui::PageContext& context, QWidget* parent) -> triptych::ui::Page* {
        auto* page = new FakePage(context);
        page->setParent(parent);
        return page;
    };
    return {{.id = QStringLiteral("first"), .icon = QStringLiteral("overview"), .title = [] { return QStringLiteral("First place"); }, .create = make},
            {.id = QStringLiteral("datasets"), .icon = QStringLiteral("data"), .title = [] { return QStringLiteral("Data"); }, .create = make,
             .separatorBefore = true, .jobMethods = {QStringLiteral("full")}, .acceptsFiles = true}};
}
