#include "base/error.h"
#include "base/files.h"
#include "datasets/decoding.h"
#include "datasets/labelled_data.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <unicode/ucnv.h>
#include <unistd.h>

using namespace triptych;

namespace {

constexpr const char* kChinese[] = {"我的订单什么时候到", "请帮我取消昨天的订单", "咖啡机漏水怎么办", "保修期是多长时间", "我想退货并拿回退款", "发票上的地址写错了"};

std::string encoded(const std::string& utf8, const char* encoding) {
    UErrorCode status = U_ZERO_ERROR;
    std::string out(utf8.size() * 4 + 16, '\0');
    const auto size = ucnv_convert(encoding, "UTF-8", out.data(), static_cast<std::int32_t>(out.size()), utf8.data(),
                                   static_cast<std::int32_t>(utf8.size()), &status);
    out.resize(U_SUCCESS(status) ? static_cast<std::size_t>(size) : 0);
    return out;
}

} // namespace

class LabelledReaderTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        const auto path = std::filesystem::path(m_dir.path().toStdString()) / name;
        atomicWrite(path, bytes);
        return path;
    }
    static ReadResult read(const std::filesystem::path& path, const ReadOptions& options = {}) {
        return readLabelledFile(path, options, nullProgress(), {});
    }
    ReadResult readText(const std::string& name, std::string_view bytes, const ReadOptions& options = {}) const {
        return read(write(name, bytes), options);
    }
    /// "line field" of each problem.
    static QStringList places(const ReadResult& result) {
        QStringList list;
        for (const RowProblem& problem : result.problems)
            list.append(QStringLiteral("%1 %2").arg(problem.line).arg(QString::fromStdString(problem.field)).trimmed());
        return list;
    }
    static QStringList texts(const ReadResult& result) {
        QStringList list;
        for (const Example& example : result.examples)
            list.append(QString::fromStdString(example.text + " > " + example.label));
        return list;
    }
    static Error errorOf(const std::function<void()>& body) {
        try {
            body();
        } catch (const Error& error) {
            return error;
        }
        return Error(ErrorCode::Internal, "no error");
    }

private Q_SLOTS:
    void csvFollowsRfc4180() {
        const auto result = readText("a.csv", "label,text\r\n"
                                              "greet,\"hello, you\"\r\n"
                                              "quote,\"she said \"\"hi\"\"\"\r\n"
                                              "long,\"two\nlines\"\r\n"
                                              "\r\n"
                                              "last,no line end");
        QCOMPARE(texts(result), (QStringList{QStringLiteral("hello, you > greet"), QStringLiteral("she said \"hi\" > quote"),
                                             QStringLiteral("two\nlines > long"), QStringLiteral("no line end > last")}));
        QCOMPARE(result.rows, std::int64_t(4));
        QCOMPARE(result.rejected, std::int64_t(0));
        QCOMPARE(result.examples[2].line, std::int64_t(4));
        QCOMPARE(result.examples[3].line, std::int64_t(7));
        QCOMPARE(result.encoding, std::string("UTF-8"));
    }
    void shortAndLongRowsNameLineAndColumn() {
        const auto result = readText("a.csv", "text,label\nhello,greet\njust text\na,b,c\nbye,part\ntrailing,ok,,\n");
        QCOMPARE(places(result), (QStringList{QStringLiteral("3 label"), QStringLiteral("4")}));
        QVERIFY(rowProblemText(result.problems[0]).find("1 of 2 columns") != std::string::npos);
        QCOMPARE(result.rows, std::int64_t(5));
        QCOMPARE(result.rejected, std::int64_t(2));
        QCOMPARE(result.examples.size(), std::size_t(3));
    }
    void openQuoteNamesItsLineAndReadingGoesOn_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QStringList>("problems");
        QTest::addColumn<int>("accepted");
        QTest::newRow("to the end of the file") << QByteArray("text,label\na,x\n\"b,x\nc,x\nd,x\n") << QStringList{QStringLiteral("3 text")} << 3;
        QTest::newRow("up to another quoted row") << QByteArray("text,label\na,x\n\"b,x\n\"c, d\",x\ne,x\n") << QStringList{QStringLiteral("3 text")} << 3;
        QTest::newRow("twice") << QByteArray("text,label\n\"a,x\n\"b,x\nc,x\n") << QStringList{QStringLiteral("2 text"), QStringLiteral("3 text")} << 1;
        QTest::newRow("in the second cell of a folded row") << QByteArray("text,label\n\"a\nb\",\"x\nc,x\n") << QStringList{QStringLiteral("3 label")} << 1;
        QTest::newRow("in the last line") << QByteArray("text,label\na,x\n\"b") << QStringList{QStringLiteral("3 text")} << 1;
        QTest::newRow("quote not doubled") << QByteArray("text,label\n\"say \"hi\" now\",x\nb,x\n") << QStringList{QStringLiteral("2 text")} << 1;
    }
    void openQuoteNamesItsLineAndReadingGoesOn() {
        QFETCH(QByteArray, bytes);
        QFETCH(QStringList, problems);
        QFETCH(int, accepted);
        const auto result = readText("a.csv", bytes.toStdString());
        QCOMPARE(places(result), problems);
        QCOMPARE(static_cast<int>(result.examples.size()), accepted);
        QCOMPARE(result.rows, static_cast<std::int64_t>(result.examples.size()) + result.rejected);
    }
    void openQuoteInFrontOfManyLinesStaysQuick() {
        std::string bytes = "text,label\n";
        for (int i = 0; i < 200'000; ++i)
            bytes += i % 1000 == 0 ? "\"left open,x\n" : "row " + std::to_string(i) + ",x\n";
        QElapsedTimer timer;
        timer.start();
        const auto result = readText("a.csv", bytes);
        QCOMPARE(result.rejected, std::int64_t(200));
        QCOMPARE(result.examples.size(), std::size_t(199'800));
        QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
    }
    void nulBytesSpoilTheirRowOnly() {
        using namespace std::string_literals;
        const auto csv = readText("a.csv", "text,label\nhe\0llo,greet\nbye,par\0t\nok,fine\n"s);
        QCOMPARE(places(csv), (QStringList{QStringLiteral("2 text"), QStringLiteral("3 label")}));
        QVERIFY(rowProblemText(csv.problems[0]).find("NUL") != std::string::npos);
        QCOMPARE(csv.examples.size(), std::size_t(1));
        const auto jsonl = readText("a.jsonl", "{\"text\": \"a\0b\", \"label\": \"x\"}\n{\"text\": \"a\\u0000b\", \"label\": \"x\"}\n{\"text\": \"c\", \"label\": \"x\"}\n"s);
        QCOMPARE(places(jsonl), (QStringList{QStringLiteral("1"), QStringLiteral("2 text")}));
        QCOMPARE(jsonl.examples.size(), std::size_t(1));
    }
    void hugeLineIsReadPastInPieces() {
        // 1 GB of zero bytes that take no disk; the limit on data memory would fail a reader that keeps them.
        const auto path = write("huge.csv", "text,label\nbefore,x\n");
        constexpr off_t kHole = 1 << 30;
        const int fd = ::open(path.c_str(), O_WRONLY);
        const off_t end = ::lseek(fd, 0, SEEK_END) + kHole;
        QCOMPARE(::ftruncate(fd, end), 0);
        QCOMPARE(::pwrite(fd, "\nafter,x\n", 9, end), ssize_t(9));
        ::close(fd);
        rusage before{}, after{};
        ::getrusage(RUSAGE_SELF, &before);
        const auto result = read(path);
        ::getrusage(RUSAGE_SELF, &after);
        QCOMPARE(places(result), QStringList{QStringLiteral("3")});
        QVERIFY(rowProblemText(result.problems[0]).find("1073741824") != std::string::npos);
        QCOMPARE(texts(result), (QStringList{QStringLiteral("before > x"), QStringLiteral("after > x")}));
        QVERIFY2(after.ru_maxrss - before.ru_maxrss < 128 * 1024, qPrintable(QString::number(after.ru_maxrss - before.ru_maxrss)));
    }
    void overlongLineInsideAQuoteIsAProblemOfItsOwn() {
        ReadOptions options;
        options.max_line_bytes = 100;
        const auto result = readText("a.csv", "text,label\n\"open,x\n" + std::string(200, 'y') + "\nok,x\n", options);
        QCOMPARE(places(result), (QStringList{QStringLiteral("2 text"), QStringLiteral("3")}));
        QCOMPARE(result.examples.size(), std::size_t(1));
    }
    void overlongJsonLine() {
        ReadOptions options;
        options.max_line_bytes = 100;
        const auto result = readText("a.jsonl", "{\"text\": \"" + std::string(200, 'y') + "\", \"label\": \"x\"}\n{\"text\": \"b\", \"label\": \"x\"}\n", options);
        QCOMPARE(places(result), QStringList{QStringLiteral("1")});
        QCOMPARE(result.examples.size(), std::size_t(1));
    }
    void encodingsAreDetected_data() {
        QTest::addColumn<QByteArray>("encoding");
        QTest::addColumn<QByteArray>("mark");
        QTest::newRow("UTF-8 with mark") << QByteArray("UTF-8") << QByteArray("\xEF\xBB\xBF");
        QTest::newRow("UTF-16LE with mark") << QByteArray("UTF-16LE") << QByteArray("\xFF\xFE");
        QTest::newRow("UTF-16BE with mark") << QByteArray("UTF-16BE") << QByteArray("\xFE\xFF");
        QTest::newRow("GB18030") << QByteArray("GB18030") << QByteArray();
    }
    void encodingsAreDetected() {
        QFETCH(QByteArray, encoding);
        QFETCH(QByteArray, mark);
        std::string bytes = "text,label\n";
        for (int i = 0; i < 60; ++i)
            bytes += std::string(kChinese[i % 6]) + "," + std::to_string(i % 6) + "\n";
        const auto result = readText("a.csv", mark.toStdString() + encoded(bytes, encoding.constData()));
        QCOMPARE(result.rejected, std::int64_t(0));
        QCOMPARE(result.examples.size(), std::size_t(60));
        QCOMPARE(result.examples[1].text, std::string(kChinese[1]));
        QCOMPARE(QByteArray::fromStdString(result.encoding), encoding);
    }
    void charactersAcrossTheConvertersBufferStayWhole_data() {
        QTest::addColumn<QByteArray>("encoding");
        QTest::newRow("UTF-16LE") << QByteArray("UTF-16LE");
        QTest::newRow("GB18030") << QByteArray("GB18030");
    }
    void charactersAcrossTheConvertersBufferStayWhole() {
        QFETCH(QByteArray, encoding);
        for (const int place : {16'382, 16'383, 16'384, 32'767}) { // UTF-16 units in front of it
            std::string text = "text,label\n";
            text += std::string(static_cast<std::size_t>(place) - text.size(), 'x') + "\U0001F600,a\n";
            ReadOptions options;
            options.encoding = encoding.toStdString();
            const auto result = readText("a.csv", encoded(text, encoding.constData()), options);
            QCOMPARE(places(result), QStringList{});
            QCOMPARE(result.examples.size(), std::size_t(1));
            QVERIFY(result.examples[0].text.ends_with("x\U0001F600"));
        }
    }
    void unmarkedUtf16AndLatin1AreDetected() {
        std::string bytes = "text,label\n";
        for (int i = 0; i < 20; ++i)
            bytes += "le café où l'été s'achève déjà, très tôt à la fenêtre,fr\n";
        const std::string table = [&] {
            std::string quoted = "text,label\n";
            for (int i = 0; i < 20; ++i)
                quoted += "\"le café où l'été s'achève déjà, très tôt à la fenêtre\",fr\n";
            return quoted;
        }();
        const auto latin = readText("a.csv", encoded(table, "ISO-8859-1"));
        QCOMPARE(latin.rejected, std::int64_t(0));
        QVERIFY(latin.examples[0].text.find("café où") != std::string::npos);
        QVERIFY2(latin.encoding != "UTF-8", latin.encoding.c_str());
        const auto wide = readText("b.csv", encoded(table, "UTF-16LE"));
        QCOMPARE(wide.encoding, std::string("UTF-16LE"));
        QCOMPARE(wide.examples.size(), std::size_t(20));
    }
    void strayBytesSpoilTheirRowOnly() {
        const auto result = readText("a.csv", "text,label\nplain,x\ncaf\xE9,x\nd\xC3\xA9j\xC3\xA0,x\n");
        QCOMPARE(places(result), QStringList{QStringLiteral("3 text")});
        QVERIFY(rowProblemText(result.problems[0]).find("UTF-8") != std::string::npos);
        QCOMPARE(result.examples.size(), std::size_t(2));
    }
    void namedEncodingWinsAndAWrongOneIsOneError() {
        ReadOptions options;
        options.encoding = "ISO-8859-1";
        QCOMPARE(readText("a.csv", "text,label\ncaf\xE9,x\n", options).examples[0].text, std::string("café"));
        options.encoding = "no-such-code";
        QCOMPARE(static_cast<int>(errorOf([&] { readText("a.csv", "text,label\na,x\n", options); }).code()), static_cast<int>(ErrorCode::InvalidArgument));
        options.encoding = "UTF-8";
        const Error error = errorOf([&] { readText("a.csv", "text,label\ncaf\xE9,x\nna\xEFve,x\n", options); });
        QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
        QVERIFY(error.message().find("a.csv") != std::string::npos && error.message().find("UTF-8") != std::string::npos);
    }
    void jsonRowsNameLineAndField() {
        const auto result = readText("a.jsonl", "{\"text\": \"a\", \"label\": \"x\", \"id\": 1}\n"
                                                "{\"text\": 5, \"label\": \"x\"}\n"
                                                "{\"text\": \"b\"}\n"
                                                "{\"text\": \"c\", \"label\": 3}\n"
                                                "\n"
                                                "{\"text\": \"d\", \"label\": null}\n"
                                                "not json\n"
                                                "[\"e\", \"y\"]\n"
                                                "7\n"
                                                "{\"text\": \"  \", \"label\": \"x\"}\n"
                                                "{\"text\": \"f\", \"label\": \"\"}\n"
                                                "{\"text\": \"cut");
        QCOMPARE(places(result), (QStringList{QStringLiteral("2 text"), QStringLiteral("3 label"), QStringLiteral("6 label"), QStringLiteral("7"),
                                              QStringLiteral("9"), QStringLiteral("10 text"), QStringLiteral("11 label"), QStringLiteral("12")}));
        QCOMPARE(texts(result), (QStringList{QStringLiteral("a > x"), QStringLiteral("c > 3"), QStringLiteral("e > y")}));
        QCOMPARE(result.rows, std::int64_t(11));
    }
    void jsonArraysOverLinesAreRows() {
        const auto result = readText("a.json", "[\n  {\"text\": \"a, ] \\\" b\", \"label\": \"x\"},\n  {\"text\": \"b\",\n   \"label\": \"y\"},\n  oops,\n  {\"text\": \"c\", \"label\": \"z\"}\n]\n");
        QCOMPARE(texts(result), (QStringList{QStringLiteral("a, ] \" b > x"), QStringLiteral("b > y"), QStringLiteral("c > z")}));
        QCOMPARE(places(result), QStringList{QStringLiteral("5")});
        QCOMPARE(result.examples[1].line, std::int64_t(3));
        QCOMPARE(readText("b.json", "[{\"text\": \"a\", \"label\": \"x\"}, {\"text\": \"b\", \"label\": \"y\"}]").examples.size(), std::size_t(2));
        QCOMPARE(places(readText("c.json", "[{\"text\": \"a\", \"label\": \"x\"},\n{\"text\": \"b\"")), QStringList{QStringLiteral("2")});
    }
    void spoiledRowOfAJsonArrayLeavesTheOthers_data() {
        QTest::addColumn<QString>("spoiled");
        QTest::addColumn<int>("line"); // of the problem
        QTest::newRow("a brace too many") << QStringLiteral("{\"text\": \"b\", \"label\": \"x\"}},") << 3;
        QTest::newRow("a bracket for a brace") << QStringLiteral("{\"text\": [\"b\"}, \"label\": \"x\"}},") << 3;
        QTest::newRow("a quote too few") << QStringLiteral("{\"text\": \"b, \"label\": \"x\"},") << 3;
        QTest::newRow("a brace alone") << QStringLiteral("},") << 3;
        QTest::newRow("the array's end alone") << QStringLiteral("],") << 3;
    }
    void spoiledRowOfAJsonArrayLeavesTheOthers() {
        QFETCH(QString, spoiled);
        QFETCH(int, line);
        const auto result = readText("a.json", "[\n{\"text\": \"a\", \"label\": \"x\"},\n" + spoiled.toStdString() +
                                                   "\n {\"text\": \"c {\", \"label\": \"y\"},\n{\"text\": \"d\", \"label\": \"x\"}\n]\n");
        QCOMPARE(texts(result), (QStringList{QStringLiteral("a > x"), QStringLiteral("c { > y"), QStringLiteral("d > x")}));
        QCOMPARE(places(result), QStringList{QString::number(line)});
    }
    void jsonObjectOverLinesIsRefusedWithAWayOut() {
        const Error error = errorOf([&] { readText("a.json", "{\n \"train\": [[\"a\", \"b\"]]\n}\n"); });
        QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
        QVERIFY(!error.hint().empty());
    }
    void columnsByNameOrNumber() {
        ReadOptions options;
        options.text_column = "question";
        options.label_column = "2";
        QCOMPARE(texts(readText("a.tsv", "id\tquestion\tcoarse\n1\twhy \"so\"?\tDESC\n", options)), QStringList{QStringLiteral("why \"so\"? > DESC")});
        options = {};
        options.header = false;
        QCOMPARE(texts(readText("b.txt", "first\t0\nsecond\t1\n", options)), (QStringList{QStringLiteral("first > 0"), QStringLiteral("second > 1")}));
        options.text_column = "1";
        options.label_column = "0";
        QCOMPARE(texts(readText("c.csv", "x,first\ny,second\n", options)), (QStringList{QStringLiteral("first > x"), QStringLiteral("second > y")}));
    }
    void tabSeparatedQuotesAreLettersUnlessTheyClose() {
        const auto result = readText("a.tsv", "text\tlabel\n\"open quote\tx\n\"He\" said \"so\"\ty\n\"a \"\"b\"\" c\"\tz\n");
        QCOMPARE(texts(result), (QStringList{QStringLiteral("\"open quote > x"), QStringLiteral("\"He\" said \"so\" > y"), QStringLiteral("a \"b\" c > z")}));
    }
    void semicolonsAndOddExtensions() {
        QCOMPARE(readText("a.csv", "text;label\nhallo, du;gruss\n").examples.size(), std::size_t(1));
        QCOMPARE(readText("a.data", "{\"text\": \"a\", \"label\": \"x\"}\n").examples.size(), std::size_t(1));
        QCOMPARE(readText("a", "text\tlabel\na, b\tx\n").examples.size(), std::size_t(1));
        QCOMPARE(readText("mac.csv", "text,label\ra,x\rb,y\r").examples.size(), std::size_t(2));
    }
    void missingColumnNamesTheOnesThereAre() {
        for (const auto& [name, bytes] : {std::pair{"a.csv", "id,question\n1,why\n"}, {"a.jsonl", "{\"id\": 1, \"question\": \"why\"}\n"}}) {
            const Error error = errorOf([&] { readText(name, bytes); });
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
            QVERIFY2(error.message().find("'text'") != std::string::npos, error.what());
            QVERIFY2(error.message().find("question") != std::string::npos, error.what());
        }
        QVERIFY(errorOf([&] { readText("b.csv", "text,label,text\na,b,c\n"); }).message().find("2 columns") != std::string::npos);
    }
    void classNamesStandForNumbers() {
        ReadOptions options;
        options.header = false;
        options.class_names = readClassNames(write("names.txt", "finance\n\nrealty\nstocks\n"));
        const auto result = readText("a.tsv", "a\t0\nb\t2\nc\t3\nd\trealty\ne\t-1\n", options);
        QCOMPARE(texts(result), (QStringList{QStringLiteral("a > finance"), QStringLiteral("b > stocks"), QStringLiteral("d > realty")}));
        QCOMPARE(places(result), (QStringList{QStringLiteral("3 1"), QStringLiteral("5 1")}));
        QCOMPARE(readClassNames(write("names.json", "[\"a\", \"b\"]")).size(), std::size_t(2));
        QVERIFY_EXCEPTION_THROWN(readClassNames(write("twice.txt", "a\na\n")), Error);
        QVERIFY_EXCEPTION_THROWN(readClassNames(write("none.txt", "\n")), Error);
    }
    void binaryAndEmptyFilesAreOneError() {
        using namespace std::string_literals;
        QVERIFY(errorOf([&] { readText("a.csv", "PK\x03\x04 sheet"s); }).message().find("office document") != std::string::npos);
        QVERIFY(errorOf([&] { readText("a.csv", ""); }).message().find("empty") != std::string::npos);
        QCOMPARE(static_cast<int>(errorOf([&] { read(m_dir.path().toStdString()); }).code()), static_cast<int>(ErrorCode::InvalidInput));
        QCOMPARE(static_cast<int>(errorOf([&] { read("/no/such.csv"); }).code()), static_cast<int>(ErrorCode::NotFound));
    }
    void problemsBeyondTheLimitAreCounted() {
        ReadOptions options;
        options.max_problems = 3;
        std::string bytes = "text,label\nok,x\n";
        for (int i = 0; i < 50; ++i)
            bytes += "short\n";
        const auto result = readText("a.csv", bytes, options);
        QCOMPARE(result.problems.size(), std::size_t(3));
        QCOMPARE(result.rejected, std::int64_t(50));
    }
    void stopEndsTheReading() {
        std::stop_source stop;
        stop.request_stop();
        const auto path = write("a.csv", "text,label\na,x\n");
        QCOMPARE(static_cast<int>(errorOf([&] { readLabelledFile(path, {}, nullProgress(), stop.get_token()); }).code()), static_cast<int>(ErrorCode::Cancelled));
    }
    void progressRisesToTheTotal() {
        class Watch final : public ProgressSink {
        public:
            std::vector<Progress> seen;
            void progress(const Progress& progress) override { seen.push_back(progress); }
            void metric(std::string_view, std::int64_t, double) override {}
            void log(LogLevel, std::string_view) override {}
        } watch;
        std::string bytes = "text,label\n";
        for (int i = 0; i < 200'000; ++i)
            bytes += "some text,label\n";
        readLabelledFile(write("a.csv", bytes), {}, watch, {});
        QVERIFY(watch.seen.size() >= 3);
        for (std::size_t i = 1; i < watch.seen.size(); ++i)
            QVERIFY(watch.seen[i].done >= watch.seen[i - 1].done);
        QCOMPARE(watch.seen.back().done, watch.seen.back().total);
    }
    void previewShowsRawCells() {
        const auto csv = previewTable(write("a.csv", "id,text,label\n1,a,x\n2,b\n3,c,z\n"), true, 2);
        QCOMPARE(csv.columns, (std::vector<std::string>{"id", "text", "label"}));
        QCOMPARE(csv.rows.size(), std::size_t(2));
        QCOMPARE(csv.rows[1].size(), std::size_t(2));
        const auto bare = previewTable(write("b.tsv", "a\tx\nb\ty\n"), false);
        QCOMPARE(bare.columns, (std::vector<std::string>{"0", "1"}));
        QCOMPARE(bare.rows.size(), std::size_t(2));
        const auto json = previewTable(write("c.jsonl", "{\"text\": \"a\", \"label\": 1}\n"), true);
        QCOMPARE(json.rows[0], (std::vector<std::string>{"1", "a"}));
    }
};

QTEST_GUILESS_MAIN(LabelledReaderTest)
#include "tst_labelled_reader.moc"
