#include "ui/support/page_host.h"
#include "ui/support/pictures.h"
#include "ui/support/planted_workspace.h"

#include "l10n/language.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QScrollArea>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

using namespace triptych;
using namespace triptych::ui;

namespace {

QStringList pageIds() {
    QStringList ids;
    for (const PageFactory& factory : workbenchPages())
        ids.append(factory.id);
    return ids;
}

/// Visible controls that a screen reader could not name.
QStringList namelessControls(const QWidget& page) {
    QStringList nameless;
    for (const QWidget* widget : page.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus)
            continue;
        QString name = widget->accessibleName();
        if (const auto* button = qobject_cast<const QAbstractButton*>(widget); button && name.isEmpty())
            name = button->text();
        const bool control = qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QLineEdit*>(widget)
            || qobject_cast<const QComboBox*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget)
            || qobject_cast<const QAbstractItemView*>(widget);
        const bool partOfSpinBox = qobject_cast<const QAbstractSpinBox*>(widget->parentWidget());
        if (control && !partOfSpinBox && name.isEmpty())
            nameless.append(QStringLiteral("%1 '%2'").arg(QLatin1String(widget->metaObject()->className()), widget->objectName()));
    }
    return nameless;
}

/// Labels that take a text for markup if it looks like it: names of files, models and data sets do as they please.
QStringList guessingLabels(const QWidget& page) {
    QStringList guessing;
    for (const QLabel* label : page.findChildren<QLabel*>()) {
        if (label->textFormat() == Qt::AutoText)
            guessing.append(QStringLiteral("'%1' in %2 '%3'").arg(label->text(), QLatin1String(label->parentWidget()->metaObject()->className()), label->objectName()));
    }
    return guessing;
}

/// Texts of labels and buttons with two English words in a row: what a switch of the language must change.
QStringList sentencesOf(const QWidget& page) {
    static const QRegularExpression words(QStringLiteral("[A-Za-z]{3,} [a-z]{3,}"));
    QStringList texts;
    for (const QLabel* label : page.findChildren<QLabel*>())
        texts.append(label->text());
    for (const QAbstractButton* button : page.findChildren<QAbstractButton*>())
        texts.append(button->text());
    static const QRegularExpression tags(QStringLiteral("<[^>]*>"));
    for (QString& text : texts)
        text.remove(tags);
    return texts.filter(words);
}

/// Background reads come back through the event loop.
void settle() {
    QThreadPool::globalInstance()->waitForDone();
    for (int i = 0; i < 12; ++i)
        QTest::qWait(10);
    QThreadPool::globalInstance()->waitForDone();
    QTest::qWait(60);
}

} // namespace

/// The tests that each page gets for nothing.
class EveryPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        PlantedWorkspace::Options nothing, dataOnly;
        nothing.dataset = nothing.base = false;
        dataOnly.runs = dataOnly.base = false;
        const PlantedWorkspace empty(folderOf(QStringLiteral("empty")), nothing);
        const PlantedWorkspace data(folderOf(QStringLiteral("data")), dataOnly);
        const PlantedWorkspace planted(folderOf(QStringLiteral("planted")), {});
    }
    void survivesEachWorkspace_data() {
        QTest::addColumn<QString>("page");
        QTest::addColumn<QString>("workspace");
        for (const QString& page : pageIds()) {
            for (const QString& workspace : {QStringLiteral("none"), QStringLiteral("empty"), QStringLiteral("data"), QStringLiteral("planted")})
                QTest::newRow(qPrintable(page + QLatin1Char(' ') + workspace)) << page << workspace;
        }
    }
    void survivesEachWorkspace() {
        QFETCH(QString, page);
        QFETCH(QString, workspace);
        PageHost host(folderOf(workspace));
        Page* shown = host.make(page);
        QVERIFY(shown);
        QVERIFY(!shown->title().isEmpty());
        shown->resize(1024 - 180, 700 - 100);
        shown->show();
        shown->refresh();
        settle();
        QCOMPARE(host.errors(), QStringList());
        QCOMPARE(namelessControls(*shown).join(u'\n'), QString()); // as one text, which is printed whole
        QCOMPARE(guessingLabels(*shown).join(u'\n'), QString());
        keepPicture(*shown, QStringLiteral("%1-%2").arg(page, workspace));
        // Half the width, as at 200 %: the columns fold, and nothing needs side-scrolling.
        shown->resize(540, 480);
        settle();
        const auto* area = shown->findChild<QScrollArea*>();
        QVERIFY(area);
        if (workspace == QLatin1String("planted"))
            keepPicture(*area->widget(), QStringLiteral("%1-narrow").arg(page));
        QVERIFY2(area->widget()->width() <= 600, qPrintable(QStringLiteral("%1 px wide").arg(area->widget()->width())));
        shown->refresh();
        settle();
        QCOMPARE(host.errors(), QStringList());
    }
    void switchesLanguageAndThemeWhileOpen_data() {
        QTest::addColumn<QString>("page");
        for (const QString& page : pageIds())
            QTest::newRow(qPrintable(page)) << page;
    }
    void switchesLanguageAndThemeWhileOpen() {
        QFETCH(QString, page);
        PageHost host(folderOf(QStringLiteral("planted")));
        LanguageController language;
        language.setLanguage(QStringLiteral("en"));
        Page* shown = host.make(page);
        shown->resize(1440 - 184, 900 - 64);
        shown->show();
        shown->refresh();
        settle();
        keepPicture(*shown, page + QStringLiteral("-light-en"));
        keepPicture(*shown->findChild<QScrollArea*>()->widget(), page + QStringLiteral("-light-en-whole"));
        const QStringList english = sentencesOf(*shown);
        language.setLanguage(QStringLiteral("zh"));
        host.theme().setChoice(ThemeChoice::Dark);
        settle();
        keepPicture(*shown, page + QStringLiteral("-dark-zh"));
        QStringList left = sentencesOf(*shown);
        left.removeIf([&](const QString& text) { return !english.contains(text); });
        QCOMPARE(left.join(u'\n'), QString());
        QCOMPARE(host.errors(), QStringList());
        language.setLanguage(QStringLiteral("en"));
        host.theme().setChoice(ThemeChoice::Light);
    }
    void tabReachesEveryControl_data() { switchesLanguageAndThemeWhileOpen_data(); }
    void tabReachesEveryControl() {
        QFETCH(QString, page);
        PageHost host(folderOf(QStringLiteral("planted")));
        Page* shown = host.make(page);
        shown->resize(1440 - 184, 900 - 64);
        shown->show();
        shown->refresh();
        settle();
        shown->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(shown));
        QSet<const QWidget*> reached;
        for (int i = 0; i < 250; ++i) {
            QWidget* at = QApplication::focusWidget();
            QTest::keyClick(at ? at : shown, Qt::Key_Tab);
            reached.insert(QApplication::focusWidget());
        }
        QStringList missed;
        for (const QWidget* widget : shown->findChildren<QWidget*>()) {
            if (widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus) && !widget->focusProxy()
                && !reached.contains(widget) && !qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()))
                missed.append(QStringLiteral("%1 '%2' %3").arg(QLatin1String(widget->metaObject()->className()), widget->objectName(), widget->accessibleName()));
        }
        QCOMPARE(missed.join(u'\n'), QString());
    }
    void takesBackItsFormState_data() { switchesLanguageAndThemeWhileOpen_data(); }
    void takesBackItsFormState() {
        QFETCH(QString, page);
        PageHost host(folderOf(QStringLiteral("planted")));
        Page* first = host.make(page);
        const QByteArray untouched = first->saveState();
        for (QLineEdit* edit : first->findChildren<QLineEdit*>()) {
            if (!edit->isReadOnly() && !qobject_cast<QAbstractSpinBox*>(edit->parentWidget()))
                edit->setText(QStringLiteral("7x")); // no good number: it must come back as it is
        }
        const QByteArray state = first->saveState();
        const bool hasFields = !first->saveState().isEmpty();
        QCOMPARE(state != untouched, hasFields);
        PageHost other(folderOf(QStringLiteral("planted")));
        Page* second = other.make(page);
        second->restoreState(state);
        QCOMPARE(second->saveState(), state);
        second->restoreState("not json at all");
        QCOMPARE(other.errors(), QStringList());
    }

private:
    std::filesystem::path folderOf(const QString& workspace) const {
        return workspace == QLatin1String("none") ? std::filesystem::path() : std::filesystem::path(m_folder.filePath(workspace).toStdString());
    }
    QTemporaryDir m_folder;
};

QTEST_MAIN(EveryPage)
#include "tst_every_page.moc"
