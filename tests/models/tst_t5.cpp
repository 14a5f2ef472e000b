#include "base/error.h"
#include "base/json.h"
#include "models/t5.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>

#include "support/tensor_distance.h"

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace triptych;

namespace {

const std::filesystem::path kFixture = std::filesystem::path(TRIPTYCH_TEST_DATA) / "t5";

/// A case's source without its hidden tokens.
at::Tensor encodeSource(const T5& model, const Json& values) {
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> positions;
    for (std::size_t i = 0; i < values["ids"].size(); ++i) {
        if (values["mask"][i] == 1) {
            ids.push_back(values["ids"][i]);
            positions.push_back(static_cast<std::int64_t>(i));
        }
    }
    return model.encode(ids, positions);
}

Json cases() { return readJsonFile(kFixture / "expected.json")["cases"]; }

} // namespace

/// T5, v1.1 and mT5 against transformers (tests/data/t5/make.py), weights in float16.
class T5Test : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalsTransformers_data() {
        QTest::addColumn<int>("number");
        const Json all = cases();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::addRow("%s, %d tokens", all[i]["model"].get<std::string>().c_str(), int(all[i]["ids"].size())) << int(i);
    }
    void equalsTransformers() {
        QFETCH(int, number);
        const at::NoGradGuard guard;
        const Json values = cases()[static_cast<std::size_t>(number)];
        const T5 model = T5::open(kFixture / values["model"].get<std::string>());
        const at::Tensor source = encodeSource(model, values);
        QVERIFY2(distance(source, values["encoder"]) <= 5e-5, fmt::format("encoder is off by {}", distance(source, values["encoder"])).c_str());

        const auto target = values["decoder_ids"].get<std::vector<std::int32_t>>();
        T5::State state = model.begin(source);
        at::Tensor hidden;
        const at::Tensor logits = model.step(state, target, &hidden);
        QVERIFY2(distance(hidden, values["hidden"]) <= 5e-5, fmt::format("decoder is off by {}", distance(hidden, values["hidden"])).c_str());
        QVERIFY2(distance(logits, values["logits"]) <= 5e-5, fmt::format("logits are off by {}", distance(logits, values["logits"])).c_str());

        // Token by token the same.
        state = model.begin(source);
        double off = 0;
        for (std::size_t i = 0; i < target.size(); ++i)
            off = std::max(off, distance(model.step(state, std::span(target).subspan(i, 1)), Json::array({values["logits"][i]})));
        QVERIFY2(off <= 5e-5, fmt::format("step by step the logits are off by {}", off).c_str());
    }
    void greedyTextEqualsTransformers_data() { equalsTransformers_data(); }
    void greedyTextEqualsTransformers() {
        QFETCH(int, number);
        const at::NoGradGuard guard;
        const Json values = cases()[static_cast<std::size_t>(number)];
        const T5 model = T5::open(kFixture / values["model"].get<std::string>());
        T5::State state = model.begin(encodeSource(model, values));
        std::vector<std::int32_t> text = {model.config().decoder_start_token_id};
        while (text.size() < 13 && text.back() != model.config().eos_token_id) {
            const at::Tensor logits = model.step(state, std::span(text).last(1));
            text.push_back(static_cast<std::int32_t>(at::argmax(logits[0]).item<std::int64_t>()));
        }
        QCOMPARE(text, values["greedy"].get<std::vector<std::int32_t>>());
    }
    void wrongConfigIsRefused_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::newRow("no size") << QStringLiteral("d_model") << QStringLiteral("0");
        QTest::newRow("text for a number") << QStringLiteral("d_ff") << QStringLiteral("\"40\"");
        QTest::newRow("absurd layers") << QStringLiteral("layers") << QStringLiteral("100000");
        QTest::newRow("other activation") << QStringLiteral("mish") << QStringLiteral("\"gated-mish\"");
        QTest::newRow("other family") << QStringLiteral("model_type") << QStringLiteral("\"umt5\"");
        QTest::newRow("start outside") << QStringLiteral("decoder_start_token_id") << QStringLiteral("48");
        QTest::newRow("no buckets") << QStringLiteral("relative_attention_num_buckets") << QStringLiteral("1");
        const auto wrong = [](const char* key, const char* value) { QTest::addRow("%s %s", key, value) << QString::fromLatin1(key) << QString::fromLatin1(value); };
        for (const char* key : {"model_type", "d_kv", "num_heads", "feed_forward_proj", "layer_norm_epsilon", "tie_word_embeddings", "scale_decoder_outputs", "eos_token_id",
                                "relative_attention_max_distance"}) {
            wrong(key, "[5]");
            wrong(key, "\"x\"");
        }
        for (const char* key : {"d_kv", "feed_forward_proj", "layer_norm_epsilon", "tie_word_embeddings"})
            wrong(key, "null");
        wrong("layer_norm_epsilon", "0");
        wrong("num_decoder_layers", "-1");
    }
    void wrongConfigIsRefused() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        Json config = readJsonFile(kFixture / "t5" / "config.json");
        const std::string name = key == QStringLiteral("layers") ? "num_layers" : key == QStringLiteral("mish") ? "feed_forward_proj" : key.toStdString();
        config[name] = Json::parse(value.toStdString());
        try {
            t5ConfigFromJson(config, "some/config.json");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).contains(key), error.what());
        }
    }
    void aMissingTensorIsNamed() {
        NamedTensors weights = readWeights(kFixture / "mt5" / "model.safetensors");
        weights.erase("decoder.block.1.layer.1.EncDecAttention.q.weight");
        try {
            T5(t5ConfigFromJson(readJsonFile(kFixture / "mt5" / "config.json"), "c"), weights, "weights");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("decoder.block.1.layer.1.EncDecAttention.q.weight") != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(T5Test)
#include "tst_t5.moc"
