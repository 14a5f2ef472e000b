#include "base/files.h"
#include "base/progress.h"
#include "charts/heat_map.h"
#include "charts/line_chart.h"
#include "charts/map_chart.h"
#include "charts/plot_area.h"
#include "knowledge/base_embedder.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "knowledge/ingest.h"
#include "pages/knowledge/evaluation_card.h"
#include "pages/knowledge/hit_list.h"
#include "pages/knowledge/map_card.h"
#include "pages/knowledge/quality_card.h"
#include "pages/knowledge/search_card.h"
#include "pages/knowledge/why_card.h"
#include "ui/support/page_host.h"
#include "ui/support/pictures.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using namespace triptych::ui;

namespace {

constexpr int kPatience = 60'000; // the first answer starts an engine

template <typename Widget> Widget* part(const QWidget& card, const char* name) { return card.findChild<Widget*>(QLatin1String(name)); }
void click(const QWidget& card, const char* button) { QTest::mouseClick(part<QPushButton>(card, button), Qt::LeftButton); }

} // namespace

/// The cards of the Knowledge page, each alone, with the real engine over a base of a few texts.
class KnowledgeCards : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::unique_ptr<PageHost> m_host;
    QString m_workspace;

    template <typename CardType> std::unique_ptr<CardType> shown(const QString& base) {
        auto card = std::make_unique<CardType>(m_host->context());
        card->resize(560, 700);
        card->show();
        card->setBase(m_workspace, base);
        return card;
    }
    /// What a person types, and the answer to it.
    static void search(SearchCard& card, const QString& query) {
        QSignalSpy searched(&card, &SearchCard::searched);
        auto* const box = part<QLineEdit>(card, "searchQuery");
        box->setText(query); // keyClicks() knows ASCII only
        QTest::keyClick(box, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(searched.size() > 0, kPatience);
    }

private Q_SLOTS:
    void initTestCase() {
        const auto folder = std::filesystem::path(m_dir.path().toStdString());
        qputenv("TRIPTYCH_DATA_DIR", (folder / "data").string().c_str());
        const Workspace workspace = Workspace::create(folder / "w");
        m_workspace = QString::fromStdString((folder / "w").string());
        KnowledgeStore store = KnowledgeStore::open(createKnowledgeBase(workspace, "notes", "hashing", ChunkerSettings(), false));
        std::vector<PlainDocument> documents;
        documents.push_back({"filter.txt", "The filter is cleaned once a month. Turn it to the left and rinse it under the tap."});
        documents.push_back({"pump.txt", "The drain pump hums when the hose is bent."});
        documents.push_back({"copy.txt", "The drain pump hums when the hose is bent."});
        documents.push_back({"保修.txt", "保修期为两年，滤网不在保修范围内。"});
        for (int i = 0; i < 30; ++i)
            documents.push_back({"other" + std::to_string(i) + ".txt", "Paragraph number " + std::to_string(i) + " speaks of something else: " + std::string(static_cast<std::size_t>(i + 1), 'x')});
        ingestTexts(store, hashingEmbedder(store), documents, nullProgress(), {});
        atomicWrite(folder / "questions.json",
                    R"({"data": [{"title": "t", "paragraphs": [{"context": "The filter is cleaned once a month.", "qas": [{"id": "1", "question": "How often is the filter cleaned?", "answers": []}]},)"
                    R"({"context": "The drain pump hums when the hose is bent.", "qas": [{"id": "2", "question": "Why does the pump hum?", "answers": []}]}]}]})");
        m_host = std::make_unique<PageHost>(folder / "w", QStringList());
    }
    void cleanupTestCase() { m_host.reset(); }

    void searchShowsHitsWithTheirWords() {
        const auto card = shown<SearchCard>(QStringLiteral("notes"));
        search(*card, QStringLiteral("how often is the filter cleaned"));
        auto* const hits = part<HitList>(*card, "hits-hybrid");
        QVERIFY(!hits->hits().empty());
        const Hit& first = hits->hits().front();
        QCOMPARE(first.document, QStringLiteral("filter.txt"));
        QVERIFY(!first.marks.isEmpty());
        QCOMPARE(first.passage.mid(first.marks.first().begin, first.marks.first().length), QStringLiteral("filter"));
        QVERIFY(first.lexicalRank && *first.lexicalRank == 1);
        QVERIFY(part<QLabel>(*card, "searchFacts")->text().contains(QStringLiteral("34")));
        QSignalSpy asked(card.get(), &SearchCard::documentRequested);
        QTest::mouseClick(hits->viewport(), Qt::LeftButton, {}, hits->visualRect(hits->model()->index(0, 0)).center());
        QVERIFY(asked.size() > 0);
        QCOMPARE(asked.first().at(0).toString(), QStringLiteral("filter.txt"));
        keepPicture(*card, QStringLiteral("knowledge-search"));
    }
    void threeWaysStandSideBySide() {
        const auto card = shown<SearchCard>(QStringLiteral("notes"));
        for (QAbstractButton* button : card->findChildren<QAbstractButton*>()) {
            if (button->text() == QStringLiteral("Side by side"))
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QCOMPARE(card->saveState().value(QStringLiteral("mode")).toString(), QStringLiteral("all"));
        search(*card, QStringLiteral("保修"));
        for (const char* list : {"hits-hybrid", "hits-dense", "hits-lexical"})
            QVERIFY2(!part<HitList>(*card, list)->hits().empty() && part<HitList>(*card, list)->isVisible(), list);
        QCOMPARE(part<HitList>(*card, "hits-lexical")->hits().front().document, QStringLiteral("保修.txt"));
        QVERIFY(!part<HitList>(*card, "hits-lexical")->hits().front().denseRank);
        keepPicture(*card, QStringLiteral("knowledge-side-by-side"));
        // What was typed is there again.
        const QJsonObject state = card->saveState();
        const auto other = shown<SearchCard>(QStringLiteral("notes"));
        other->restoreState(state);
        QCOMPARE(other->saveState(), state);
    }
    void nothingFoundAndErrorsAreSaid() {
        const auto card = shown<SearchCard>(QStringLiteral("notes"));
        QTest::keyClicks(part<QLineEdit>(*card, "searchDocument"), QStringLiteral("nosuchdocument"));
        search(*card, QStringLiteral("filter"));
        QVERIFY(part<QLabel>(*card, "searchState")->isVisible());
        QVERIFY(part<HitList>(*card, "hits-hybrid")->hits().empty());
        const auto lost = shown<SearchCard>(QStringLiteral("gone"));
        search(*lost, QStringLiteral("filter"));
        bool said = false;
        for (const QLabel* label : lost->findChildren<QLabel*>())
            said = said || (label->isVisible() && label->text().contains(QStringLiteral("gone")));
        QVERIFY(said);
    }
    void whyWalksTheLadder() {
        const auto card = shown<WhyCard>(QStringLiteral("notes"));
        QSignalSpy answered(card.get(), &WhyCard::answered);
        card->ask(QStringLiteral("filter"), QStringLiteral("nosuch.txt"));
        QTRY_COMPARE_WITH_TIMEOUT(answered.size(), 1, kPatience);
        QVERIFY(part<QLabel>(*card, "whyVerdict")->text().contains(QStringLiteral("In the base")));
        card->ask(QStringLiteral("filter"), QStringLiteral("filter.txt"));
        QTRY_COMPARE_WITH_TIMEOUT(answered.size(), 2, kPatience);
        QVERIFY(part<QLabel>(*card, "whyVerdict")->text().contains(QStringLiteral("hit 1")));
        keepPicture(*card, QStringLiteral("knowledge-why"));
    }
    void evaluationDrawsItsCurveAndSweep() {
        const auto card = shown<EvaluationCard>(QStringLiteral("notes"));
        QSignalSpy evaluated(card.get(), &EvaluationCard::evaluated);
        QVERIFY(!part<QPushButton>(*card, "evaluate")->isEnabled());
        card->setQuestions(m_dir.filePath(QStringLiteral("questions.json")));
        click(*card, "evaluate");
        QTRY_COMPARE_WITH_TIMEOUT(evaluated.size(), 1, kPatience);
        auto* const curve = part<LineChart>(*card, "recallCurve");
        QVERIFY(!curve->ys(0).empty());
        QCOMPARE(curve->ys(0).back(), 1.0);
        click(*card, "sweep");
        QTRY_COMPARE_WITH_TIMEOUT(evaluated.size(), 2, kPatience);
        QVERIFY(part<HeatMap>(*card, "sweepMap")->cells().size() >= 8);
        QVERIFY(part<QLabel>(*card, "sweepBest")->isVisible());
        const int drawn = part<HeatMap>(*card, "sweepMap")->drawnCount();
        QTRY_VERIFY(part<HeatMap>(*card, "sweepMap")->drawnCount() > drawn || !part<HeatMap>(*card, "sweepMap")->isStale());
        keepPicture(*card, QStringLiteral("knowledge-evaluation"));
        card->setQuestions(m_dir.filePath(QStringLiteral("no-such-file.json")));
        click(*card, "evaluate");
        QTRY_COMPARE_WITH_TIMEOUT(evaluated.size(), 3, kPatience);
        QVERIFY(!curve->ys(0).empty()); // what was measured stays
    }
    void theMapShowsEveryChunkAndTheQuery() {
        const auto card = shown<MapCard>(QStringLiteral("notes"));
        QSignalSpy drawn(card.get(), &MapCard::drawn);
        QTest::keyClicks(part<QLineEdit>(*card, "mapQuery"), QStringLiteral("filter"));
        click(*card, "drawMap");
        QTRY_COMPARE_WITH_TIMEOUT(drawn.size(), 1, kPatience);
        const auto& points = part<MapChart>(*card, "chunkMap")->points();
        QCOMPARE(points.size(), std::size_t{34});
        QVERIFY(std::any_of(points.begin(), points.end(), [](const MapPoint& point) { return point.strong; }));
        keepPicture(*card, QStringLiteral("knowledge-map"));
    }
    void qualityFindsTheCopy() {
        const auto card = shown<QualityCard>(QStringLiteral("notes"));
        QSignalSpy shownSpy(card.get(), &QualityCard::shown);
        QTRY_VERIFY_WITH_TIMEOUT(shownSpy.size() > 0, kPatience);
        const auto before = shownSpy.size();
        click(*card, "findDuplicates");
        QTRY_VERIFY_WITH_TIMEOUT(shownSpy.size() > before, kPatience);
        auto* const groups = part<QListWidget>(*card, "duplicateGroups");
        QVERIFY(groups->count() >= 1);
        bool found = false;
        for (int row = 0; row < groups->count(); ++row)
            found = found || groups->item(row)->text().contains(QStringLiteral("pump.txt"));
        QVERIFY(found);
        click(*card, "measureIndex");
        QTRY_VERIFY_WITH_TIMEOUT(!part<QLabel>(*card, "honestyText")->text().isEmpty(), kPatience);
        keepPicture(*card, QStringLiteral("knowledge-quality"));
    }
    void hitsOfAnyAnswer() {
        for (const char* answer : {"null", "[]", "{}", R"({"results": 3})", R"({"results": {"hybrid": {"hits": 7}}})", R"({"results": {"hybrid": {"hits": [null, 3, {}]}}})",
                                   R"({"results": {"hybrid": {"hits": [{"document": 5, "spans": [[-4, 99], [3], "x", [9, 2]], "share": 1e300, "page": "a", "text": "ab"}]}}})"})
            hitsOf(parseJson(answer, "a test"), "hybrid");
        const auto hits = hitsOf(parseJson("{\"results\": {\"dense\": {\"hits\": [{\"text\": \"\xF0\x9F\x98\x80 filter\", \"spans\": [[2, 8]], \"share\": 0.5}]}}}", "a test"), "dense");
        QCOMPARE(hits.size(), std::size_t{1});
        QCOMPARE(hits[0].passage.mid(hits[0].marks.first().begin, hits[0].marks.first().length), QStringLiteral("filter"));
        // A long text is cut around its first match.
        Json far = {{"text", std::string(2000, 'a') + " filter"}, {"spans", {{2001, 2007}}}};
        const auto cut = hitsOf({{"results", {{"dense", {{"hits", {far}}}}}}}, "dense");
        QVERIFY(cut.at(0).passage.size() < 300);
        QCOMPARE(cut.at(0).passage.mid(cut.at(0).marks.first().begin, cut.at(0).marks.first().length), QStringLiteral("filter"));
    }
    void chartsOfTheCards() {
        HeatMap heat;
        heat.setXAxis(QStringLiteral("size"));
        heat.setYAxis(QStringLiteral("overlap"));
        heat.setCells({{64, 0, 0.5, {}}, {128, 0, 0.75, {}}, {128, 16, 0.25, QStringLiteral("12 chunks")}}, QStringLiteral("recall@5"));
        QCOMPARE(heat.csv(), QStringLiteral("size,overlap,recall@5\n64,0,0.5\n128,0,0.75\n128,16,0.25\n"));
        heat.resize(420, 300);
        heat.show();
        QVERIFY(QTest::qWaitForWindowExposed(&heat));
        auto* const plot = heat.findChild<PlotArea*>();
        plot->setFocus();
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(plot, Qt::Key_Right);
        QVERIFY2(heat.hoverText().contains(QStringLiteral("12 chunks")), qPrintable(heat.hoverText()));
        QSignalSpy activated(&heat, &HeatMap::cellActivated);
        QTest::keyClick(plot, Qt::Key_Return);
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated.first().at(0).toDouble(), 128.0);

        MapChart map;
        std::vector<MapPoint> points;
        for (int i = 0; i < 20'000; ++i)
            points.push_back({std::sin(i * 0.7) * i, std::cos(i * 0.3) * i, i % 9, i % 5000 == 0});
        QStringList groups;
        for (int i = 0; i < 9; ++i)
            groups.append(QStringLiteral("document %1").arg(i));
        map.setPoints(points, groups);
        map.setMark(QPointF(1, 2), QStringLiteral("query"));
        map.resize(600, 400);
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        auto* const area = map.findChild<PlotArea*>();
        QTest::keyClick(area, Qt::Key_Right);
        QVERIFY2(map.hoverText().contains(QStringLiteral("document 0")), qPrintable(map.hoverText()));
        QCOMPARE(map.csv().count(u'\n'), 20'001);
    }
};

QTEST_MAIN(KnowledgeCards)
#include "tst_knowledge_cards.moc"
