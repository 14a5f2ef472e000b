#include "l10n/numbers.h"
#include "shell/fuzzy.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QApplication>
#include <QDir>
#include <QSvgRenderer>
#include <QTest>

#include <cmath>

using namespace triptych;
using namespace triptych::ui;

namespace {

/// WCAG 2.1: relative luminance, contrast.
double luminance(const QColor& color) {
    const auto channel = [](double value) { return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4); };
    return 0.2126 * channel(color.redF()) + 0.7152 * channel(color.greenF()) + 0.0722 * channel(color.blueF());
}
double contrast(const QColor& a, const QColor& b) {
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace

class ThemeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void textThatMattersHasContrast_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textThatMattersHasContrast() {
        QFETCH(bool, dark);
        const ThemeTokens& theme = dark ? darkTokens() : lightTokens();
        const std::pair<const char*, QColor> grounds[] = {{"background", theme.background}, {"surface", theme.surface}, {"raised", theme.raised}};
        const std::pair<const char*, QColor> words[] = {{"text", theme.text}, {"secondary", theme.secondary}, {"accent", theme.accent},
                                                        {"good", theme.good}, {"warning", theme.warning}, {"bad", theme.bad}};
        for (const auto& [groundName, ground] : grounds) {
            for (const auto& [name, color] : words)
                QVERIFY2(contrast(color, ground) >= 4.5, qPrintable(QStringLiteral("%1 on %2: %3").arg(QLatin1String(name), QLatin1String(groundName)).arg(contrast(color, ground))));
        }
        QVERIFY(contrast(theme.onAccent, theme.accent) >= 4.5);
        QVERIFY(contrast(theme.accent, theme.accentGround) >= 4.5);
        QVERIFY(contrast(theme.text, theme.accentGround) >= 4.5);
        QVERIFY(contrast(theme.text, theme.passage) >= 4.5);
    }
    void techniquesDifferByShapeAndColour() {
        QStringList shapes;
        QList<QRgb> colors;
        for (const Technique technique : {Technique::ZeroShot, Technique::Rag, Technique::FineTune, Technique::Distill, Technique::Hybrid}) {
            shapes.append(techniqueShape(technique));
            colors.append(techniqueColor(technique, lightTokens()).rgb());
        }
        shapes.removeDuplicates();
        QCOMPARE(shapes.size(), 5);
        for (const ThemeTokens* theme : {&lightTokens(), &darkTokens()})
            QVERIFY(contrast(techniqueColor(Technique::Distill, *theme), theme->surface) >= 3.0);
    }
    void styleSheetKnowsAllItsTokens() {
        ThemeController controller;
        for (const ThemeTokens* theme : {&lightTokens(), &darkTokens()}) {
            const QString sheet = themeStyleSheet(*theme);
            QVERIFY(sheet.size() > 1000);
            static const QRegularExpression left(QStringLiteral("\\{[a-zA-Z]+\\}"));
            QVERIFY2(!left.match(sheet).hasMatch(), qPrintable(left.match(sheet).captured()));
        }
    }
    void choiceSwitchesPaletteAndTellsOnce() {
        ThemeController controller;
        int told = 0;
        connect(&controller, &ThemeController::changed, &controller, [&told] { ++told; });
        controller.setChoice(ThemeChoice::Dark);
        QVERIFY(tokens().dark);
        controller.setChoice(ThemeChoice::Dark);
        controller.setChoice(ThemeChoice::Light);
        QVERIFY(!tokens().dark);
        QCOMPARE(told, 2);
    }
    void everyIconIsAPictureOfOneWeight() {
        ThemeController controller;
        const QStringList files = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")});
        QVERIFY(files.size() > 30);
        for (const QString& name : files) {
            QFile file(QStringLiteral(":/icons/") + name);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray source = file.readAll();
            QVERIFY2(QSvgRenderer(QByteArray(source).replace("currentColor", "#000000")).isValid(), qPrintable(name));
            if (name != QLatin1String("triptych.svg"))
                QVERIFY2(source.contains("stroke-width=\"1.5\"") && source.contains("currentColor"), qPrintable(name));
        }
    }
    void iconsAreSharpAtEveryScale() {
        ThemeController controller;
        const QPixmap picture = iconPixmap(QStringLiteral("data"), Qt::black, 18, 2.0);
        QCOMPARE(picture.size(), QSize(36, 36));
        QCOMPARE(picture.devicePixelRatio(), 2.0);
        QVERIFY(!icon(QStringLiteral("data")).pixmap(QSize(18, 18), 2.0).isNull());
    }
    void fuzzyPrefersStartsOfWords() {
        QVERIFY(!fuzzyScore(QStringLiteral("xyz"), QStringLiteral("Show log")));
        QVERIFY(*fuzzyScore(QStringLiteral("log"), QStringLiteral("Show log")) > *fuzzyScore(QStringLiteral("log"), QStringLiteral("Analogies")));
        QVERIFY(*fuzzyScore(QStringLiteral("dt"), QStringLiteral("Dark theme")) > *fuzzyScore(QStringLiteral("dt"), QStringLiteral("Adoption")));
        QVERIFY(fuzzyScore(QStringLiteral("深色"), QStringLiteral("深色主题")));
    }
    void numbersReadAsPeopleWriteThem_data() {
        QTest::addColumn<QString>("made");
        QTest::addColumn<QString>("wanted");
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        QTest::newRow("count") << countText(1204) << QStringLiteral("1,204");
        QTest::newRow("percent") << percentText(0.8841) << QStringLiteral("88.4 %");
        QTest::newRow("absent") << percentText({}) << QStringLiteral("—");
        QTest::newRow("interval") << intervalCaption(0.862, 0.904) << QStringLiteral("95 % 86.2–90.4");
        QTest::newRow("milliseconds") << latencyText(7.0, 11.2) << QStringLiteral("7.0 / 11 ms");
        QTest::newRow("fast") << latencyText(0.21, 0.3) << QStringLiteral("0.21 / 0.30 ms");
        QTest::newRow("bytes") << bytesText(83.2e6) << QStringLiteral("83 MB");
        QTest::newRow("small bytes") << bytesText(3.14e6) << QStringLiteral("3.1 MB");
        QTest::newRow("eta") << etaText(75.0) << QStringLiteral("1:15");
        QTest::newRow("long eta") << etaText(3723.0) << QStringLiteral("1:02:03");
        QTest::newRow("seconds") << durationText(9.04) << QStringLiteral("9.0 s");
        QTest::newRow("minutes") << durationText(240.0) << QStringLiteral("4 min");
        QTest::newRow("parameters") << shortCountText(22713216) << QStringLiteral("22.7 M");
        QTest::newRow("tiny figure") << figureText(1e-4) << QStringLiteral("1.00E-04");
        QTest::newRow("figure") << figureText(0.0523) << QStringLiteral("0.0523");
    }
    void numbersReadAsPeopleWriteThem() {
        QFETCH(QString, made);
        QFETCH(QString, wanted);
        QCOMPARE(made.toUpper(), wanted.toUpper());
    }
};

QTEST_MAIN(ThemeTest)
#include "tst_theme.moc"
