#include "base/descriptor.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "base/random.h"
#include "base/resources.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace triptych;

class BaseTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path path(const char* name) const { return m_dir.path().toStdString() + "/" + name; }

private Q_SLOTS:
    void errorCodesSurviveTheirNames() {
        for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
            const auto code = static_cast<ErrorCode>(i);
            QCOMPARE(static_cast<int>(errorCodeFromName(errorCodeName(code))), i);
        }
    }
    void sha256MatchesThePublishedVector() {
        QCOMPARE(sha256("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }
    void atomicWriteReplacesWholeFiles() {
        atomicWrite(path("a"), "one");
        atomicWrite(path("a"), "two");
        QCOMPARE(readFile(path("a")), std::string("two"));
        QVERIFY_EXCEPTION_THROWN(atomicWrite(path("missing/a"), "x"), Error);
    }
    void linksStayAndStreamsAreWritten() {
        const auto throwing = [](const std::filesystem::path& target) {
            try {
                atomicWrite(target, "x");
            } catch (const Error& error) {
                return error;
            }
            return Error(ErrorCode::Internal, "no error");
        };
        std::filesystem::create_directories(path("far"));
        atomicWrite(path("far/file"), "one");
        std::filesystem::create_symlink("far/file", path("link"));
        std::filesystem::create_symlink("link", path("chain"));
        std::filesystem::create_symlink("far/new", path("dangling"));
        atomicWrite(path("chain"), "two");
        atomicWrite(path("dangling"), "three");
        QVERIFY(readFile(path("far/file")) == "two" && readFile(path("far/new")) == "three");
        for (const char* link : {"link", "chain", "dangling"})
            QVERIFY(std::filesystem::is_symlink(path(link)));
        std::filesystem::create_symlink("loop", path("loop"));
        QVERIFY(throwing(path("loop")).code() == ErrorCode::Io);

        const Error folder = throwing(path("far"));
        QVERIFY2(folder.code() == ErrorCode::Io && folder.message().find("a folder") != std::string::npos, folder.what());
        QVERIFY(throwing({}).code() == ErrorCode::InvalidArgument);

        int ends[2];
        QVERIFY(::pipe(ends) == 0);
        const Descriptor out(ends[0]), in(ends[1]);
        atomicWrite("/dev/fd/" + std::to_string(in.fd), "through");
        char bytes[7];
        QVERIFY(::read(out.fd, bytes, sizeof bytes) == 7 && std::string_view(bytes, 7) == "through");
        // A file behind a descriptor goes on where that one stands.
        const Descriptor file(::open(path("far/file").c_str(), O_WRONLY | O_TRUNC));
        QVERIFY(::write(file.fd, "so ", 3) == 3);
        atomicWrite("/dev/fd/" + std::to_string(file.fd), "far");
        QCOMPARE(readFile(path("far/file")), std::string("so far"));
        // A device: of all of them, one that nobody could take away.
        const Descriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY));
        QVERIFY(terminal.fd >= 0 && ::grantpt(terminal.fd) == 0 && ::unlockpt(terminal.fd) == 0);
        atomicWrite(::ptsname(terminal.fd), "through");
        QVERIFY(::read(terminal.fd, bytes, sizeof bytes) == 7 && std::string_view(bytes, 7) == "through");

        QVERIFY(::mkfifo(path("fifo").c_str(), 0600) == 0);
        std::string got;
        std::thread reader([&] { got = readToEnd(Descriptor(openInput(path("fifo"))).fd, path("fifo"), 100); });
        atomicWrite(path("fifo"), "through");
        reader.join();
        QCOMPARE(got, std::string("through"));
        QVERIFY(std::filesystem::is_fifo(path("fifo")));
    }
    void pipesAreNotWaitedFor() {
        QVERIFY(::mkfifo(path("silent").c_str(), 0600) == 0);
        for (const auto& read : {std::function<void()>([&] { readFile(path("silent")); }), std::function<void()>([&] { MappedFile(path("silent")); }),
                                 std::function<void()>([&] { sha256File(path("silent")); })}) {
            try {
                read();
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::InvalidInput && error.message().find("silent' is a pipe") != std::string::npos, error.what());
            }
        }
        QVERIFY(!FileLock::isHeld(path("silent")));
    }
    void jsonErrorsSayWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("fault");
        QTest::newRow("not UTF-8") << QByteArray("{\"a\": \"b\xFF\"}") << QByteArray("byte 9: a byte that is not UTF-8");
        QTest::newRow("first half") << QByteArray(R"({"a": "\ud800"})") << QByteArray("surrogate");
        QTest::newRow("second half") << QByteArray(R"({"a": "\udc00"})") << QByteArray("surrogate");
        QTest::newRow("UTF-16") << QByteArray("\xFF\xFE{\0}\0", 6) << QByteArray("is UTF-16");
        QTest::newRow("UTF-16, the other way") << QByteArray("\xFE\xFF\0{\0}", 6) << QByteArray("is UTF-16");
        QTest::newRow("NUL") << QByteArray("{\0}\0", 4) << QByteArray("NUL");
        QTest::newRow("a comma too many") << QByteArray("[\"surrogate\",]") << QByteArray("valid JSON at byte 14 ");
    }
    void jsonErrorsSayWhatIsWrong() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, fault);
        try {
            parseJson(text.toStdString(), "source");
            QFAIL("no error");
        } catch (const Error& error) {
            const std::string said = error.message() + " " + error.hint();
            QVERIFY2(error.code() == ErrorCode::InvalidInput && said.find(fault.toStdString()) != std::string::npos && said.find("'source'") != std::string::npos, said.c_str());
        }
    }
    void readFileRefusesMoreThanAllowed() {
        atomicWrite(path("big"), std::string(100, 'x'));
        try {
            readFile(path("big"), 10);
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
            QVERIFY(error.message().find("big") != std::string::npos);
        }
    }
    void appenderCutsTornLine() {
        atomicWrite(path("log"), "whole\ntorn");
        LineAppender(path("log")).append("next");
        QCOMPARE(readFile(path("log")), std::string("whole\nnext\n"));
    }
    void programsRunToTheirEndOrAreStopped() {
        QCOMPARE(runProcess({"sh", "-c", "echo out; echo err >&2; exit 7"}, path("output")), 7);
        QCOMPARE(readFile(path("output")), std::string("out\nerr\n"));
        QCOMPARE(runProcess({"sh", "-c", "kill -9 $$"}, path("output")), 128 + SIGKILL);
        QCOMPARE(runProcess({"cat"}, path("output")), 0); // there is no input
        try {
            runProcess({"/no/such/program"}, path("output"));
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::NotFound && error.message().find("/no/such/program") != std::string::npos);
        }
        std::stop_source stop;
        stop.request_stop();
        try {
            runProcess({"sleep", "100"}, path("output"), stop.get_token());
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Cancelled);
        }
    }
    void anEndThatNobodyIsToldOfIsNoSuccess() {
        const auto old = std::signal(SIGCHLD, SIG_IGN);
        try {
            runProcess({"sh", "-c", "exit 7"}, path("output"));
            std::signal(SIGCHLD, old);
            QFAIL("no error");
        } catch (const Error& error) {
            std::signal(SIGCHLD, old);
            QVERIFY2(error.code() == ErrorCode::Io && error.message().find("'sh'") != std::string::npos, error.what());
        }
    }
    void programsAreAskedAndAnswer() {
        const ProcessAnswer answer = askProcess({"sh", "-c", "tr a-z A-Z; echo err >&2; exit 3"}, "words", std::chrono::seconds(60));
        QVERIFY(answer.code == 3 && answer.out == "WORDS" && answer.err == "err\n");
        const ProcessAnswer large = askProcess({"sh", "-c", "head -c 300000 /dev/zero"}, {}, std::chrono::seconds(60));
        QVERIFY(large.code == 0 && large.out.size() == 65536);
        // One that does not end, with its outputs open or closed.
        for (const char* endless : {"exec sleep 100", "exec >&- 2>&-; exec sleep 100"}) {
            try {
                askProcess({"sh", "-c", endless}, {}, std::chrono::seconds(1));
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::Io && error.message().find("within 1 s") != std::string::npos, error.what());
            }
        }
        QVERIFY_EXCEPTION_THROWN(askProcess({"/no/such/program"}, {}, std::chrono::seconds(1)), Error);
    }
    void fullDiskLeavesNoHalfLine() {
        LineAppender lines(path("full"));
        lines.append("first");
        struct rlimit before {};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const auto old = std::signal(SIGXFSZ, SIG_IGN);
        struct rlimit small = before;
        small.rlim_cur = 10; // room for the first bytes of the next line alone
        ::setrlimit(RLIMIT_FSIZE, &small);
        bool failed = false;
        try {
            lines.append("second, which does not fit");
        } catch (const Error& error) {
            failed = error.code() == ErrorCode::Io;
        }
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, old);
        QVERIFY(failed);
        lines.append("third");
        QCOMPARE(readFile(path("full")), std::string("first\nthird\n"));
    }
    void lockIsHeldOnce() {
        auto lock = FileLock::tryAcquire(path("lock"));
        QVERIFY(lock.has_value());
        QVERIFY(!FileLock::tryAcquire(path("lock")).has_value());
        QVERIFY(FileLock::isHeld(path("lock")));
        lock.reset();
        QVERIFY(!FileLock::isHeld(path("lock")));
    }
    void jsonErrorNamesSourceAndByte() {
        try {
            parseJson("{\"a\": 1,, }", "spec.json");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.message().find("spec.json") != std::string::npos);
            QVERIFY(error.message().find("byte") != std::string::npos);
        }
    }
    void nothingMayHideBehindANulByte() {
        const std::string text("{\"a\":1}\0garbage", 15);
        QVERIFY_EXCEPTION_THROWN(parseJson(text, "spec.json"), Error);
        QVERIFY_EXCEPTION_THROWN(parseJson(std::string_view(text).substr(0, 8), "spec.json"), Error);
        QCOMPARE(parseJson("\"a\\u0000b\"", "escaped").get<std::string>().size(), std::size_t(3));
    }
    void numberOutOfRangeIsMalformed() {
        for (const std::string& text : {std::string("{\"a\": 1e999}"), std::string(400, '9'), std::string("[-1e400]")}) {
            try {
                parseJson(text, "row 7");
                QFAIL("no error");
            } catch (const Error& error) {
                QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
                QVERIFY(error.message().find("row 7") != std::string::npos);
                QVERIFY(error.message().size() < 200);
            }
        }
    }
    void errorWithoutItsFieldsIsStillAnError() {
        const Error error = errorFromJson({{"code", 5}, {"message", Json::array({"x"})}, {"hint", nullptr}});
        QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::Internal));
        QVERIFY(!error.message().empty());
    }
    void deepJsonIsRefused() {
        QVERIFY_EXCEPTION_THROWN(parseJson(std::string(100'000, '['), "deep"), Error);
        QVERIFY_EXCEPTION_THROWN(parseJson(std::string(100'000, '[') + std::string(100'000, ']'), "deep"), Error);
    }
    void resourcesAreFoundFromTheBuildTree() {
        QVERIFY(std::filesystem::exists(resourcePath("demo") / "messages.jsonl"));
        try {
            resourcePath("no-such-thing");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.message().find("no-such-thing") != std::string::npos);
        }
    }
    void dataFolderFollowsTheEnvironment() {
        qputenv("TRIPTYCH_DATA_DIR", "/somewhere");
        QCOMPARE(dataFolder().string(), std::string("/somewhere"));
        qunsetenv("TRIPTYCH_DATA_DIR");
        qputenv("XDG_DATA_HOME", "/shared");
        QCOMPARE(dataFolder().string(), std::string("/shared/triptych"));
    }
    void randomIsTheSameEverywhere() {
        Random random(42);
        QCOMPARE(random.next(), std::uint64_t(13679457532755275413u));
        std::set<std::uint64_t> seen;
        for (int i = 0; i < 1000; ++i) {
            const auto value = random.below(7);
            QVERIFY(value < 7);
            seen.insert(value);
        }
        QCOMPARE(seen.size(), std::size_t(7));
    }
};

QTEST_GUILESS_MAIN(BaseTest)
#include "tst_base.moc"
