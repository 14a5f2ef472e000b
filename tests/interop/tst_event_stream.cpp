#include "base/random.h"
#include "interop/event_stream.h"

#include <QTest>

#include <string>
#include <vector>

using namespace triptych;

namespace {

using Events = std::vector<std::string>;

const std::string kStream = "\xef\xbb\xbf: hello\n\ndata: {\"a\": \"\xe4\xbd\xa0\xe5\xa5\xbd\"}\r\n\r\nevent: note\rid: 7\rdata:two\rdata:  lines\r\r\ndata\n\nretry: 5\n\nnoise\n"
                            "data: \xf0\x9f\x98\x80\n\ndata: [DONE]\n\ndata: never ended";
const Events kWant = {"{\"a\": \"\xe4\xbd\xa0\xe5\xa5\xbd\"}", "two\n lines", "", "\xf0\x9f\x98\x80", "[DONE]"};

} // namespace

class EventStreamTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void eventsComeOutHoweverTheyAreCut() {
        for (std::size_t piece = 1; piece <= kStream.size(); ++piece) {
            EventStream stream;
            Events events;
            for (std::size_t at = 0; at < kStream.size(); at += piece) {
                const Events more = stream.push(std::string_view(kStream).substr(at, piece));
                events.insert(events.end(), more.begin(), more.end());
            }
            QVERIFY2(events == kWant, std::to_string(piece).c_str());
            QCOMPARE(stream.pending(), std::string("data: never ended").size());
        }
    }
    void cutsByChance() {
        Random random(3);
        for (int turn = 0; turn < 2000; ++turn) {
            EventStream stream;
            Events events;
            for (std::size_t at = 0; at < kStream.size();) {
                const std::size_t size = random.below(9); // none at all, too
                const Events more = stream.push(std::string_view(kStream).substr(at, size));
                events.insert(events.end(), more.begin(), more.end());
                at += size;
            }
            QVERIFY2(events == kWant, std::to_string(turn).c_str());
        }
    }
    void whatHasNoEndWaits() {
        EventStream stream;
        for (int i = 0; i < 100; ++i)
            QVERIFY(stream.push(std::string(1000, 'x')).empty());
        QCOMPARE(stream.pending(), std::size_t(100'000));
        QVERIFY(stream.push("data: a\n").empty());
        QCOMPARE(stream.push("data: b\n\n"), Events({"b"}));
    }
};

QTEST_GUILESS_MAIN(EventStreamTest)
#include "tst_event_stream.moc"
