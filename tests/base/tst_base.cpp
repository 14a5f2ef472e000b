#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "base/random.h"
#include "base/resources.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <set>
#include <sys/resource.h>
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
