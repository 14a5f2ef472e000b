#include "knowledge/chunker.h"
#include "knowledge/embedder.h"

#include "base/error.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace triptych;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

/// Texts with much z on one side, with much q on the other.
class TopicEmbedder : public Embedder {
public:
    int dimension() const override { return 2; }
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token&) override {
        std::vector<float> vectors;
        for (const std::string& text : texts) {
            for (const char topic : {'z', 'q'})
                vectors.push_back(static_cast<float>(1 + std::count(text.begin(), text.end(), topic)));
        }
        return vectors;
    }
};

struct Sample {
    const char* name;
    std::string text;
    std::vector<Heading> headings;
};

const std::vector<Sample>& samples() {
    static const std::string english = "Retrieval finds passages that answer a question. The model then writes from them, e.g. with citations! Does it work offline? Yes. It costs 3.5 cents.\n"
                                       "A second line of the same paragraph goes on here and is quite long, so that it looks\nlike a broken one.\n\n";
    static const std::string chinese = "检索增强生成先查资料，再回答问题。它的答案总是最新的！真的吗？是的；而且每句话都有出处。“引用”也能核对。\n";
    static const std::string code = "int main(int argc, char** argv) {\n    for (int i = 0; i < argc; ++i) {\n        std::puts(argv[i]); // one a line\n    }\n    return 0;\n}\n\n";
    static const std::vector<Sample> all = {
        {"empty", "", {}},
        {"blank", " \n\t \n", {}},
        {"one letter", "x", {}},
        {"english", repeated(english, 20), {{0, 1, "Retrieval"}, {300, 2, "Second"}, {302, 3, "Third"}, {900, 2, "Fourth"}}},
        {"chinese", repeated(chinese, 40), {}},
        {"code", repeated(code, 20), {}},
        {"table", repeated("name | a value of it | 12.50\n", 100), {}},
        {"emoji", repeated("👩‍👩‍👧‍👦🇩🇪🇫🇷é̂👍🏽 ", 100), {}},
        {"one giant word", std::string(20'000, 'x'), {}},
        {"giant word of Chinese", repeated("中", 5000), {}},
        {"marks without end", "a" + repeated("\xCC\x81", 3000), {}},
        {"controls", repeated("\x01\x02", 1000), {}},
        {"words and a giant", "Short words. " + std::string(5000, 'y') + " and more words. Then the end.", {}},
        {"blank lines", repeated("a\n\n\n\n\n", 300), {}},
        {"no line ends", repeated("word ", 3000), {}},
    };
    return all;
}

constexpr ChunkerKind kKinds[] = {ChunkerKind::Fixed, ChunkerKind::Recursive, ChunkerKind::Sentence, ChunkerKind::Markdown, ChunkerKind::Semantic, ChunkerKind::None};

std::vector<std::string> textsOf(const std::string& text, const std::vector<Chunk>& chunks) {
    std::vector<std::string> texts;
    for (const Chunk& chunk : chunks)
        texts.push_back(text.substr(chunk.begin_byte, chunk.end_byte - chunk.begin_byte));
    return texts;
}

std::vector<std::string> cut(const std::string& text, ChunkerKind kind, int size, int overlap, const std::vector<Heading>& headings = {}) {
    TopicEmbedder embedder;
    return textsOf(text, splitIntoChunks(text, headings, {kind, size, overlap, 80}, WordCounter(), &embedder));
}

} // namespace

class Chunkers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyKindKeepsItsPromises_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("sample");
        QTest::addColumn<bool>("model");
        for (const ChunkerKind kind : kKinds) {
            for (std::size_t i = 0; i < samples().size(); ++i) {
                for (const bool model : {false, true})
                    QTest::addRow("%s, %s, %s", chunkerName(kind).data(), samples()[i].name, model ? "model's tokens" : "words") << static_cast<int>(kind) << static_cast<int>(i) << model;
            }
        }
    }
    void everyKindKeepsItsPromises() {
        QFETCH(int, kind);
        QFETCH(int, sample);
        QFETCH(bool, model);
        static const std::unique_ptr<Tokenizer> tokenizer = Tokenizer::open(std::string(TRIPTYCH_TEST_DATA) + "/bert_tiny/encoder");
        const ModelTokenCounter modelCounter(*tokenizer);
        const WordCounter wordCounter;
        const TokenCounter& counter = model ? static_cast<const TokenCounter&>(modelCounter) : wordCounter;
        const Sample& given = samples()[static_cast<std::size_t>(sample)];
        const std::u32string text = decodeUtf8(given.text);
        const auto begins = tokenBegins(text, counter, {});
        TopicEmbedder embedder;
        for (const auto& [size, overlap] : {std::pair(16, 0), std::pair(16, 7), std::pair(64, 16), std::pair(64, 31), std::pair(8192, 100)}) {
            const ChunkerSettings settings{static_cast<ChunkerKind>(kind), size, overlap, 80};
            const std::vector<Chunk> chunks = splitIntoChunks(given.text, given.headings, settings, counter, &embedder);
            std::size_t covered = 0;
            std::int64_t lastBegin = -1;
            for (const Chunk& chunk : chunks) {
                const auto begin = static_cast<std::size_t>(chunk.begin), end = static_cast<std::size_t>(chunk.end);
                QVERIFY(begin < end && end <= text.size() && chunk.begin > lastBegin && end > covered);
                QVERIFY(!isWhiteSpace(text[begin]) && !isWhiteSpace(text[end - 1]));
                QVERIFY(given.text.substr(chunk.begin_byte, chunk.end_byte - chunk.begin_byte) == encodeUtf8(text.substr(begin, end - begin)));
                for (std::size_t i = covered; i < begin; ++i)
                    QVERIFY(isWhiteSpace(text[i]));
                const auto tokens = std::lower_bound(begins.begin(), begins.end(), chunk.end) - std::lower_bound(begins.begin(), begins.end(), chunk.begin);
                QCOMPARE(std::ptrdiff_t{chunk.tokens}, tokens);
                QVERIFY(kind == static_cast<int>(ChunkerKind::None) || chunk.tokens <= size);
                if (begin < covered) {
                    const auto shared = std::lower_bound(begins.begin(), begins.end(), static_cast<std::int32_t>(covered)) - std::lower_bound(begins.begin(), begins.end(), chunk.begin);
                    QVERIFY(shared <= overlap);
                }
                covered = end;
                lastBegin = chunk.begin;
            }
            for (std::size_t i = covered; i < text.size(); ++i)
                QVERIFY(isWhiteSpace(text[i]));
        }
    }

    void fixedFillsEveryChunk() {
        const auto chunks = splitIntoChunks(repeated("word ", 100), {}, {ChunkerKind::Fixed, 16, 4, 95}, WordCounter());
        QCOMPARE(chunks[0].tokens, 16);
        QCOMPARE(chunks[1].begin, std::int64_t{12 * 5});
    }
    void recursiveCutsAtTheBestPlace() {
        const std::string text = "One two three four five six.\n\nSeven eight nine ten eleven twelve.\nA line of five words. Then a sentence. And another one of the last words here, so long that it is finally cut.";
        const std::vector<std::string> expected = {"One two three four five six.", "Seven eight nine ten eleven twelve.", "A line of five words. Then a sentence.",
                                                   "And another one of the last words here, so long that it is finally", "cut."};
        QVERIFY(cut(text, ChunkerKind::Recursive, 16, 0) == expected);
    }
    void sentencesStayWhole() {
        const std::string text = "天气很好。我们去公园散步吧！你去吗？好的，我马上来；等我一下。“真的吗？”他问道。";
        const std::vector<std::string> expected = {"天气很好。我们去公园散步吧！", "你去吗？好的，我马上来；等我一下。", "“真的吗？”他问道。"};
        const auto chunks = cut(text, ChunkerKind::Sentence, 17, 0);
        QVERIFY2(chunks == expected, QString::fromStdString(chunks[0] + "/" + chunks[1]).toUtf8().constData());
    }
    void overlapBeginsAtASentence() {
        const auto chunks = cut("One two three four five six. Seven eight nine. Ten eleven twelve thirteen fourteen. Last words of it all.", ChunkerKind::Sentence, 18, 8);
        QVERIFY(chunks[1].starts_with("Ten eleven") || chunks[1].starts_with("Seven eight"));
        QVERIFY(chunks[0].find(chunks[1].substr(0, 10)) != std::string::npos);
    }
    void brokenLinesAreNoPlaceToCut() {
        const std::string text = "The first sentence was broken in its middle because the page\nwas narrow there. The second sentence follows it on the line.";
        const std::vector<std::string> expected = {"The first sentence was broken in its middle because the page\nwas narrow there.", "The second sentence follows it on the line."};
        QVERIFY(cut(text, ChunkerKind::Recursive, 20, 0) == expected);
    }
    void markdownKeepsSectionsAndTheirPath() {
        const std::string text = "Before.\n\nTop\n\nInner\n\nText of inner.\n\nOther\n\nText of other.";
        const std::vector<Heading> headings = {{9, 1, "Top"}, {14, 2, "Inner"}, {37, 2, "Other"}};
        const auto chunks = splitIntoChunks(text, headings, {ChunkerKind::Markdown, 64, 16, 95}, WordCounter());
        const std::vector<std::string> expected = {"Before.", "Top\n\nInner\n\nText of inner.", "Other\n\nText of other."};
        QVERIFY(textsOf(text, chunks) == expected);
        QVERIFY(chunks[0].heading_path.empty());
        QVERIFY(chunks[1].heading_path == std::vector<std::string>{"Top"});
        QVERIFY((chunks[2].heading_path == std::vector<std::string>{"Top", "Other"}));
    }
    void semanticCutsWhereTheSubjectChanges() {
        const std::string one = "Here zz is one. Here zz is two. Here zz is three.", other = "Here qq is one. Here qq is two. Here qq is three.";
        const auto chunks = cut(one + " " + other, ChunkerKind::Semantic, 200, 0);
        QVERIFY(chunks == std::vector<std::string>({one, other}));
    }
    void settingsOutsideTheirRangesAreNamed_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("overlap");
        QTest::addColumn<double>("percentile");
        QTest::addColumn<QString>("named");
        QTest::newRow("small") << 15 << 0 << 95.0 << QStringLiteral("chunk_size is 15");
        QTest::newRow("large") << 8193 << 0 << 95.0 << QStringLiteral("chunk_size is 8193");
        QTest::newRow("negative") << 64 << -1 << 95.0 << QStringLiteral("overlap is -1");
        QTest::newRow("half") << 64 << 32 << 95.0 << QStringLiteral("overlap is 32");
        QTest::newRow("percentile") << 64 << 0 << 101.0 << QStringLiteral("breakpoint_percentile is 101");
    }
    void settingsOutsideTheirRangesAreNamed() {
        QFETCH(int, size);
        QFETCH(int, overlap);
        QFETCH(double, percentile);
        QFETCH(QString, named);
        try {
            checkChunkerSettings({ChunkerKind::Recursive, size, overlap, percentile});
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).startsWith(named), error.what());
        }
    }
    void namesGoThereAndBack() {
        for (const ChunkerKind kind : kKinds)
            QCOMPARE(chunkerFromName(chunkerName(kind)), kind);
        QVERIFY_THROWS_EXCEPTION(Error, chunkerFromName("paragraph"));
        QVERIFY_THROWS_EXCEPTION(Error, splitIntoChunks("a", {}, {ChunkerKind::Semantic, 64, 0, 95}, WordCounter()));
        QVERIFY_THROWS_EXCEPTION(Error, splitIntoChunks("\xFF", {}, {}, WordCounter()));
    }
    void timeIsLinearInTheText_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("no blank and no line end") << QByteArray(10 << 20, 'x');
        QTest::newRow("Chinese without a sign") << QByteArray::fromStdString(repeated("中文", 1'700'000));
        QTest::newRow("points") << QByteArray(10 << 20, '.');
        QTest::newRow("blanks") << QByteArray(10 << 20, ' ').append('x');
        QTest::newRow("marks") << QByteArray::fromStdString("a" + repeated("\xCC\x81", 5 << 20));
        QTest::newRow("open sentences") << QByteArray::fromStdString(repeated("a. 1 ", 2 << 20));
    }
    void timeIsLinearInTheText() {
        QFETCH(QByteArray, text);
        for (const ChunkerKind kind : {ChunkerKind::Fixed, ChunkerKind::Recursive, ChunkerKind::Sentence}) {
            QElapsedTimer timer;
            timer.start();
            splitIntoChunks(text.toStdString(), {}, {kind, 256, 32, 95}, WordCounter());
            qInfo("%s: %lld ms", chunkerName(kind).data(), static_cast<long long>(timer.elapsed()));
            QVERIFY(timer.elapsed() < 10'000);
        }
    }
    void stopEndsIt() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(Error, splitIntoChunks("some text", {}, {}, WordCounter(), nullptr, stop.get_token()));
    }
};

QTEST_GUILESS_MAIN(Chunkers)
#include "tst_chunker.moc"
