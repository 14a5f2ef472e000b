#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "formats/safetensors.h"
#include "interop/hugging_face.h"
#include "models/bilstm.h"
#include "models/static_embeddings.h"
#include "models/textcnn.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/index_select.h>

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstdint>

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
void refuse(const std::filesystem::path& folder, const std::vector<std::pair<std::string, Json>>& faults, FromJson fromJson, ToJson toJson) {
    const Json good = readJsonFile(folder / "config.json");
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
        Model(wider, Model::open(folder).weights(), "w.safetensors");
        QFAIL("weights of another shape");
    } catch (const Error& error) {
        QVERIFY2(error.message().find("w.safetensors") != std::string::npos && error.message().find("weight") != std::string::npos, error.what());
    }
}

const std::vector<std::pair<std::string, Json>> kFaults = {{"model_type", "bert"},     {"embedding_size", 0},        {"num_labels", "many"},
                                                           {"max_length", -1},         {"dropout", 1.5},             {"dropout", Json()},
                                                           {"vocabulary", {3, 3}},     {"vocabulary", {3, 1e300}},   {"vocabulary", {-1, 2}},
                                                           {"vocabulary", "all"},      {"vocabulary", Json()},       {"embedding_size", 1LL << 40},
                                                           {"embedding_size", 16.5},   {"embedding_size", UINT64_MAX}, {"num_labels", 0},
                                                           {"num_labels", 1LL << 40},  {"num_labels", Json::array({4})}, {"num_labels", Json()},
                                                           {"max_length", 1LL << 40},  {"max_length", true},         {"dropout", "0.1"},
                                                           {"dropout", -0.1},          {"dropout", 1},               {"dropout", std::nan("")},
                                                           {"vocabulary", Json::array({UINT64_MAX})}, {"vocabulary", {3, 2}}, {"vocabulary", Json::array({"3"})},
                                                           {"vocabulary", Json::object()}, {"vocabulary", Json::array({3.5})}, {"vocabulary", Json::array({1LL << 31})},
                                                           {"model_type", 5},          {"model_type", Json()}};

/// What Model::open says of a folder; empty if it opens.
template <typename Model>
std::string complaint(const std::filesystem::path& folder) {
    try {
        Model::open(folder);
    } catch (const Error& error) {
        return error.message();
    }
    return {};
}

/// Every way in which the files of a good folder can fail to be a model ends in an error that names the file at fault.
template <typename Model>
void refuseFiles(const std::filesystem::path& good) {
    const QTemporaryDir dir;
    const std::filesystem::path folder = dir.path().toStdString();
    const std::string config = readFile(good / "config.json");
    const SafetensorsFile weights(good / "model.safetensors");
    const auto write = [&](const std::string& text, const std::vector<TensorToWrite>& tensors) {
        atomicWrite(folder / "config.json", text);
        writeSafetensors(folder / "model.safetensors", tensors);
    };
    std::vector<TensorToWrite> all;
    for (const auto& [name, view] : weights.tensors())
        all.push_back({name, view.dtype, view.shape, view.data});
    write(config, all);
    QCOMPARE(complaint<Model>(folder), std::string());

    std::string notANumber = config;
    const std::size_t dropout = config.find(':', config.find("\"dropout\"")) + 1;
    notANumber.replace(dropout, config.find_first_of(",}\n", dropout) - dropout, " NaN");
    for (const std::string& text : {std::string(), std::string("null"), std::string("[]"), std::string("{}"), config.substr(0, config.size() / 2), notANumber}) {
        write(text, all);
        QVERIFY2(complaint<Model>(folder).find("config.json") != std::string::npos, text.c_str());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto isNamed = [&](const std::vector<TensorToWrite>& tensors) {
            write(config, tensors);
            const std::string message = complaint<Model>(folder);
            return message.find("model.safetensors") != std::string::npos && message.find("'" + all[i].name + "'") != std::string::npos;
        };
        std::vector<TensorToWrite> changed = all;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        QVERIFY2(isNamed(changed), "missing");
        changed = all;
        changed[i].shape.push_back(1);
        QVERIFY2(isNamed(changed), "of another shape");
        changed = all;
        changed[i].dtype = DType::I32;
        QVERIFY2(isNamed(changed), "of whole numbers");
    }
    write(config, all);
    std::filesystem::remove(folder / "model.safetensors");
    QVERIFY(complaint<Model>(folder).find("model.safetensors") != std::string::npos);
    write(config, all);
    std::filesystem::remove(folder / "config.json");
    QVERIFY(complaint<Model>(folder).find("config.json") != std::string::npos);
}

} // namespace

/// BiLstm and StaticEmbeddings against torch.
class StudentsTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    /// A folder with one; its values are held to torch's in tst_textcnn.
    std::filesystem::path textCnn() const {
        TextCnnConfig config;
        config.embedding_size = 8;
        config.filters = 4;
        config.widths = {1, 3};
        config.labels = 4;
        config.max_length = 16;
        config.vocabulary = {3, 5, 9};
        const std::filesystem::path folder = m_dir.path().toStdString();
        saveTensors(folder / "model.safetensors", TextCnn::random(config, 3).weights());
        writeJsonFile(folder / "config.json", textCnnConfigToJson(config, {"a", "b", "c", "d"}));
        return folder;
    }

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
        faults.insert(faults.end(), {{"hidden_size", 0}, {"hidden_size", 1LL << 40}, {"hidden_size", "8"}, {"hidden_size", Json()}, {"num_layers", 3}, {"num_layers", 0},
                                     {"num_layers", Json()}, {"pooling", "cls"}, {"pooling", 4}, {"pooling", Json()}});
        refuse<BiLstm, BiLstmConfig>(kFolder / "bilstm-1-max", faults, biLstmConfigFromJson, biLstmConfigToJson);
    }
    void faultsOfStaticEmbeddingsAreNamed() {
        auto faults = kFaults;
        faults.insert(faults.end(), {{"head_size", -1}, {"head_size", Json()}, {"head_size", 0.5}, {"head_size", 1LL << 40}, {"head_size", "8"}});
        refuse<StaticEmbeddings, StaticEmbeddingsConfig>(kFolder / "static-head", faults, staticEmbeddingsConfigFromJson, staticEmbeddingsConfigToJson);
    }
    void faultsOfATextCnnAreNamed() {
        auto faults = kFaults;
        faults.insert(faults.end(), {{"filters", 0}, {"filters", 1LL << 40}, {"filters", "8"}, {"filters", Json()}, {"widths", Json::array()}, {"widths", 3},
                                     {"widths", Json::array({0})}, {"widths", {1, 1e300}}, {"widths", Json::array({UINT64_MAX})}, {"widths", Json::array({65})},
                                     {"widths", std::vector<int>(33, 1)}, {"widths", Json()}});
        refuse<TextCnn, TextCnnConfig>(textCnn(), faults, textCnnConfigFromJson, textCnnConfigToJson);
    }
    void filesThatAreNoModelAreNamed() {
        refuseFiles<BiLstm>(kFolder / "bilstm-2-mean");
        refuseFiles<StaticEmbeddings>(kFolder / "static");
        refuseFiles<StaticEmbeddings>(kFolder / "static-head");
        refuseFiles<TextCnn>(textCnn());
    }
};

QTEST_GUILESS_MAIN(StudentsTest)
#include "tst_students.moc"
