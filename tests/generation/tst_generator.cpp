#include "base/error.h"
#include "base/files.h"
#include "generation/endpoint_check.h"
#include "generation/generator.h"
#include "storage/workspace.h"
#include "support/decoder_fixtures.h"
#include "support/http_server.h"
#include "support/speaking_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

namespace {

std::string wordsOf(const std::vector<std::int32_t>& ids) {
    std::string text;
    for (const std::int32_t id : ids)
        text += fmt::format("{}t{}", text.empty() ? "" : " ", id);
    return text;
}

OrderedJson userSays(const std::string& text) { return OrderedJson::array({{{"role", "user"}, {"content", text}}}); }

Endpoint endpointAt(const HttpServer& server, const std::string& name = "lab") {
    Endpoint endpoint;
    endpoint.name = name;
    endpoint.base_url = server.url();
    endpoint.model = "tiny";
    endpoint.retry_pause_s = 0.01;
    return endpoint;
}

} // namespace

/// One interface over a decoder, a T5 and a server.
class GeneratorTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path path(const char* name) const { return m_dir->path().toStdString() + "/" + name; }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void aDecoderAnswersPromptsAndMessages() {
        makeSpeaking(decoders::folder() / "llama", path("speaker"), 96, true);
        const auto ids = decoders::idsOf(decoders::expected()["prompts"])[0];
        const auto want = decoders::idsOf(decoders::expected()["greedy"]["llama"])[0];
        const std::unique_ptr<Generator> generator = openGenerator(path("speaker"));
        QVERIFY(generator->takesMessages());
        GeneratorRequest request;
        request.settings.max_tokens = 24;
        request.prompt = wordsOf(ids);
        std::string streamed;
        int pieces = 0;
        const GeneratorAnswer raw = generator->answer(request, [&](std::string_view piece) {
            streamed += piece;
            ++pieces;
            return true;
        });
        QVERIFY(raw.ids == want && raw.prompt_ids == ids);
        QCOMPARE(raw.text, wordsOf(want));
        QCOMPARE(streamed, raw.text);
        QCOMPARE(pieces, 24);
        QVERIFY(raw.finish == FinishReason::MaxTokens && raw.newTokens == 24 && raw.promptTokens == 5);
        QVERIFY(raw.timeToFirstTokenS > 0 && raw.prefillTokensPerS > 0 && raw.decodeTokensPerS > 0);
        request.messages = userSays(request.prompt);
        QVERIFY(generator->answer(request).ids == want);
        int calls = 0;
        const GeneratorAnswer ended = generator->answer(request, [&](std::string_view) { return ++calls < 3; });
        QVERIFY(ended.ids.size() == 3 && ended.finish == FinishReason::Sink);
    }
    void aT5AnswersPrompts() {
        makeSpeaking(TRIPTYCH_TEST_DATA "/t5/t5-v1.1", path("t5"), 48, false);
        const Json expected = readJsonFile(TRIPTYCH_TEST_DATA "/t5/generate.json");
        const std::unique_ptr<Generator> generator = openGenerator(path("t5"));
        QVERIFY(!generator->takesMessages());
        GeneratorRequest request;
        request.settings.max_tokens = 20;
        request.prompt = wordsOf(expected["prompts"][0].get<std::vector<std::int32_t>>());
        std::string streamed;
        const GeneratorAnswer answer = generator->answer(request, [&](std::string_view piece) {
            streamed += piece;
            return true;
        });
        QVERIFY(answer.ids == expected["t5-v1.1"]["greedy"][0].get<std::vector<std::int32_t>>());
        QCOMPARE(streamed, answer.text);
        request.messages = userSays("t1");
        try {
            generator->answer(request);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Unsupported && error.message().find("chat template") != std::string::npos);
        }
    }
    void aServerAnswersTheSameWay() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{streamHead() + sse("one"), sse(" two"), sse(" three") + lastEvents("length", 9, 3)}, 20}; });
        const std::unique_ptr<Generator> generator = openGenerator(EndpointClient(endpointAt(server), {"key", "X"}));
        QVERIFY(generator->takesMessages());
        GeneratorRequest request;
        request.prompt = "Count.";
        std::string streamed;
        const GeneratorAnswer answer = generator->answer(request, [&](std::string_view piece) {
            streamed += piece;
            return true;
        });
        QCOMPARE(answer.text, std::string("one two three"));
        QCOMPARE(streamed, answer.text);
        QVERIFY(answer.finish == FinishReason::MaxTokens && answer.promptTokens == 9 && answer.newTokens == 3 && answer.ids.empty());
        QVERIFY2(answer.decodeTokensPerS > 5 && answer.decodeTokensPerS < 60, std::to_string(answer.decodeTokensPerS).c_str());
        // What is not set does not go along: not every server knows every name.
        Json body = Json::parse(server.requests().at(0).body.toStdString());
        QVERIFY(body["messages"] == Json::array({{{"role", "user"}, {"content", "Count."}}}));
        QVERIFY(body["temperature"] == 0 && body["max_tokens"] == 128 && body.size() == 6);
        request.messages = OrderedJson::array({{{"role", "system"}, {"content", "Short."}}, {{"role", "user"}, {"content", "Count."}}});
        request.settings.sampling = {.temperature = 0.7, .top_k = 5, .top_p = 0.9, .min_p = 0.1, .repetition_penalty = 1.2};
        request.settings.seed = 17;
        request.settings.stop = {"\n"};
        generator->answer(request);
        body = Json::parse(server.requests().at(1).body.toStdString());
        QVERIFY(body["messages"].size() == 2 && body["seed"] == 17 && body["top_k"] == 5 && body["top_p"] == 0.9 && body["min_p"] == 0.1 && body["repetition_penalty"] == 1.2);
        QVERIFY(body["stop"] == Json::array({"\n"}));
        request.settings.sampling.top_p = 2;
        QVERIFY_EXCEPTION_THROWN(generator->answer(request), Error);
    }
    void whatHasComeBeforeAnErrorStays() {
        HttpServer server([](const HttpRequest&, int) { return HttpReply{{streamHead() + sse("kept")}}; });
        const std::unique_ptr<Generator> generator = openGenerator(EndpointClient(endpointAt(server), {}));
        std::string streamed;
        QVERIFY_EXCEPTION_THROWN(generator->answer({"x", {}, {}}, [&](std::string_view piece) {
            streamed += piece;
            return true;
        }), Error);
        QCOMPARE(streamed, std::string("kept"));
    }
    void whatWritesNoTextsIsRefused() {
        const auto refusal = [](const std::function<void()>& call) {
            try {
                call();
            } catch (const Error& error) {
                return error.code();
            }
            return ErrorCode::Internal;
        };
        QVERIFY(refusal([] { openGenerator(fs::path(TRIPTYCH_TEST_DATA "/bert_tiny/encoder")); }) == ErrorCode::Unsupported);
        QVERIFY(refusal([] { openGenerator(fs::path(TRIPTYCH_TEST_DATA "/decoders/llama")); }) == ErrorCode::InvalidInput); // no tokenizer
        Endpoint vectors;
        vectors.name = "v";
        vectors.base_url = "http://127.0.0.1:1/v1";
        vectors.model = "m";
        vectors.embedder = true;
        QVERIFY(refusal([&] { openGenerator(EndpointClient(vectors, {})); }) == ErrorCode::InvalidArgument);
        vectors.embedder = false;
        QVERIFY(refusal([&] { EndpointEmbedder(EndpointClient(vectors, {})); }) == ErrorCode::InvalidArgument);
    }
    void aCheckSaysWhatTheServerDoesAndKeepsTheDimension() {
        qputenv("TRIPTYCH_DATA_DIR", path("data").string().c_str());
        qputenv("TRIPTYCH_KEY_LAB", "sk-test-0123456789");
        HttpServer server([](const HttpRequest& request, int) {
            return request.path.endsWith("embeddings") ? whole("200 OK", "application/json", R"({"data": [{"embedding": [1, 2, 3]}]})") : HttpReply{{streamHead() + sse("OK, sk-test-0123456789") + lastEvents()}};
        });
        Workspace workspace = Workspace::create(path("w"));
        addEndpoint(workspace, endpointAt(server));
        Endpoint vectors = endpointAt(server, "vectors");
        vectors.embedder = true;
        addEndpoint(workspace, vectors);
        const Json texts = checkEndpoint(path("w"), "lab", nullProgress(), {});
        QVERIFY2(texts["answer"] == "OK, •••" && texts["key"] == "TRIPTYCH_KEY_LAB" && texts["time_to_first_token_s"].get<double>() > 0, texts.dump().c_str());
        QVERIFY(checkEndpoint(path("w"), "vectors", nullProgress(), {})["dimension"] == 3);
        QCOMPARE(findEndpoint(path("w"), "vectors")->dimension, 3);
        QVERIFY_EXCEPTION_THROWN(checkEndpoint(path("w"), "nobody", nullProgress(), {}), Error);
        // The key is in no file of the workspace.
        for (const auto& entry : fs::recursive_directory_iterator(path("w"))) {
            if (entry.is_regular_file())
                QVERIFY2(readFile(entry.path()).find("sk-test-0123456789") == std::string::npos, entry.path().c_str());
        }
        qunsetenv("TRIPTYCH_KEY_LAB");
        qunsetenv("TRIPTYCH_DATA_DIR");
    }
};

QTEST_GUILESS_MAIN(GeneratorTest)
#include "tst_generator.moc"
