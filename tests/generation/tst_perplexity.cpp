#include "base/error.h"
#include "generation/perplexity.h"
#include "support/decoder_fixtures.h"

#include <fmt/format.h>

#include <QTest>

#include <cmath>

using namespace triptych;
using namespace triptych::decoders;

namespace {

using Texts = std::vector<std::vector<std::int32_t>>;

class RecordingSink final : public ProgressSink {
public:
    void progress(const Progress& progress) override { seen.push_back(progress); }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}
    std::vector<Progress> seen;
};

} // namespace

class PerplexityTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalsTransformers() {
        const Json& want = expected()["perplexity"];
        const Decoder decoder = openDecoder(folder() / "llama");
        const auto ids = want["ids"].get<std::vector<std::int32_t>>();
        RecordingSink sink;
        const PerplexityResult result = perplexity(decoder, Texts{ids}, want["window"].get<int>(), {}, sink);
        QCOMPARE(result.tokens, want["tokens"].get<std::int64_t>());
        const double off = std::abs(result.negativeLogLikelihood - want["negative_log_likelihood"].get<double>());
        QVERIFY2(off <= 1e-5, fmt::format("off by {}", off).c_str());
        QVERIFY(std::abs(result.perplexity - std::exp(result.negativeLogLikelihood)) < 1e-9);
        QCOMPARE(sink.seen.back().done, 4);
        QCOMPARE(sink.seen.back().total, 4);
    }
    void textsArePooled() {
        const Decoder decoder = openDecoder(folder() / "qwen2");
        const std::vector<std::int32_t> a = {5, 6, 7, 8, 9, 10}, b = {40, 41, 42}, one = {3};
        const PerplexityResult first = perplexity(decoder, Texts{a}), second = perplexity(decoder, Texts{b});
        const PerplexityResult both = perplexity(decoder, Texts{a, b, one, {}});
        QCOMPARE(both.tokens, 7);
        QVERIFY(std::abs(both.negativeLogLikelihood * 7 - first.negativeLogLikelihood * 5 - second.negativeLogLikelihood * 2) < 1e-5);
        // The model's limit of 64 is the default here: 65 tokens leave the last one in a window of its own.
        QCOMPARE(perplexity(decoder, Texts{std::vector<std::int32_t>(65, 9)}).tokens, 63);
        QCOMPARE(perplexity(decoder, Texts{std::vector<std::int32_t>(66, 9)}).tokens, 64);
    }
    void badRequestsNameTheFault() {
        const Decoder decoder = openDecoder(folder() / "llama");
        const Texts texts = {{5, 6, 7}};
        const auto refusal = [&](const Texts& given, int context) {
            try {
                perplexity(decoder, given, context);
            } catch (const Error& error) {
                return error.code() == ErrorCode::InvalidArgument ? error.message() : "wrong code";
            }
            return std::string("no error");
        };
        QVERIFY(refusal(texts, 65).find("65") != std::string::npos);
        QVERIFY(refusal(texts, 1).find("context of 1") != std::string::npos);
        QVERIFY(refusal({{5}, {}}, 0).find("two tokens") != std::string::npos);
        QVERIFY(refusal({{5, 96}}, 0).find("token id 96") != std::string::npos);
        std::stop_source source;
        source.request_stop();
        QVERIFY_EXCEPTION_THROWN(perplexity(decoder, texts, 0, source.get_token()), Error);
    }
};

QTEST_GUILESS_MAIN(PerplexityTest)
#include "tst_perplexity.moc"
