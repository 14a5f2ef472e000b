#include "base/error.h"
#include "generation/generate.h"
#include "support/decoder_fixtures.h"

#include <fmt/format.h>

#include <QTest>

#include <algorithm>
#include <functional>

using namespace triptych;
using namespace triptych::decoders;

namespace {

using Prompts = std::vector<std::vector<std::int32_t>>;

Prompts prompts() { return idsOf(expected()["prompts"]); }

/// Token i is a character of its own: "A" and those behind it.
class LetterTokenizer final : public Tokenizer {
public:
    Encoding encode(std::string_view, bool) const override { return {}; }
    Encoding encodePair(std::string_view, std::string_view, bool) const override { return {}; }
    void truncate(Encoding&, int) const override {}
    std::string decode(std::span<const std::int32_t> ids, bool) const override {
        std::string text;
        for (const std::int32_t id : ids)
            text += token(id);
        return text;
    }
    int vocabularySize() const override { return 96; }
    std::optional<std::int32_t> tokenId(std::string_view) const override { return std::nullopt; }
    std::string_view token(std::int32_t id) const override { return std::string_view(kLetters).substr(std::size_t(id), 1); }
    bool isSpecial(std::int32_t) const override { return false; }

private:
    static constexpr const char* kLetters = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\n";
};

} // namespace

class GenerateTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void greedyEqualsTransformers_data() {
        QTest::addColumn<QString>("family");
        for (const auto& [family, unused] : expected()["greedy"].items())
            QTest::newRow(family.c_str()) << QString::fromStdString(family);
    }
    void greedyEqualsTransformers() {
        QFETCH(QString, family);
        const std::string name = family.toStdString();
        const Decoder decoder = openDecoder(folder() / name);
        GenerationSettings settings;
        settings.max_tokens = 24;
        const GenerationResult result = generate(decoder, nullptr, prompts(), settings);
        const auto want = idsOf(expected()["greedy"][name]);
        QCOMPARE(result.answers.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
            QVERIFY2(result.answers[i].ids == want[i], fmt::format("prompt {}", i).c_str());
            QVERIFY(result.answers[i].finish == FinishReason::MaxTokens);
        }
        QCOMPARE(result.promptTokens, 23);
        QCOMPARE(result.newTokens, 72);
        QVERIFY(result.timeToFirstTokenS > 0 && result.prefillTokensPerS > 0 && result.decodeTokensPerS > 0);

        settings.sampling.repetition_penalty = 1.4;
        const auto first = Prompts{prompts()[0]};
        QVERIFY(generate(decoder, nullptr, first, settings).answers[0].ids == idsOf(expected()["greedy_penalised"][name])[0]);
    }
    void t5EqualsTransformers_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"t5", "t5-v1.1", "t5-v1.1-old-names", "mt5"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    void t5EqualsTransformers() {
        QFETCH(QString, kind);
        const Json want = readJsonFile(TRIPTYCH_TEST_DATA "/t5/generate.json");
        const Prompts sources = idsOf(want["prompts"]);
        const T5 model = T5::open(std::string(TRIPTYCH_TEST_DATA "/t5/") + kind.toStdString());
        GenerationSettings settings;
        settings.max_tokens = 20;
        for (const char* name : {"greedy", "greedy_penalised"}) {
            settings.sampling.repetition_penalty = std::string_view(name) == "greedy" ? 1 : 1.4;
            const Prompts expectedIds = idsOf(want[kind.toStdString()][name]);
            Prompts streamed(sources.size());
            const auto sink = [&](std::size_t prompt, std::int32_t id, std::string_view) {
                streamed[prompt].push_back(id);
                return true;
            };
            const GenerationResult together = generate(model, nullptr, sources, settings, sink);
            for (std::size_t i = 0; i < sources.size(); ++i) {
                const GeneratedText& answer = together.answers[i];
                QVERIFY2(answer.ids == expectedIds[i], fmt::format("{}, source {}", name, i).c_str());
                QVERIFY(streamed[i] == answer.ids);
                QVERIFY(answer.finish == (answer.ids.back() == model.config().eos_token_id ? FinishReason::StopToken : FinishReason::MaxTokens));
                QVERIFY(generate(model, nullptr, Prompts{sources[i]}, settings).answers[0].ids == answer.ids);
            }
            QCOMPARE(together.promptTokens, 16);
            QVERIFY(together.timeToFirstTokenS > 0 && together.prefillTokensPerS > 0);
        }
    }
    void t5DrawsStopsAndRefusesAsDecodersDo() {
        const T5 model = T5::open(TRIPTYCH_TEST_DATA "/t5/t5");
        const Prompts sources = {{21, 19, 21, 34, 6}, {5, 9, 40}};
        GenerationSettings settings;
        settings.max_tokens = 16;
        settings.sampling = {.temperature = 1.5, .top_k = 20, .top_p = 0.9};
        settings.seed = 4;
        const auto first = generate(model, nullptr, sources, settings).answers;
        QVERIFY(generate(model, nullptr, sources, settings).answers[1].ids == first[1].ids);
        QVERIFY(generate(model, nullptr, Prompts{sources[0]}, settings).answers[0].ids == first[0].ids);
        settings.seed = 5;
        QVERIFY(generate(model, nullptr, sources, settings).answers[0].ids != first[0].ids);

        std::stop_source stop;
        int tokens = 0;
        const auto sink = [&](std::size_t, std::int32_t, std::string_view) {
            if (++tokens == 3)
                stop.request_stop();
            return true;
        };
        const auto refusal = [](const std::function<void()>& call) {
            try {
                call();
            } catch (const Error& error) {
                return fmt::format("{}: {}", errorCodeName(error.code()), error.message());
            }
            return std::string("no error");
        };
        QVERIFY(refusal([&] { generate(model, nullptr, Prompts{sources[0]}, {.max_tokens = 16, .ignore_eos = true}, sink, stop.get_token()); }).starts_with("cancelled"));
        QCOMPARE(tokens, 3);
        QVERIFY(refusal([&] { generate(model, nullptr, Prompts{{}}, {}); }).find("prompt 1 has no tokens") != std::string::npos);
        QVERIFY(refusal([&] { generate(model, nullptr, Prompts{std::vector<std::int32_t>(kMostT5Tokens + 1, 5)}, {}); }).find("8193 tokens") != std::string::npos);
        QVERIFY(refusal([&] { generate(model, nullptr, Prompts{{48}}, {}); }).starts_with("invalid_argument: token id 48"));
    }
    void ggufGeneratesTheSame() {
        const auto want = idsOf(expected()["greedy"]["qwen3"]);
        GenerationSettings settings;
        settings.max_tokens = 24;
        settings.ignore_eos = true;
        const auto answers = generate(openDecoder(folder() / "qwen3" / "model.gguf"), nullptr, prompts(), settings).answers;
        for (std::size_t i = 0; i < want.size(); ++i)
            QVERIFY(answers[i].ids == want[i]);
    }
    void longPromptsGoInSeveralPasses() {
        // More tokens together than one pass takes; each answer is that of its prompt alone.
        const Decoder decoder = openDecoder(folder() / "mistral");
        Prompts many;
        for (int i = 0; i < 14; ++i) {
            many.emplace_back();
            for (int j = 0; j < 45; ++j)
                many.back().push_back(2 + (7 * i + j * j) % 90);
        }
        GenerationSettings settings;
        settings.max_tokens = 6;
        const GenerationResult together = generate(decoder, nullptr, many, settings);
        QCOMPARE(together.promptTokens, 14 * 45);
        for (std::size_t i = 0; i < many.size(); ++i)
            QVERIFY2(generate(decoder, nullptr, Prompts{many[i]}, settings).answers[0].ids == together.answers[i].ids, fmt::format("{}", i).c_str());
    }
    void endsAreHeard() {
        const Decoder decoder = openDecoder(folder() / "llama");
        const auto want = idsOf(expected()["greedy"]["llama"]);
        GenerationSettings settings;
        settings.max_tokens = 24;
        settings.stop_token_ids = {want[0][4], want[1][2]};
        const auto answers = generate(decoder, nullptr, prompts(), settings).answers;
        QVERIFY(answers[0].ids == std::vector(want[0].begin(), want[0].begin() + 5));
        QVERIFY(answers[0].finish == FinishReason::StopToken);
        QVERIFY(answers[1].ids == std::vector(want[1].begin(), want[1].begin() + 3));
        // The third goes on, alone in its batch.
        const auto end = std::find_first_of(want[2].begin(), want[2].end(), settings.stop_token_ids.begin(), settings.stop_token_ids.end());
        QVERIFY(answers[2].ids == std::vector(want[2].begin(), end == want[2].end() ? end : end + 1));

        // Those of the configuration, unless they are to be passed over.
        const GgufFile file(folder() / "llama_q8.gguf");
        DecoderConfig config = decoderConfigFromGguf(file, "g");
        config.eos_token_id = {generate(decoder, nullptr, Prompts{prompts()[0]}, {.max_tokens = 1}).answers[0].ids[0]};
        const Decoder ending(config, SafetensorsDecoderWeights(folder() / "llama"));
        QCOMPARE(generate(ending, nullptr, Prompts{prompts()[0]}, {.max_tokens = 5}).answers[0].ids.size(), std::size_t(1));
        QCOMPARE(generate(ending, nullptr, Prompts{prompts()[0]}, {.max_tokens = 5, .ignore_eos = true}).answers[0].ids.size(), std::size_t(5));
    }
    void theModelsLimitEndsAnAnswer() {
        const Decoder decoder = openDecoder(folder() / "gpt2");
        const Prompts longPrompts = {std::vector<std::int32_t>(60, 5), {7}};
        const auto answers = generate(decoder, nullptr, longPrompts, {.max_tokens = 10}).answers;
        QCOMPARE(answers[0].ids.size(), std::size_t(4));
        QVERIFY(answers[0].finish == FinishReason::Context);
        QCOMPARE(answers[1].ids.size(), std::size_t(10));
    }
    void piecesJoinToTheText() {
        const Decoder decoder = openDecoder(folder() / "llama");
        const LetterTokenizer tokenizer;
        const auto want = idsOf(expected()["greedy"]["llama"]);
        std::vector<std::string> texts(3);
        Prompts ids(3);
        const auto sink = [&](std::size_t prompt, std::int32_t id, std::string_view text) {
            ids[prompt].push_back(id);
            texts[prompt] += text;
            return true;
        };
        GenerationSettings settings;
        settings.max_tokens = 24;
        const std::string whole = tokenizer.decode(want[2], true);
        // A text in the middle of the third answer, over three tokens.
        settings.stop = {whole.substr(7, 3), "never to be seen"};
        const auto answers = generate(decoder, &tokenizer, prompts(), settings, sink).answers;
        QCOMPARE(answers[2].text, whole.substr(0, whole.find(settings.stop[0])));
        QVERIFY(answers[2].finish == FinishReason::StopString);
        QCOMPARE(answers[2].ids.size(), whole.find(settings.stop[0]) + 3);
        QCOMPARE(answers[0].text, tokenizer.decode(want[0], true));
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(texts[i], answers[i].text);
            QVERIFY(ids[i] == answers[i].ids);
        }
    }
    void aSinkEndsAnAnswer() {
        const Decoder decoder = openDecoder(folder() / "llama");
        std::vector<int> calls(3);
        const auto sink = [&](std::size_t prompt, std::int32_t, std::string_view) { return ++calls[prompt] < (prompt == 1 ? 2 : 99); };
        const auto answers = generate(decoder, nullptr, prompts(), {.max_tokens = 6}, sink).answers;
        QVERIFY(calls == std::vector<int>({6, 2, 6}));
        QCOMPARE(answers[1].ids.size(), std::size_t(2));
        QVERIFY(answers[1].finish == FinishReason::Sink);
    }
    void drawsFollowFromTheSeedAlone() {
        const Decoder decoder = openDecoder(folder() / "qwen2");
        GenerationSettings settings;
        settings.max_tokens = 20;
        settings.sampling = {.temperature = 1.2, .top_k = 40, .top_p = 0.95};
        settings.seed = 11;
        const auto first = generate(decoder, nullptr, prompts(), settings).answers;
        const auto again = generate(decoder, nullptr, prompts(), settings).answers;
        const auto alone = generate(decoder, nullptr, Prompts{prompts()[0]}, settings).answers;
        settings.seed = 12;
        const auto other = generate(decoder, nullptr, prompts(), settings).answers;
        for (std::size_t i = 0; i < first.size(); ++i) {
            QVERIFY(first[i].ids == again[i].ids);
            QVERIFY(first[i].ids != other[i].ids);
        }
        QVERIFY(first[0].ids == alone[0].ids);
    }
    void stopIsHeardWithinAToken() {
        const Decoder decoder = openDecoder(folder() / "llama");
        std::stop_source source;
        int tokens = 0;
        const auto sink = [&](std::size_t, std::int32_t, std::string_view) {
            if (++tokens == 4)
                source.request_stop();
            return true;
        };
        try {
            generate(decoder, nullptr, Prompts{prompts()[0]}, {.max_tokens = 20}, sink, source.get_token());
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Cancelled);
        }
        QCOMPARE(tokens, 4);
    }
    void badRequestsNameTheFault_data() {
        QTest::addColumn<QString>("fault");
        for (const char* fault : {"max_tokens", "prompt 2 has no tokens", "prompt 1 has 64 tokens", "tokenizer", "top_p", "token id 96"})
            QTest::newRow(fault) << QString::fromLatin1(fault);
    }
    void badRequestsNameTheFault() {
        QFETCH(QString, fault);
        const Decoder decoder = openDecoder(folder() / "llama");
        auto all = prompts();
        GenerationSettings settings;
        if (fault == QStringLiteral("max_tokens"))
            settings.max_tokens = 0;
        else if (fault.endsWith(QStringLiteral("no tokens")))
            all[1].clear();
        else if (fault.endsWith(QStringLiteral("64 tokens")))
            all[0].assign(64, 5);
        else if (fault == QStringLiteral("tokenizer"))
            settings.stop = {"x"};
        else if (fault == QStringLiteral("top_p"))
            settings.sampling.top_p = 2;
        else
            all[2].push_back(96);
        try {
            generate(decoder, nullptr, all, settings);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::InvalidArgument);
            QVERIFY2(error.message().find(fault.toStdString()) != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(GenerateTest)
#include "tst_generate.moc"
