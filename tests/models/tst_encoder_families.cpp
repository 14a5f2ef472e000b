#include "base/error.h"
#include "base/json.h"
#include "interop/hugging_face.h"
#include "interop/model_folder.h"
#include "models/task_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/sub.h>

#include "support/tensor_distance.h"

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace triptych;

namespace {

const std::filesystem::path kFixture = std::filesystem::path(TRIPTYCH_TEST_DATA) / "encoders";

Json cases() { return readJsonFile(kFixture / "expected.json")["cases"]; }

} // namespace

/// Every family and head against transformers (tests/data/encoders/make.py), weights in float16.
class EncoderFamiliesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalsTransformers_data() {
        QTest::addColumn<int>("number");
        const Json all = cases();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::addRow("%s, padded %s", all[i]["model"].get<std::string>().c_str(), all[i]["side"].get<std::string>().c_str()) << int(i);
    }
    void equalsTransformers() {
        QFETCH(int, number);
        const at::NoGradGuard guard;
        const Json values = cases()[static_cast<std::size_t>(number)];
        const TaskModel model = TaskModel::open(kFixture / values["model"].get<std::string>());
        for (std::size_t row = 0; row < values["ids"].size(); ++row) {
            Encoding encoding;
            encoding.ids = values["ids"][row].get<std::vector<std::int32_t>>();
            encoding.type_ids = values["types"][row].get<std::vector<std::int32_t>>();
            std::vector<bool> attention;
            for (const int seen : values["mask"][row].get<std::vector<int>>())
                attention.push_back(seen == 1);
            const PackedBatch batch = model.bert().packVisible(encoding, attention);
            if (!values["hidden"].is_null()) {
                const double off = distance(model.bert().forward(batch), values["hidden"][row]);
                QVERIFY2(off <= 2e-5, fmt::format("hidden state of row {} is off by {}", row, off).c_str());
            }
            if (values["logits"][row].is_null()) // transformers takes the padding there
                continue;
            const bool whole = model.task() == EncoderTask::SequenceClassification;
            const double off = distance(model.logits(batch), whole ? Json::array({values["logits"][row]}) : values["logits"][row]);
            QVERIFY2(off <= 2e-5, fmt::format("logits of row {} are off by {}", row, off).c_str());
        }
    }
    void aClassifierOfEveryFamilyIsSavedAndReadBack() {
        const QTemporaryDir folder;
        for (const BertFamily& family : bertFamilies()) {
            // From a masked language model, as most checkpoints are.
            const std::filesystem::path base = kFixture / fmt::format("{}-mask", family.model_type);
            const SequenceClassifier fresh = SequenceClassifier::fromPretrained(base, 3, 5);
            const std::filesystem::path saved = std::filesystem::path(folder.path().toStdString()) / family.model_type;
            saveSequenceClassifier(saved, base, fresh.weights(), {"a", "b", "c"});
            const ModelSummary summary = describeModelFolder(saved);
            QCOMPARE(summary.kind, std::string("classifier"));
            QCOMPARE(summary.architecture, std::string(family.class_prefix) + "ForSequenceClassification");
            QCOMPARE(summary.labels.size(), std::size_t(3));
            const SequenceClassifier read = SequenceClassifier::open(saved);
            Encoding encoding;
            encoding.ids = {5, 9, 11};
            const Encoding* const one = &encoding;
            const at::NoGradGuard guard;
            QVERIFY(at::sub(read.logits(read.bert().pack({&one, 1})), fresh.logits(fresh.bert().pack({&one, 1}))).abs().max().item<double>() == 0);
            QCOMPARE(describeModelFolder(base).kind, std::string("encoder"));
        }
    }
    void theLongestTextFitsAndNoLonger() {
        const at::NoGradGuard guard;
        for (const BertFamily& family : bertFamilies()) {
            const Bert bert = openBert(kFixture / fmt::format("{}-mask", family.model_type));
            QCOMPARE(bert.config().maxTokens(), 24); // RoBERTa's 26 less padding and what stands before it
            Encoding encoding;
            encoding.ids.assign(24, 7);
            const Encoding* const one = &encoding;
            bert.forward(bert.pack({&one, 1}));
            encoding.ids.push_back(7);
            try {
                bert.forward(bert.pack({&one, 1}));
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY2(error.message().find("25 tokens") != std::string::npos, error.what());
            }
        }
    }
    void aHeadThatTheWeightsLackIsNamed() {
        const QTemporaryDir folder;
        const std::filesystem::path copy = std::filesystem::path(folder.path().toStdString()) / "m";
        std::filesystem::copy(kFixture / "roberta-mask", copy);
        Json config = readJsonFile(copy / "config.json");
        for (const auto& [architecture, missing] : {std::pair("RobertaForQuestionAnswering", "qa_outputs.weight"), {"RobertaForTokenClassification", "classifier.weight"},
                                                    {"RobertaForSequenceClassification", "classifier.dense.weight"}, {"RobertaModel", "RobertaModel"},
                                                    {"BertForMaskedLM", "BertForMaskedLM"}}) {
            config["architectures"] = {architecture};
            writeJsonFile(copy / "config.json", config);
            try {
                TaskModel::open(copy);
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY2(error.message().find(missing) != std::string::npos, error.what());
            }
        }
    }
};

QTEST_GUILESS_MAIN(EncoderFamiliesTest)
#include "tst_encoder_families.moc"
