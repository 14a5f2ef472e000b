#include "base/error.h"
#include "base/json.h"
#include "models/bilstm.h"
#include "models/static_embeddings.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/index_select.h>

#include <QTest>

#include <cmath>

using namespace triptych;

namespace {

const std::filesystem::path kFolder = TRIPTYCH_TEST_DATA "/students";
constexpr double kTolerance = 1e-5;

using Rows = std::vector<std::vector<std::int64_t>>;

PieceBatch packed(const Rows& texts) {
    std::vector<const std::vector<std::int64_t>*> pointers;
    for (const auto& text : texts)
        pointers.push_back(&text);
    return packPieces(pointers);
}

at::Tensor whole(const std::vector<std::int64_t>& values) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

double difference(const float* values, const std::vector<double>& expected) {
    double greatest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        greatest = std::max(greatest, std::abs(double(values[i]) - expected[i]));
    return greatest;
}

void compareGradients(const NamedTensors& weights, const Json& expected) {
    for (const auto& [key, gradient] : expected.items())
        QVERIFY2(difference(weights.at(key).grad().const_data_ptr<float>(), gradient.get<std::vector<double>>()) < kTolerance, key.c_str());
}

template <typename Model, typename Inference>
void compare(const std::string& name) {
    const Json all = readJsonFile(kFolder / "expected.json");
    const Json& expected = all.at("students").at(name);
    const Rows texts = all.at("texts").get<Rows>();
    const auto logits = expected.at("logits").get<std::vector<std::vector<double>>>();
    const Model model = Model::open(kFolder / name);
    NamedTensors weights = model.weights();
    for (auto& [unused, weight] : weights)
        weight.requires_grad_(true);
    const at::Tensor out = model.forward(packed(texts));
    for (std::size_t i = 0; i < texts.size(); ++i)
        QVERIFY(difference(out.const_data_ptr<float>() + i * logits[i].size(), logits[i]) < kTolerance);
    at::cross_entropy_loss(out, whole(all.at("targets").get<std::vector<std::int64_t>>())).backward();
    compareGradients(weights, expected.at("gradients"));
    Inference inference(model);
    for (std::size_t i = 0; i < texts.size(); ++i) { // one object for all: nothing of a text may stay
        std::vector<float> one(logits[i].size());
        inference.classify(texts[i], one);
        QVERIFY(difference(one.data(), logits[i]) < kTolerance);
    }
}

template <typename Model, typename Config, typename FromJson, typename ToJson>
void refuse(const std::string& name, const std::vector<std::pair<std::string, Json>>& faults, FromJson fromJson, ToJson toJson) {
    const Json good = readJsonFile(kFolder / name / "config.json");
    const Config config = fromJson(good, "c.json");
    const Json again = toJson(config, {"a", "b", "c", "d"});
    for (const auto& [key, value] : good.items())
        QVERIFY2(again.at(key) == value, key.c_str());
    for (const auto& [key, wrong] : faults) {
        Json broken = good;
        if (wrong.is_null())
            broken.erase(key);
        else
            broken[key] = wrong;
        try {
            fromJson(broken, "c.json");
            QFAIL(key.c_str());
        } catch (const Error& error) {
            QVERIFY2(error.message().find(key) != std::string::npos && error.message().find("c.json") != std::string::npos, error.what());
        }
    }
    Config wider = config;
    wider.embedding_size = 9;
    try {
        Model(wider, Model::open(kFolder / name).weights(), "w.safetensors");
        QFAIL("weights of another shape");
    } catch (const Error& error) {
        QVERIFY2(error.message().find("w.safetensors") != std::string::npos && error.message().find("weight") != std::string::npos, error.what());
    }
}

const std::vector<std::pair<std::string, Json>> kFaults = {{"model_type", "bert"},     {"embedding_size", 0},        {"num_labels", "many"},
                                                           {"max_length", -1},         {"dropout", 1.5},             {"dropout", Json()},
                                                           {"vocabulary", {3, 3}},     {"vocabulary", {3, 1e300}},   {"vocabulary", {-1, 2}},
                                                           {"vocabulary", "all"},      {"vocabulary", Json()},       {"embedding_size", 1LL << 40}};

} // namespace

/// BiLstm and StaticEmbeddings against torch.
class StudentsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void logitsAndGradientsAreTorchs_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"bilstm-1-max", "bilstm-2-mean", "static", "static-head"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void logitsAndGradientsAreTorchs() {
        QFETCH(QString, name);
        if (name.startsWith(QLatin1String("bilstm")))
            compare<BiLstm, BiLstmInference>(name.toStdString());
        else
            compare<StaticEmbeddings, StaticEmbeddingsInference>(name.toStdString());
    }
    void dropoutFollowsFromItsKey() {
        const Rows texts = {{2, 3, 4}, {5, 6}};
        const at::NoGradGuard guard;
        for (const char* name : {"bilstm-1-max", "bilstm-2-mean"}) {
            const BiLstm model = BiLstm::open(kFolder / name);
            const at::Tensor first = model.forward(packed(texts), {7, 0.5});
            QVERIFY(at::equal(first, model.forward(packed(texts), {7, 0.5})));
            QVERIFY(!at::equal(first, model.forward(packed(texts), {8, 0.5})));
        }
        const StaticEmbeddings model = StaticEmbeddings::open(kFolder / "static-head");
        QVERIFY(at::equal(model.forward(packed(texts), {7, 0.5}), model.forward(packed(texts), {7, 0.5})));
        QVERIFY(!at::equal(model.forward(packed(texts), {7, 0.5}), model.forward(packed(texts), {8, 0.5})));
    }
    void rowsOfTheTableStandInForIt() {
        const PieceBatch batch = packed({{2, 5, 2}, {5}});
        const at::NoGradGuard guard;
        const auto check = [&](const auto& model) {
            const WordRows table = {at::index_select(model.weights().at("embedding.weight"), 0, whole({2, 5})), whole({0, 1, 0, 1})};
            QVERIFY(at::equal(model.forward(batch), model.forward(batch, {}, &table)));
        };
        check(BiLstm::open(kFolder / "bilstm-2-mean"));
        check(StaticEmbeddings::open(kFolder / "static"));
    }
    void emptyAndLongTextsHaveRows() {
        const StaticEmbeddings model = StaticEmbeddings::open(kFolder / "static");
        QCOMPARE(model.rowsOf({}), (std::vector<std::int64_t>{0}));
        QCOMPARE(model.rowsOf(std::vector<std::int32_t>{3, 4, 60}), (std::vector<std::int64_t>{2, 1, 11}));
        QCOMPARE(model.rowsOf(std::vector<std::int32_t>(99, 7)).size(), std::size_t(16));
        QCOMPARE(BiLstm::open(kFolder / "bilstm-1-max").rowsOf({}), (std::vector<std::int64_t>{0}));
    }
    void faultsOfABiLstmAreNamed() {
        auto faults = kFaults;
        faults.insert(faults.end(), {{"hidden_size", 0}, {"hidden_size", 1LL << 40}, {"num_layers", 3}, {"pooling", "cls"}, {"pooling", 4}, {"pooling", Json()}});
        refuse<BiLstm, BiLstmConfig>("bilstm-1-max", faults, biLstmConfigFromJson, biLstmConfigToJson);
    }
    void faultsOfStaticEmbeddingsAreNamed() {
        auto faults = kFaults;
        faults.insert(faults.end(), {{"head_size", -1}, {"head_size", Json()}, {"head_size", 0.5}});
        refuse<StaticEmbeddings, StaticEmbeddingsConfig>("static-head", faults, staticEmbeddingsConfigFromJson, staticEmbeddingsConfigToJson);
    }
};

QTEST_GUILESS_MAIN(StudentsTest)
#include "tst_students.moc"
