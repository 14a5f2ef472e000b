#include "engine_client/engine_client.h"
#include "fake_engine.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using namespace triptych::ui;

namespace {

struct Answer {
    int done = 0, failed = 0;
    Json result;
    ErrorCode code = ErrorCode::Internal;
    std::string message, hint;
    EngineClient::Done onDone() {
        return [this](const Json& value) { ++done, result = value; };
    }
    EngineClient::Failed onFailed() {
        return [this](const Error& error) { ++failed, code = error.code(), message = error.message(), hint = error.hint(); };
    }
    bool answered() const { return done + failed > 0; }
};

} // namespace

class EngineClientTest : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QStringList m_command;

private Q_SLOTS:
    void initTestCase() {
        m_command = writeFakeEngine(m_folder.path());
        QVERIFY(!m_command.isEmpty());
    }
    void startsOnFirstUseOnly() {
        EngineClient client(m_command);
        QCOMPARE(client.state(), EngineClient::State::Idle);
        QCOMPARE(client.processId(), 0);
        Answer answer;
        client.request(QStringLiteral("echo"), {{"value", 7}}, this, answer.onDone(), answer.onFailed());
        QTRY_VERIFY(answer.answered());
        QCOMPARE(answer.done, 1);
        QCOMPARE(answer.result["value"].get<int>(), 7);
        QCOMPARE(client.state(), EngineClient::State::Ready);
    }
    void errorKeepsItsThreeFields() {
        EngineClient client(m_command);
        Answer answer;
        client.request(QStringLiteral("fail"), Json::object(), this, answer.onDone(), answer.onFailed());
        QTRY_VERIFY(answer.answered());
        QCOMPARE(answer.code, ErrorCode::NotFound);
        QCOMPARE(answer.message, std::string("there is no model 'x'"));
        QCOMPARE(answer.hint, std::string("import one"));
    }
    void progressCarriesItsRequest() {
        EngineClient client(m_command);
        QSignalSpy progress(&client, &EngineClient::progress);
        Answer answer;
        const quint64 number = client.request(QStringLiteral("echo"), {{"value", 1}}, this, answer.onDone(), answer.onFailed());
        QTRY_VERIFY(answer.answered());
        QCOMPARE(progress.size(), 1);
        QCOMPARE(progress[0][0].toULongLong(), number);
    }
    void crashFailsWhatWasUnderWayAndTheEngineComesBack() {
        EngineClient client(m_command);
        QSignalSpy crashed(&client, &EngineClient::crashed);
        Answer slow, crash;
        client.request(QStringLiteral("slow"), {{"value", 1}}, this, slow.onDone(), slow.onFailed());
        client.request(QStringLiteral("crash"), Json::object(), this, crash.onDone(), crash.onFailed());
        QTRY_COMPARE(crashed.size(), 1);
        QVERIFY(crashed[0][0].toString().contains(QLatin1String("out of luck")));
        QVERIFY(crashed[0][1].toBool());
        QCOMPARE(slow.failed, 1);
        QCOMPARE(slow.code, ErrorCode::WorkerDied);
        QCOMPARE(crash.failed, 1);
        QTRY_COMPARE(client.state(), EngineClient::State::Ready); // by itself
        Answer after;
        client.request(QStringLiteral("echo"), {{"value", "again"}}, this, after.onDone(), after.onFailed());
        QTRY_COMPARE(after.done, 1);
    }
    void requestsMadeWhileItRestartsAreSentAfterwards() {
        EngineClient client(m_command);
        Answer crash, later;
        QSignalSpy crashed(&client, &EngineClient::crashed);
        client.request(QStringLiteral("crash"), Json::object(), this, crash.onDone(), crash.onFailed());
        QTRY_COMPARE(crashed.size(), 1);
        client.request(QStringLiteral("echo"), {{"value", 2}}, this, later.onDone(), later.onFailed());
        QTRY_COMPARE(later.done, 1);
    }
    void garbageIsAnEndLikeAnyOther() {
        EngineClient client(m_command);
        QSignalSpy crashed(&client, &EngineClient::crashed);
        Answer answer;
        client.request(QStringLiteral("garbage"), Json::object(), this, answer.onDone(), answer.onFailed());
        QTRY_COMPARE(crashed.size(), 1);
        QCOMPARE(answer.code, ErrorCode::WorkerDied);
    }
    void aRequestThatIsToStopStillAnswers() {
        EngineClient client(m_command);
        Answer early, slow;
        client.requestStop(client.request(QStringLiteral("slow"), {{"value", 1}}, this, early.onDone(), early.onFailed())); // not sent yet
        QVERIFY(early.failed == 1 && early.code == ErrorCode::Cancelled);
        const quint64 number = client.request(QStringLiteral("slow"), {{"value", 2}}, this, slow.onDone(), slow.onFailed());
        QTRY_COMPARE(client.state(), EngineClient::State::Ready);
        client.requestStop(number);
        QTRY_VERIFY(slow.answered());
        QCOMPARE(slow.code, ErrorCode::Cancelled);
        QCOMPARE(early.failed, 1);
    }
    void repliesToNobodyAreDropped() {
        EngineClient client(m_command);
        Answer answer;
        client.request(QStringLiteral("stale"), Json::object(), this, answer.onDone(), answer.onFailed());
        QTRY_VERIFY(answer.answered());
        QCOMPARE(answer.result["value"].get<std::string>(), std::string("fresh"));
    }
    void aNewerRequestOfAChannelMakesTheOlderStale() {
        EngineClient client(m_command);
        Answer first, second;
        const QString channel = QStringLiteral("search");
        client.requestLatest(channel, QStringLiteral("slow"), {{"value", 1}}, this, first.onDone(), first.onFailed());
        QTRY_COMPARE(client.state(), EngineClient::State::Ready);
        client.requestLatest(channel, QStringLiteral("slow"), {{"value", 2}}, this, second.onDone(), second.onFailed());
        QTRY_VERIFY(second.answered());
        QCOMPARE(second.result["value"].get<int>(), 2);
        Answer fence; // whatever the first would have brought is here by now
        client.request(QStringLiteral("slow"), {{"value", 3}}, this, fence.onDone(), fence.onFailed());
        QTRY_VERIFY(fence.answered());
        QVERIFY(!first.answered());
    }
    void cancelledRequestsStaySilent() {
        EngineClient client(m_command);
        Answer answer, fence;
        const quint64 number = client.request(QStringLiteral("slow"), {{"value", 1}}, this, answer.onDone(), answer.onFailed());
        QTRY_COMPARE(client.state(), EngineClient::State::Ready);
        client.cancel(number);
        client.request(QStringLiteral("slow"), {{"value", 2}}, this, fence.onDone(), fence.onFailed());
        QTRY_VERIFY(fence.answered());
        QVERIFY(!answer.answered());
    }
    void aDeletedContextHearsNothing() {
        EngineClient client(m_command);
        Answer answer, fence;
        auto context = std::make_unique<QObject>();
        client.request(QStringLiteral("slow"), {{"value", 1}}, context.get(), answer.onDone(), answer.onFailed());
        context.reset();
        client.request(QStringLiteral("slow"), {{"value", 2}}, this, fence.onDone(), fence.onFailed());
        QTRY_VERIFY(fence.answered());
        QVERIFY(!answer.answered());
    }
    void aMissingEngineIsOneError() {
        EngineClient client({QStringLiteral("/nowhere/engine")});
        QSignalSpy crashed(&client, &EngineClient::crashed);
        Answer answer;
        client.request(QStringLiteral("echo"), {{"value", 1}}, this, answer.onDone(), answer.onFailed());
        QTRY_COMPARE(answer.failed, 1);
        QCOMPARE(answer.code, ErrorCode::WorkerDied);
        QTRY_COMPARE(client.state(), EngineClient::State::Idle);
        QCOMPARE(crashed.size(), qsizetype{1});
        QVERIFY(!crashed[0][1].toBool()); // nothing was started again
    }
};

QTEST_GUILESS_MAIN(EngineClientTest)
#include "tst_engine_client.moc"
