#include "knowledge/analyzer.h"
#include "knowledge/language.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace triptych;

namespace {

/// Terms with a blank between them, weak ones in brackets.
std::string analyzed(const char* text, const char* language = "en") {
    std::string result;
    Analyzer(language).analyze(text, [&](const Term& term) {
        result += result.empty() ? "" : " ";
        result += term.weak ? "(" + std::string(term.text) + ")" : std::string(term.text);
    });
    return result;
}

} // namespace

class AnalyzerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void terms_data() {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("language");
        QTest::addColumn<std::string>("terms");
        const auto row = [](const char* name, const char* text, const char* language, const char* terms) {
            QTest::newRow(name) << std::string(text) << std::string(language) << std::string(terms);
        };
        row("empty", "", "en", "");
        row("signs only", " ... -- !\n", "en", "");
        row("stems and stop words", "The wings are lifting", "en", "(the) wing (are) lift");
        row("apostrophes", "don't the pilot’s", "en", "(don) (t) (the) pilot (s)");
        row("hyphens join nothing", "high-speed flow", "en", "high speed flow");
        row("German", "Die Häuser der Städte", "de", "(die) haus (der) stadt");
        row("French", "l'été dernier", "fr", "(l) (ete) derni");
        row("Russian in an English base", "Новые машины", "en", "нов машин");
        row("accents", "café Ångström Łódź", "xx", "cafe angstrom lodz");
        row("compatibility forms", "ＡＢＣ ﬁx", "en", "abc fix");
        row("code", "HnswIndex::build", "en", "hnswindex::build hnswindex hnsw index build");
        row("snake case", "foo_bar", "en", "foo_bar foo bar");
        row("version", "python3.11", "en", "python3.11 python 3.11 (3) (11)");
        row("number", "3.11 and 1,000", "en", "3.11 (3) (11) (and) 1000 (1) (000)");
        row("part number", "AB-1234", "en", "ab-1234 ab (1234)");
        row("capitals", "HTTPServer PDFs", "en", "httpserver http server pdfs");
        row("C++", "C++ or C# (F)", "en", "c++ (or) c# f");
        row("end of a sentence", "It fell. Then", "en", "(it) fell (then)");
        row("mail address", "jo@x.org", "en", "jo@x.org jo (x) org");
        row("Chinese", "数据库", "zh", "(数) 数据 (据) 据库 (库)");
        row("one character", "猫", "zh", "猫");
        row("stop character", "a 的 b", "zh", "(a) (的) b");
        row("mixed", "使用HnswIndex建立", "zh", "(使) 使用 (用) hnswindex hnsw index (建) 建立 (立)");
        row("half-width kana", "ｶﾞｷﾞ", "ja", "(ガ) ガギ (ギ)");
        row("Korean", "한국 사람", "ko", "(한) 한국 (국) (사) 사람 (람)");
        row("Thai", "ไทย", "th", "(ไ) ไท (ท) ทย (ย)");
    }
    void terms() {
        QFETCH(std::string, text);
        QFETCH(std::string, language);
        QFETCH(std::string, terms);
        QCOMPARE(analyzed(text.c_str(), language.c_str()), terms);
    }
    void positionsAreCodePoints() {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> spans;
        Analyzer("zh").analyze("é 😀数据 foo_bar", [&](const Term& term) { spans.emplace_back(term.begin, term.end); });
        const std::vector<std::pair<std::uint32_t, std::uint32_t>> expected = {{0, 1}, {3, 4}, {3, 5}, {4, 5}, {6, 13}, {6, 9}, {10, 13}};
        QCOMPARE(spans, expected);
    }
    void highlightsMergeOverlaps() {
        const Analyzer analyzer("zh");
        const auto spans = matchedSpans(analyzer, "一个数据库的 wings", {"数据", "据库", "wing"});
        QCOMPARE(spans, (std::vector<TermSpan>{{2, 5}, {7, 12}}));
        QVERIFY(matchedSpans(analyzer, "", {"x"}).empty());
    }
    void anythingIsAllowed() {
        for (const std::string& text : {std::string(100'000, 'a'), std::string(100'000, '_'), std::string("\xff\xfe\xc3(\x80"), std::string(3, '\0'),
                                        "a" + std::string(50'000, '.') + "b", std::string("_._@a::b::::c")}) {
            std::size_t longest = 0;
            Analyzer().analyze(text, [&](const Term& term) { longest = std::max(longest, term.text.size()); });
            QVERIFY(longest <= 64);
        }
        // A name without an end is no name; its parts are found.
        std::string path;
        for (int i = 0; i < 1000; ++i)
            path += "part_";
        std::size_t parts = 0;
        Analyzer().analyze(path, [&](const Term& term) { parts += term.text == "part"; });
        QCOMPARE(parts, std::size_t(1000));
    }
    void threadsSeeTheSame() {
        const std::string expected = analyzed("Running quickly through HnswIndex::build 数据库");
        std::vector<std::thread> threads;
        std::atomic<int> wrong = 0;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i)
                    wrong += analyzed("Running quickly through HnswIndex::build 数据库") != expected;
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
    }

    void languages_data() {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("language");
        const auto row = [](const char* tag, const char* text, const char* language) { QTest::newRow(tag) << std::string(text) << std::string(language); };
        row("nothing", "", "en");
        row("code", "int main() { return x + y; }", "en");
        row("en", "The wing of an aircraft is what lifts it into the air.", "en");
        row("de", "Der Flügel eines Flugzeugs ist das, was es in die Luft hebt.", "de");
        row("fr", "L'aile d'un avion est ce qui le soulève dans les airs.", "fr");
        row("es", "El ala de un avión es lo que lo eleva en el aire.", "es");
        row("it", "L'ala di un aereo è ciò che lo solleva nell'aria, e non il motore.", "it");
        row("pt", "A asa de um avião é o que o eleva no ar, e não os motores.", "pt");
        row("nl", "De vleugel van een vliegtuig is wat het in de lucht tilt.", "nl");
        row("sv", "Vingen på ett flygplan är det som lyfter det i luften.", "sv");
        row("fi", "Lentokoneen siipi on se, joka nostaa sen ilmaan, ja se ei ole moottori.", "fi");
        row("ru", "Крыло самолёта — это то, что поднимает его в воздух.", "ru");
        row("uk", "Крило літака — це те, що піднімає його в повітря.", "uk");
        row("zh", "飞机的机翼使它升入空中，使用 API 可以计算。", "zh");
        row("zh_TW", "飛機的機翼使它升入空中。", "zh");
        row("ja", "飛行機の翼は機体を空中に持ち上げるものです。", "ja");
        row("ko", "비행기의 날개는 비행기를 공중으로 들어 올린다.", "ko");
        row("el", "Το φτερό ενός αεροπλάνου", "el");
        row("ar", "جناح الطائرة هو ما يرفعها", "ar");
    }
    void languages() {
        QFETCH(std::string, text);
        QFETCH(std::string, language);
        const std::string_view view = text;
        QCOMPARE(guessLanguage(std::span(&view, 1)), language);
    }
    void mostTextsDecide() {
        const std::vector<std::string_view> texts = {"Der Flügel ist das, was es hebt.", "The wing", "Und er ist nicht aus Holz."};
        QCOMPARE(guessLanguage(texts), std::string("de"));
        QCOMPARE(guessLanguage({}), std::string("en"));
    }
};

QTEST_APPLESS_MAIN(AnalyzerTest)
#include "tst_analyzer.moc"
