#include "base/error.h"
#include "base/json.h"
#include "models/sequence_classifier.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/unique_dim.h>

#include <fmt/format.h>

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace triptych;

namespace {

const std::filesystem::path kFixture = std::filesystem::path(TRIPTYCH_TEST_DATA) / "bert_tiny";

Json expected() { return readJsonFile(kFixture / "expected.json"); }

/// The unpadded rows of a case.
std::vector<Encoding> encodingsOf(const Json& batch) {
    std::vector<Encoding> encodings;
    for (std::size_t i = 0; i < batch["input_ids"].size(); ++i) {
        Encoding encoding;
        for (std::size_t j = 0; j < batch["input_ids"][i].size(); ++j) {
            if (batch["attention_mask"][i][j] == 0)
                continue;
            encoding.ids.push_back(batch["input_ids"][i][j]);
            encoding.type_ids.push_back(batch["token_type_ids"][i][j]);
        }
        encodings.push_back(encoding);
    }
    return encodings;
}

PackedBatch pack(const Bert& bert, const std::vector<Encoding>& encodings) {
    std::vector<const Encoding*> pointers;
    for (const Encoding& encoding : encodings)
        pointers.push_back(&encoding);
    return bert.pack(pointers);
}

} // namespace

class BertTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalsTransformers_data() {
        QTest::addColumn<QString>("name");
        const Json all = expected();
        for (const auto& [name, unused] : all["cases"].items())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void equalsTransformers() {
        QFETCH(QString, name);
        const at::NoGradGuard guard;
        const Json values = expected()["cases"][name.toStdString()];
        const std::vector<Encoding> encodings = encodingsOf(values);

        const Bert encoder = openBert(kFixture / "encoder");
        const PackedBatch batch = pack(encoder, encodings);
        const at::Tensor hidden = encoder.forward(batch);
        double worst = 0;
        if (values.contains("last_hidden_state")) {
            for (std::size_t i = 0; i < encodings.size(); ++i) {
                std::int64_t row = batch.starts[i];
                for (const Json& state : values["last_hidden_state"][i]) {
                    if (state.is_null())
                        continue;
                    for (std::size_t j = 0; j < state.size(); ++j)
                        worst = std::max(worst, std::abs(hidden[row][std::int64_t(j)].item<double>() - state[j].get<double>()));
                    ++row;
                }
                QCOMPARE(row, batch.starts[i + 1]);
            }
        }
        QVERIFY2(worst <= 1e-5, fmt::format("hidden state is off by {}", worst).c_str());
        const auto check = [&](const at::Tensor& got, const Json& want, const char* what) {
            double off = 0;
            for (std::size_t i = 0; i < want.size(); ++i) {
                for (std::size_t j = 0; j < want[i].size(); ++j)
                    off = std::max(off, std::abs(got[std::int64_t(i)][std::int64_t(j)].item<double>() - want[i][j].get<double>()));
            }
            QVERIFY2(off <= 1e-5, fmt::format("{} is off by {}", what, off).c_str());
        };
        check(SequenceClassifier::open(kFixture / "classifier").logits(batch), values["logits"], "logits");
    }
    void wordRowsGiveTheSameAsTheTable() {
        const Bert encoder = openBert(kFixture / "encoder");
        const PackedBatch batch = pack(encoder, encodingsOf(expected()["cases"]["right_padded_batch"]));
        const auto [used, index, counts] = at::unique_dim(batch.ids, 0, true, true, false);
        const WordRows words = {at::index_select(encoder.weights().at("embeddings.word_embeddings.weight"), 0, used), index};
        QVERIFY(at::sub(encoder.forward(batch), encoder.forward(batch, {}, &words)).abs().max().item<double>() == 0);
    }
    void firstTokensAreThoseOfTheWhole() {
        // Also where every sequence has one token, so that both have as many rows.
        for (const char* name : {"right_padded_batch", "one token"}) {
            std::vector<Encoding> encodings = encodingsOf(expected()["cases"]["right_padded_batch"]);
            if (name == std::string("one token")) {
                for (Encoding& encoding : encodings) {
                    encoding.ids.resize(1);
                    encoding.type_ids.resize(1);
                }
            }
            const Bert whole = openBert(kFixture / "encoder"), part = openBert(kFixture / "encoder");
            const PackedBatch batch = pack(whole, encodings);
            at::Tensor rows = at::empty({batch.sequences()}, at::TensorOptions().dtype(at::kLong));
            std::copy(batch.starts.begin(), batch.starts.end() - 1, rows.mutable_data_ptr<std::int64_t>());
            for (const Bert* bert : {&whole, &part}) {
                for (const auto& [key, weight] : bert->weights())
                    weight.requires_grad_(true);
            }
            const at::Tensor expectedRows = at::index_select(whole.forward(batch), 0, rows);
            const at::Tensor first = part.firstTokens(batch);
            QVERIFY(at::sub(first, expectedRows).abs().max().item<double>() < 1e-6);
            at::sum(at::pow(expectedRows, 3)).backward();
            at::sum(at::pow(first, 3)).backward();
            for (const auto& [key, weight] : whole.weights()) {
                const at::Tensor& a = weight.grad();
                const at::Tensor& b = part.weights().at(key).grad();
                QCOMPARE(a.defined(), b.defined());
                QVERIFY2(!a.defined() || at::sub(a, b).abs().max().item<double>() < 1e-5 * std::max(1.0, a.abs().max().item<double>()), key.c_str());
            }
        }
    }
    void badInputNamesTheFault_data() {
        QTest::addColumn<QString>("fault");
        QTest::newRow("token id 200") << QStringLiteral("token id 200");
        QTest::newRow("65 tokens") << QStringLiteral("65 tokens");
    }
    void badInputNamesTheFault() {
        QFETCH(QString, fault);
        Encoding encoding;
        encoding.ids.assign(fault.startsWith(QStringLiteral("65")) ? 65 : 3, 5);
        if (fault.startsWith(QStringLiteral("token")))
            encoding.ids[1] = 200;
        encoding.type_ids.assign(encoding.ids.size(), 0);
        try {
            const Bert bert = openBert(kFixture / "encoder");
            bert.forward(pack(bert, {encoding}));
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).contains(fault), error.what());
        }
    }
    void wrongConfigIsRefused_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::newRow("heads that do not divide") << QStringLiteral("num_attention_heads") << QStringLiteral("5");
        QTest::newRow("negative size") << QStringLiteral("hidden_size") << QStringLiteral("-32");
        QTest::newRow("text for a number") << QStringLiteral("vocab_size") << QStringLiteral("\"200\"");
        QTest::newRow("other activation") << QStringLiteral("hidden_act") << QStringLiteral("\"silu\"");
        QTest::newRow("other family") << QStringLiteral("model_type") << QStringLiteral("\"t5\"");
        const auto wrong = [](const char* key, const char* value) { QTest::addRow("%s %s", key, value) << QString::fromLatin1(key) << QString::fromLatin1(value); };
        for (const char* key : {"model_type", "hidden_act", "position_embedding_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
                                "intermediate_size", "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_dropout_prob", "attention_probs_dropout_prob"}) {
            wrong(key, "[5]");
            wrong(key, "true");
            wrong(key, "null"); // transformers writes it under none of these
        }
        for (const char* key : {"vocab_size", "num_hidden_layers", "type_vocab_size", "max_position_embeddings"}) {
            wrong(key, "0");
            wrong(key, "2.5");
            wrong(key, "1099511627776");
        }
        for (const char* value : {"5", "\"silu\""})
            wrong("hidden_act", value);
        for (const char* value : {"\"1e-12\"", "0", "-1e-12", "1e300"})
            wrong("layer_norm_eps", value);
        for (const char* value : {"\"0.1\"", "-0.1", "1"})
            wrong("classifier_dropout", value);
    }
    void wrongConfigIsRefused() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        Json config = readJsonFile(kFixture / "encoder" / "config.json");
        config[key.toStdString()] = Json::parse(value.toStdString());
        try {
            bertConfigFromJson(config, "some/config.json");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).contains(key), error.what());
            QVERIFY(error.message().find("some/config.json") != std::string::npos);
        }
    }
    void tensorOfAnotherShapeIsNamed() {
        Json config = readJsonFile(kFixture / "encoder" / "config.json");
        config["intermediate_size"] = 65;
        try {
            Bert(bertConfigFromJson(config, "c"), readWeights(kFixture / "encoder" / "model.safetensors"), "weights");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("encoder.layer.0.intermediate.dense.weight") != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(BertTest)
#include "tst_bert.moc"
