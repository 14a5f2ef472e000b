#include "base/error.h"
#include "charts/bar_list.h"
#include "charts/chart_export.h"
#include "charts/decimate.h"
#include "charts/histogram.h"
#include "charts/label_placement.h"
#include "charts/line_chart.h"
#include "charts/scatter_chart.h"
#include "ui/support/pictures.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QGridLayout>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>

using namespace triptych;
using namespace triptych::ui;

namespace {

QWidget* plotOf(Chart& chart) {
    return chart.focusProxy();
}

ScatterPoint point(const QString& id, Technique technique, double x, double y, double bytes = 0) {
    ScatterPoint result;
    result.id = id;
    result.label = id;
    result.technique = technique;
    result.x = x;
    result.y = y;
    result.bytes = bytes;
    return result;
}

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class Charts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void decimationKeepsEveryPeak() {
        constexpr std::size_t kCount = 200'000;
        std::vector<double> x(kCount), y(kCount);
        for (std::size_t i = 0; i < kCount; ++i) {
            x[i] = static_cast<double>(i);
            y[i] = std::sin(static_cast<double>(i) / 900);
        }
        y[77'777] = 9;
        y[150'001] = -7;
        const auto points = decimateMinMax(x, y, 0, kCount, 800);
        QVERIFY(points.size() <= 4 * 800 + 2);
        QVERIFY(points.size() >= 800);
        QVERIFY(std::find(points.begin(), points.end(), QPointF(77'777, 9)) != points.end());
        QVERIFY(std::find(points.begin(), points.end(), QPointF(150'001, -7)) != points.end());
        QVERIFY(std::is_sorted(points.begin(), points.end(), [](QPointF a, QPointF b) { return a.x() < b.x(); }));
        QCOMPARE(points.front(), QPointF(0, 0));
        QCOMPARE(points.back(), QPointF(static_cast<double>(kCount - 1), y.back()));
    }
    void decimationKeepsShortSeriesWhole() {
        const std::vector<double> x = {1, 2, 3}, y = {5, std::numeric_limits<double>::quiet_NaN(), 7};
        const auto points = decimateMinMax(x, y, 0, 10, 100);
        QCOMPARE(points.size(), std::size_t{2});
        QCOMPARE(points[1], QPointF(3, 7));
        QVERIFY(decimateMinMax({}, {}, 0, 1, 100).empty());
    }
    void decimationOfARangeKeepsTheNeighboursOutside() {
        std::vector<double> x, y;
        for (int i = 0; i < 1000; ++i) {
            x.push_back(i);
            y.push_back(i);
        }
        const auto points = decimateMinMax(x, y, 400, 500, 1000);
        QCOMPARE(points.front().x(), 399.0);
        QCOMPARE(points.back().x(), 501.0);
    }
    void hundredThousandPointsAreDrawnWithoutAStall() {
        LineChart chart;
        chart.resize(900, 300);
        const int train = chart.addSeries({QStringLiteral("train"), &ThemeTokens::fineTune});
        std::vector<double> x(120'000), y(120'000);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<double>(i);
            y[i] = std::exp(-static_cast<double>(i) / 30'000) + 0.1 * std::sin(static_cast<double>(i));
        }
        chart.setData(train, std::move(x), std::move(y));
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        QTRY_VERIFY(chart.drawnCount() > 0);
        QVERIFY(chart.drawnPoints(train) < 4 * 900 + 3);
        // A turn of the wheel and a walk over the points: each well below a frame's patience.
        QElapsedTimer timer;
        qint64 worst = 0;
        for (int i = 0; i < 20; ++i) {
            timer.start();
            chart.append(train, 120'000 + i, 0.5);
            QTest::keyClick(plotOf(chart), Qt::Key_Plus);
            chart.grab();
            worst = std::max(worst, timer.elapsed());
        }
        QVERIFY2(worst < 50, qPrintable(QStringLiteral("longest turn %1 ms").arg(worst)));
    }
    void aHiddenChartOnlyRemembersThatItIsStale() {
        LineChart chart;
        const int series = chart.addSeries({QStringLiteral("loss")});
        for (int i = 0; i < 500; ++i)
            chart.append(series, i, 1.0 / (i + 1));
        QTest::qWait(80);
        QCOMPARE(chart.drawnCount(), 0);
        QVERIFY(chart.isStale());
        chart.show();
        QTRY_COMPARE(chart.drawnCount(), 1);
        QVERIFY(!chart.isStale());
    }
    void aResumedRunReplacesTheStepsItRepeats() {
        LineChart chart;
        const int series = chart.addSeries({QStringLiteral("loss")});
        for (int step = 1; step <= 10; ++step)
            chart.append(series, step, 1);
        chart.append(series, 6, 2);
        QCOMPARE(chart.xs(series), (std::vector<double>{1, 2, 3, 4, 5, 6}));
        QCOMPARE(chart.ys(series).back(), 2.0);
    }
    void csvOfLinesMergesTheStepsOfAllSeries() {
        LineChart chart;
        chart.setXAxis(QStringLiteral("step"));
        const int train = chart.addSeries({QStringLiteral("train, raw")});
        const int dev = chart.addSeries({QStringLiteral("dev")});
        chart.setData(train, {1, 2, 3}, {0.5, 0.25, std::numeric_limits<double>::quiet_NaN()});
        chart.setData(dev, {2, 4}, {0.3, 0.1});
        QCOMPARE(chart.csv(), QStringLiteral("step,\"train, raw\",dev\n1,0.5,\n2,0.25,0.3\n3,,\n4,,0.1\n"));
    }
    void csvOfPointsMarksTheFront() {
        ScatterChart chart;
        chart.setXAxis(QStringLiteral("p50"), QStringLiteral("ms"));
        chart.setYAxis(QStringLiteral("accuracy"), QStringLiteral("%"));
        chart.setPoints({point(QStringLiteral("a"), Technique::Distill, 0.2, 90, 3e6),
                         point(QStringLiteral("b"), Technique::FineTune, 6, 88)});
        QCOMPARE(chart.csv(), QStringLiteral("name,technique,p50,accuracy,low,high,size_bytes,pareto\n"
                                             "a,distill,0.2,90,,,3000000,1\nb,fine_tune,6,88,,,0,0\n"));
    }
    void savesEachKindOfFile_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("start");
        QTest::newRow("png") << QStringLiteral("c.png") << QByteArray("\x89PNG");
        QTest::newRow("svg") << QStringLiteral("c.svg") << QByteArray("<?xml");
        QTest::newRow("pdf") << QStringLiteral("c.pdf") << QByteArray("%PDF-");
        QTest::newRow("csv") << QStringLiteral("c.csv") << QByteArray("step,loss\n1,2\n");
    }
    void savesEachKindOfFile() {
        QFETCH(QString, name);
        QFETCH(QByteArray, start);
        QTemporaryDir folder;
        LineChart chart;
        chart.resize(500, 300);
        chart.setTitle(QStringLiteral("Loss"));
        chart.setXAxis(QStringLiteral("step"));
        const int series = chart.addSeries({QStringLiteral("loss")});
        chart.setData(series, {1, 2, 3}, {2, 1, 0.5});
        const QString path = folder.filePath(name);
        chart.exportTo(path);
        const QByteArray bytes = contents(path);
        QVERIFY(bytes.startsWith(start));
        if (name.endsWith(QLatin1String("png")))
            QVERIFY(QImage::fromData(bytes).width() >= 900);
        if (name.endsWith(QLatin1String("svg"))) {
            QVERIFY(bytes.contains("Loss"));
            QVERIFY(bytes.contains("<path") || bytes.contains("<polyline"));
        }
    }
    void anUnknownKindOfFileIsRefusedByName() {
        LineChart chart;
        QVERIFY_EXCEPTION_THROWN(chart.exportTo(QStringLiteral("/nowhere/x.gif")), Error);
        try {
            chart.exportTo(QStringLiteral("x.gif"));
        } catch (const Error& error) {
            QVERIFY(error.message().find("x.gif") != std::string::npos);
            QVERIFY(error.code() == ErrorCode::Unsupported);
        }
    }
    void hoverTellsTheValuesOfAllLines() {
        LineChart chart;
        chart.resize(700, 300);
        chart.setXAxis(QStringLiteral("step"));
        const int train = chart.addSeries({QStringLiteral("train")});
        const int dev = chart.addSeries({QStringLiteral("dev")});
        chart.setData(train, {0, 50, 100}, {3, 2, 1});
        chart.setData(dev, {0, 50, 100}, {3.5, 2.5, 1.5});
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        QWidget* plot = plotOf(chart);
        plot->setFocus();
        QTest::keyClick(plot, Qt::Key_Right);
        QTest::keyClick(plot, Qt::Key_Right);
        QCOMPARE(chart.hoverText(), QStringLiteral("step 50, train  2, dev  2.5"));
        QTest::mouseMove(plot, QPoint(plot->width() / 2, plot->height() / 2));
        QTRY_VERIFY(chart.hoverText().contains(QLatin1String("train  2")));
        QTest::keyClick(plot, Qt::Key_Escape);
        QVERIFY(chart.hoverText().isEmpty());
    }
    void theFrontHoldsOnlyWhatNoneBeats() {
        const std::vector<ScatterPoint> points = {
            point(QStringLiteral("slow"), Technique::FineTune, 7, 95), point(QStringLiteral("fast"), Technique::Distill, 0.2, 93),
            point(QStringLiteral("beaten"), Technique::Rag, 8, 88), point(QStringLiteral("worse"), Technique::ZeroShot, 0.3, 70)};
        QCOMPARE(paretoFront(points), (std::vector<std::size_t>{1, 0}));
    }
    void aClickOnAPointOpensIt() {
        ScatterChart chart;
        chart.resize(600, 300);
        chart.setPoints({point(QStringLiteral("run-1"), Technique::Rag, 5, 88), point(QStringLiteral("run-2"), Technique::Distill, 0.3, 93)});
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        QString opened;
        connect(&chart, &ScatterChart::pointActivated, this, [&opened](const QString& id) { opened = id; });
        QWidget* plot = plotOf(chart);
        plot->setFocus();
        QTest::keyClick(plot, Qt::Key_Right);
        QTest::keyClick(plot, Qt::Key_Return);
        QCOMPARE(opened, QStringLiteral("run-2"));
    }
    void labelsNeverOverlap() {
        std::vector<LabelRequest> requests;
        for (int i = 0; i < 12; ++i)
            requests.push_back({QPointF(100 + i * 7, 100 + (i % 3) * 6), 6, QSizeF(60, 14), i});
        const auto places = placeLabels(requests, QRectF(0, 0, 400, 260));
        int placed = 0;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!places[i])
                continue;
            ++placed;
            QVERIFY(QRectF(0, 0, 400, 260).contains(*places[i]));
            for (std::size_t j = i + 1; j < places.size(); ++j)
                QVERIFY(!places[j] || !places[i]->intersects(*places[j]));
        }
        QVERIFY(placed >= 4);
        QVERIFY(places.back());
    }
    void endLabelsAreSpreadApart() {
        const auto spread = spreadApart({50, 52, 51, 10}, 14, 0, 100);
        QCOMPARE(spread[3], 10.0);
        QCOMPARE(spread[0], 50.0);
        QCOMPARE(spread[2], 64.0);
        QCOMPARE(spread[1], 78.0);
        const auto atTheEdge = spreadApart({99, 100}, 14, 0, 100);
        QCOMPARE(atTheEdge, (std::vector<qreal>{86, 100}));
    }
    void binsAreRoundAndLoseNothing() {
        const auto bins = histogramBins({3, 4, 8, 15, 16, 23, 42, 108}, 20);
        std::int64_t sum = 0;
        for (const HistogramBin& bin : bins)
            sum += bin.count;
        QCOMPARE(sum, 8);
        QCOMPARE(bins[0].high - bins[0].low, 10.0);
        QVERIFY(histogramBins({}, 20).empty());
        QCOMPARE(histogramBins({5, 5, 5}, 20).size(), std::size_t{1});
    }
    void aLongBarListScrollsByKeyboard() {
        BarList list;
        list.resize(400, 200);
        std::vector<Bar> bars;
        for (int i = 0; i < 150; ++i)
            bars.push_back({QStringLiteral("label %1").arg(i), 150 - i});
        list.setBars(std::move(bars));
        list.setXAxis(QStringLiteral("rows"));
        list.show();
        QVERIFY(QTest::qWaitForWindowExposed(&list));
        QWidget* plot = plotOf(list);
        plot->setFocus();
        for (int i = 0; i < 40; ++i)
            QTest::keyClick(plot, Qt::Key_Down);
        QVERIFY(list.hoverText().startsWith(QLatin1String("label 39")));
        QVERIFY(list.csv().startsWith(QLatin1String("name,rows\nlabel 0,150\n")));
    }
    void everyChartSurvivesNoDataAndTinySizes() {
        LineChart line;
        ScatterChart scatter;
        Histogram histogram;
        BarList list;
        for (Chart* chart : std::initializer_list<Chart*>{&line, &scatter, &histogram, &list}) {
            chart->setEmptyText(QStringLiteral("nothing yet"));
            chart->show();
            chart->resize(60, 40);
            chart->grab();
            QWidget* plot = plotOf(*chart);
            for (const int key : {Qt::Key_Left, Qt::Key_Right, Qt::Key_Plus, Qt::Key_Minus, Qt::Key_Home, Qt::Key_Return})
                QTest::keyClick(plot, static_cast<Qt::Key>(key));
            QVERIFY(chart->hoverText().isEmpty());
        }
    }
    void picturesAreKept_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void picturesAreKept() {
        QFETCH(bool, dark);
        ThemeController theme;
        theme.setChoice(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        QWidget sheet;
        sheet.resize(1000, 760);
        sheet.setAutoFillBackground(true);
        auto* grid = new QGridLayout(&sheet);
        auto* line = new LineChart;
        line->setTitle(QStringLiteral("Loss"));
        line->setXAxis(QStringLiteral("step"));
        line->setYAxis(QStringLiteral("loss"), QStringLiteral("nats"));
        const int train = line->addSeries({QStringLiteral("train"), &ThemeTokens::fineTune});
        const int dev = line->addSeries({QStringLiteral("dev"), &ThemeTokens::retrieve, Qt::DashLine, 2, true});
        for (int i = 0; i < 264; ++i) {
            line->append(train, i, 2.6 * std::exp(-i / 90.0) + 0.2 + 0.1 * std::sin(i * 1.7));
            if (i % 40 == 0)
                line->append(dev, i, 2.5 * std::exp(-i / 80.0) + 0.35);
        }
        line->setXEnd(402);
        line->setSmoothing(0.8);
        line->setYBounds(0, {});
        auto* scatter = new ScatterChart;
        scatter->setTitle(QStringLiteral("Quality against latency"));
        scatter->setXAxis(QStringLiteral("p50 latency"), QStringLiteral("ms"));
        scatter->setYAxis(QStringLiteral("accuracy"), QStringLiteral("%"));
        std::vector<ScatterPoint> points = {point(QStringLiteral("Retrieve"), Technique::Rag, 7, 88.4, 83e6),
                                            point(QStringLiteral("Fine-tune"), Technique::FineTune, 6, 95.1, 87e6),
                                            point(QStringLiteral("Distil"), Technique::Distill, 0.2, 93.8, 3.1e6),
                                            point(QStringLiteral("Zero-shot"), Technique::ZeroShot, 6.4, 71, 83e6)};
        points[2].strong = true;
        for (ScatterPoint& p : points) {
            p.low = p.y - 1.6;
            p.high = p.y + 1.4;
        }
        scatter->setPoints(points);
        auto* histogram = new Histogram;
        histogram->setTitle(QStringLiteral("Length"));
        histogram->setXAxis(QStringLiteral("characters"));
        histogram->setYAxis(QStringLiteral("rows"));
        std::vector<double> lengths;
        for (int i = 0; i < 2000; ++i)
            lengths.push_back(std::floor(40 + 30 * std::sin(i * 0.7) + 60 * std::abs(std::sin(i * 0.013))));
        histogram->setBins(histogramBins(lengths));
        histogram->setLimit(110, QStringLiteral("limit 110"));
        auto* list = new BarList;
        list->setTitle(QStringLiteral("Labels"));
        list->setXAxis(QStringLiteral("rows"));
        std::vector<Bar> bars;
        for (int i = 0; i < 40; ++i)
            bars.push_back({i == 1 ? QStringLiteral("a_label_whose_name_is_very_long_indeed") : QStringLiteral("退款 %1").arg(i), 300 - i * 7});
        list->setBars(std::move(bars));
        grid->addWidget(line, 0, 0);
        grid->addWidget(scatter, 0, 1);
        grid->addWidget(histogram, 1, 0);
        grid->addWidget(list, 1, 1);
        sheet.show();
        QVERIFY(QTest::qWaitForWindowExposed(&sheet));
        QTRY_VERIFY(list->drawnCount() > 0);
        QTest::mouseMove(plotOf(*line), QPoint(150, 110));
        QTest::mouseMove(plotOf(*line), QPoint(160, 120));
        QTest::qWait(60);
        QVERIFY(!line->hoverText().isEmpty());
        keepPicture(sheet, QStringLiteral("charts-%1").arg(dark ? QStringLiteral("dark") : QStringLiteral("light")));
    }
};

QTEST_MAIN(Charts)
#include "tst_charts.moc"
