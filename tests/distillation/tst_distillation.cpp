#include "training/tiny_run.h"

#include "base/error.h"
#include "base/files.h"
#include "distillation/augment.h"
#include "distillation/distill.h"
#include "distillation/jobs.h"
#include "distillation/shrunken_student.h"
#include "distillation/soft_target_loss.h"
#include "distillation/student.h"
#include "interop/hugging_face.h"
#include "interop/model_folder.h"
#include "jobs/run_predictions.h"
#include "models/sequence_classifier.h"
#include "prediction/prediction_jobs.h"
#include "text/pruned_tokenizer.h"
#include "training/jobs.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/randn.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <set>

using namespace triptych;

namespace {

namespace fs = std::filesystem;

const std::string kBase = std::string(TRIPTYCH_TEST_DATA) + "/bert_tiny/encoder";
const Json kTeacher = {{"epochs", 6}, {"batch_size", 16}, {"learning_rate", 3e-3}};
const Json kShort = {{"epochs", 10}, {"batch_size", 16}, {"checkpoint_every", 5}, {"embedding_size", 16}, {"filters", 16}, {"variants", 2}};

/// Another student of the same size.
Json shortSettings(const std::string& student) {
    Json settings = kShort;
    settings.update({{"student", student}, {"hidden_size", 8}, {"head_size", 8}});
    if (student == "bilstm")
        settings["num_layers"] = 2;
    if (student == "shrunken")
        settings["learning_rate"] = 3e-3;
    return settings;
}

at::Tensor row(std::initializer_list<float> values) {
    at::Tensor tensor = at::empty({1, std::int64_t(values.size())});
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<float>());
    return tensor;
}

} // namespace

class DistillationTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    PredictorRegistry m_predictors;
    JobRegistry m_jobs;
    fs::path m_teacher;

    fs::path runs() const { return m_dir.path().toStdString(); }
    /// An adapter of the tiny encoder, without a tokenizer of its own.
    fs::path adapterOfBase(const std::string& name) const {
        const fs::path folder = runs() / name;
        fs::create_directories(folder);
        writeJsonFile(folder / "adapter_config.json", {{"peft_type", "LORA"}, {"task_type", "FEATURE_EXTRACTION"}, {"base_model_name_or_path", kBase},
                                                       {"r", 2}, {"lora_alpha", 4}, {"target_modules", Json::array({"word_embeddings", "key"})}});
        const std::string prefix = "base_model.model.";
        NamedTensors tensors = {{prefix + "embeddings.word_embeddings.lora_embedding_A", at::randn({2, 200})},
                                {prefix + "embeddings.word_embeddings.lora_embedding_B", at::randn({32, 2})}};
        for (int layer = 0; layer < 2; ++layer) {
            const std::string key = prefix + "encoder.layer." + std::to_string(layer) + ".attention.self.key.lora_";
            tensors[key + "A.weight"] = at::randn({2, 32});
            tensors[key + "B.weight"] = at::randn({32, 2});
        }
        saveTensors(folder / "adapter_model.safetensors", tensors);
        return folder;
    }

private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
        registerTrainingPredictors(m_predictors);
        registerTrainingJobs(m_jobs, m_predictors);
        registerDistillationPredictors(m_predictors);
        registerDistillationJobs(m_jobs, m_predictors);
        const RunDirectory teacher = tinyRun(runs(), "teacher", "train", "full", {{"base", kBase}}, kTeacher);
        QCOMPARE(runJob(teacher.path(), m_jobs), 0);
        m_teacher = teacher.model();
    }
    void softTargetLossHasTheValueOfTheBooks() {
        QVERIFY(std::abs(softTargetLoss(row({1, 1, 1}), row({2, 1, 0}), 3).item<double>() - 0.3243) < 5e-5);
    }
    void softTargetLossIsZeroAtEquality() {
        const at::Tensor logits = at::randn({5, 7});
        QVERIFY(std::abs(softTargetLoss(logits, logits.add(3), 2).item<double>()) < 1e-6);
    }
    void softTargetLossPassesFiniteDifferences() {
        const at::Tensor teacher = at::randn({3, 4});
        const at::Tensor student = at::randn({3, 4}).requires_grad_(true);
        softTargetLoss(student, teacher, 3).backward();
        for (int i = 0; i < 12; ++i) {
            at::Tensor up = student.detach().clone(), down = student.detach().clone();
            up.mutable_data_ptr<float>()[i] += 1e-2f;
            down.mutable_data_ptr<float>()[i] -= 1e-2f;
            const double expected = (softTargetLoss(up, teacher, 3).item<double>() - softTargetLoss(down, teacher, 3).item<double>()) / 2e-2;
            QVERIFY(std::abs(expected - student.grad().const_data_ptr<float>()[i]) < 1e-3);
        }
    }
    void softTargetLossRefusesOtherShapes() {
        QVERIFY_EXCEPTION_THROWN(softTargetLoss(at::randn({2, 3}), at::randn({2, 4}), 3), Error);
        QVERIFY_EXCEPTION_THROWN(softTargetLoss(at::randn({2, 3}), at::randn({2, 3}), 0), Error);
    }
    void hardLabelLossLeavesUnlabelledRowsOut() {
        const at::Tensor logits = at::randn({3, 4});
        at::Tensor labels = at::empty({3}, at::TensorOptions().dtype(at::kLong));
        const auto set = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
            auto* values = labels.mutable_data_ptr<std::int64_t>();
            values[0] = a, values[1] = b, values[2] = c;
        };
        set(-1, 2, -1);
        const double expected = -at::log_softmax(logits, 1)[1][2].item<double>();
        QVERIFY(std::abs(hardLabelLoss(logits, labels).item<double>() - expected) < 1e-6);
        set(-1, -1, -1);
        QCOMPARE(hardLabelLoss(logits, labels).item<double>(), 0.0);
    }
    void wordsKeepTheirPiecesTogether() {
        const auto tokenizer = Tokenizer::open(kBase);
        QCOMPARE(wordsOf("Playing the  music!", *tokenizer), (std::vector<std::string>{"Playing", "the", "music", "!"}));
        QCOMPARE(wordsOf("天中", *tokenizer), (std::vector<std::string>{"天", "中"}));
        QVERIFY(wordsOf("  ", *tokenizer).empty());
    }
    void variantsRepeatAndDiffer() {
        const auto tokenizer = Tokenizer::open(kBase);
        const std::vector<std::string> texts = {"what is my bank balance", "play the red music please", ""};
        const auto first = unlabelledVariants(texts, *tokenizer, 20, 4);
        QCOMPARE(first.size(), std::size_t(60));
        QCOMPARE(first, unlabelledVariants(texts, *tokenizer, 20, 4));
        QVERIFY(first != unlabelledVariants(texts, *tokenizer, 20, 5));
        QVERIFY(std::set<std::string>(first.begin(), first.begin() + 20).size() > 8);
        QCOMPARE(first.back(), std::string());
    }
    void absurdSettingsAreNamed() {
        for (const auto& [key, value] : {std::pair<std::string, Json>{"temperature", 0}, {"kd_loss_weight", -1}, {"variant_share", 2}, {"filters", 0},
                                         {"dropout", 1}, {"batch_size", 0}}) {
            try {
                distillSettingsFromJson({{key, value}});
                QFAIL(key.c_str());
            } catch (const Error& error) {
                QVERIFY2(error.message().find(key) != std::string::npos, error.what());
            }
        }
        QVERIFY_EXCEPTION_THROWN(distillSettingsFromJson({{"kd_loss_weight", 0}, {"hard_label_weight", 0}}), Error);
    }
    void jobMakesStudentAndControl_data() {
        QTest::addColumn<QString>("student");
        for (const char* student : {"textcnn", "bilstm", "static", "shrunken"})
            QTest::newRow(student) << QString::fromLatin1(student);
    }
    void jobMakesStudentAndControl() {
        QFETCH(QString, student);
        const std::string name = student.toStdString();
        const RunDirectory run = tinyRun(runs(), "soft_" + name, "distill", "soft", {{"teacher", m_teacher}}, shortSettings(name), true);
        QVERIFY2(runJob(run.path(), m_jobs) == 0, run.status().error.value_or(Json()).dump().c_str());
        const Json result = *run.result();
        QCOMPARE(result["technique"].get<std::string>(), std::string("distill"));
        QCOMPARE(result["student"].get<std::string>(), name == "shrunken" ? "shrunken-1" : name);
        QCOMPARE(result["settings"]["student"].get<std::string>(), name);
        QVERIFY(result["metrics"]["accuracy"]["value"].is_number() && result["metrics"]["macro_f1"]["value"].is_number());
        QVERIFY(result["metrics"]["speedup"]["value"].get<double>() > 0);
        QVERIFY(result["metrics"]["retention"]["value"].is_number());
        QCOMPARE(result["control"]["model"].get<std::string>(), std::string("tiny-control"));
        QVERIFY(result["control"]["metrics"]["accuracy"]["value"].is_number());
        QVERIFY(result["teacher"]["metrics"]["accuracy"]["value"].is_number());
        QVERIFY(result["control_test"].contains("p"));
        std::int64_t offset = 0;
        std::map<std::string, std::vector<double>> metrics;
        for (const RunEvent& event : run.eventsSince(offset)) {
            if (event.type == "metric")
                metrics[event.data.at("name")].push_back(event.data.at("value"));
        }
        for (const char* loss : {"train_loss", "control_train_loss"})
            QVERIFY2(metrics[loss].back() < metrics[loss].front(), loss);
        for (const char* folder : {"model", "control"}) {
            const auto predictor = m_predictors.open(run.path() / folder), again = m_predictors.open(run.path() / folder);
            QCOMPARE(predictor->predict(std::vector<std::string>{"", "play"}).size(), std::size_t(2));
            const ModelSummary summary = describeModelFolder(run.path() / folder);
            QCOMPARE(summary.kind, name);
            QCOMPARE(summary.labels, predictor->labels());
            QCOMPARE(summary.parameters, result["parameters"].get<std::int64_t>());
            QVERIFY(summary.tokenizer && summary.dimension > 0 && summary.max_length > 0);
            QCOMPARE(std::string(techniqueOfKind(summary.kind)), std::string("distill"));
            // What was measured is what opens again.
            const RunPredictions measured = readPredictions(run.path() / (folder == std::string_view("model") ? "predictions.jsonl" : "control_predictions.jsonl"));
            std::vector<std::string> texts;
            for (const Example& example : readExamples(run.path() / "inputs/test.jsonl"))
                texts.push_back(example.text);
            const std::vector<Prediction> first = predictor->predict(texts), second = again->predict(texts);
            for (std::size_t i = 0; i < texts.size(); ++i) {
                QCOMPARE(first[i].label, measured.predicted[i]);
                QVERIFY(first[i].scores == second[i].scores);
            }
        }
        const Json config = readJsonFile(run.model() / "config.json");
        if (name != "shrunken") {
            QCOMPARE(config["model_type"].get<std::string>(), "triptych_" + name);
            Json broken = config;
            broken["embedding_size"] = 1 << 20;
            writeJsonFile(run.model() / "config.json", broken);
            QVERIFY_EXCEPTION_THROWN(describeModelFolder(run.model()), Error);
            QVERIFY_EXCEPTION_THROWN(m_predictors.open(run.model()), Error);
        } else {
            QCOMPARE(config["num_hidden_layers"].get<int>(), 1);
            QCOMPARE(config["architectures"][0].get<std::string>(), std::string("BertForSequenceClassification"));
            QCOMPARE(SequenceClassifier::open(run.model()).bert().config().num_hidden_layers, 1);
        }
    }
    void everyStudentHasItsOwnDefaults() {
        QCOMPARE(distillSettingsFromJson({{"student", "textcnn"}}).train.learning_rate, 2e-3);
        const DistillSettings shrunken = distillSettingsFromJson({{"student", "shrunken-3"}}, 15'000);
        QCOMPARE(shrunken.student, std::string("shrunken"));
        QCOMPARE(shrunken.num_hidden_layers, 3);
        QCOMPARE(shrunken.train.learning_rate, 2e-4);
        QCOMPARE(shrunken.train.epochs, 5.0);
        const Json written = distillSettingsToJson(shrunken);
        QVERIFY(written.contains("num_hidden_layers") && !written.contains("filters") && !written.contains("pooling"));
        QCOMPARE(distillSettingsFromJson(written).num_hidden_layers, 3);
        QCOMPARE(distillSettingsToJson(distillSettingsFromJson({{"student", "bilstm"}, {"pooling", "mean"}}))["pooling"].get<std::string>(), std::string("mean"));
        for (const Json& wrong : {Json("lstm"), Json("shrunken-0"), Json("shrunken-"), Json("bilstm-2"), Json(3)}) {
            try {
                distillSettingsFromJson({{"student", wrong}});
                QFAIL(wrong.dump().c_str());
            } catch (const Error& error) {
                QVERIFY2(error.message().find("student") != std::string::npos, error.what());
            }
        }
    }
    void copiedLayersSpreadFromFirstToLast() {
        QCOMPARE(copiedLayers(12, 6), (std::vector<int>{0, 2, 4, 7, 9, 11})); // DistilBERT's
        QCOMPARE(copiedLayers(12, 3), (std::vector<int>{0, 6, 11}));
        QCOMPARE(copiedLayers(6, 1), (std::vector<int>{0}));
        QCOMPARE(copiedLayers(4, 4), (std::vector<int>{0, 1, 2, 3}));
    }
    void frequentTokensWeighLess() {
        const TokenRows rows = {{{{5, 7, 5}, {}, {}}, {{5}, {}, {}}}, {0, 1}};
        const at::Tensor weights = inverseFrequencyWeights(rows, std::vector<std::int32_t>{5, 7});
        QVERIFY(std::abs(weights[0].item<double>() - 1e-3 / (1e-3 + 0.75)) < 1e-9);
        QVERIFY(std::abs(weights[1].item<double>() - 1e-3 / (1e-3 + 0.25)) < 1e-9);
    }
    void aWholeTransformerKeepsWhatItsTeacherSays() {
        // All layers and the head copied and nothing learnt: the teacher again, its labels in another order.
        const auto tokenizer = Tokenizer::open(m_teacher);
        const std::vector<std::string> labels = {"travel", "bank", "music"};
        DistillSettings settings = distillSettingsFromJson({{"student", "shrunken-2"}});
        fitToEncoder(settings, m_teacher);
        const TokenRows none;
        const std::unique_ptr<StudentModel> student = shrunkenStudent({settings, labels, 5, m_teacher, m_teacher, *tokenizer, {}, none, {2, 0, 1}}, true);
        const Encoding encoding = tokenizer->encode("play the music");
        const Encoding* one = &encoding;
        const std::vector<std::int64_t> rows = student->rowsOf(encoding.ids);
        const std::vector<std::int64_t>* pointer = &rows;
        const SequenceClassifier teacher = SequenceClassifier::open(m_teacher);
        const at::Tensor expected = teacher.logits(teacher.bert().pack({&one, 1})), given = student->forward(packPieces({&pointer, 1}), {}, nullptr);
        for (int i = 0; i < 3; ++i)
            QVERIFY(std::abs(given[0][i].item<double>() - expected[0][(i + 2) % 3].item<double>()) < 1e-6);
        QCOMPARE(student->hidden(rows.front()), rows.front()); // [CLS] stays
        QCOMPARE(student->hidden(rows[1]), std::int64_t(*tokenizer->tokenId("[UNK]")));
    }
    void aPrunedVocabularyReadsTheTrainingRowsAsBefore() {
        Json settings = shortSettings("shrunken");
        settings["prune_vocabulary"] = true;
        const RunDirectory run = tinyRun(runs(), "pruned", "distill", "soft", {{"teacher", m_teacher}}, settings);
        QVERIFY2(runJob(run.path(), m_jobs) == 0, run.status().error.value_or(Json()).dump().c_str());
        const auto whole = Tokenizer::open(m_teacher), pruned = Tokenizer::open(run.model());
        QVERIFY(pruned->vocabularySize() < whole->vocabularySize());
        QCOMPARE(SequenceClassifier::open(run.model()).bert().config().vocab_size, pruned->vocabularySize());
        QCOMPARE(describeModelFolder(run.model()).vocabulary, pruned->vocabularySize());
        const auto tokens = [](const Tokenizer& tokenizer, const std::string& text) {
            std::vector<std::string> result;
            for (const std::int32_t id : tokenizer.encode(text).ids)
                result.emplace_back(tokenizer.token(id));
            return result;
        };
        for (const Example& example : readExamples(run.path() / "inputs/train.jsonl"))
            QCOMPARE(tokens(*pruned, example.text), tokens(*whole, example.text));
        // A word that was left out is spelt.
        QCOMPARE(tokens(*whole, "dog"), (std::vector<std::string>{"[CLS]", "dog", "[SEP]"}));
        QCOMPARE(tokens(*pruned, "dog"), (std::vector<std::string>{"[CLS]", "d", "##o", "##g", "[SEP]"}));
        QVERIFY(m_predictors.open(run.model())->predict(std::vector<std::string>{"play the music"}).front().label.size() > 0);
    }
    void onlyWordPieceIsPruned() {
        QVERIFY_EXCEPTION_THROWN(pruneTokenizer(TRIPTYCH_TEST_DATA "/tokenizers/roberta", {1}), Error);
        const fs::path bert = TRIPTYCH_TEST_DATA "/tokenizers/bert";
        const PrunedTokenizer pruned = pruneTokenizer(bert, {});
        QVERIFY(std::is_sorted(pruned.kept.begin(), pruned.kept.end()));
    }
    void studentsThatCannotBeShrunkAreRefused() {
        const RunDirectory deep = tinyRun(runs(), "deep", "distill", "soft", {{"teacher", m_teacher}}, {{"student", "shrunken-40"}});
        QCOMPARE(runJob(deep.path(), m_jobs), 1);
        QVERIFY(deep.status().error->at("message").get<std::string>().find("num_hidden_layers") != std::string::npos);
        const RunDirectory small = tinyRun(runs(), "small", "distill", "soft", {{"teacher", m_teacher}}, shortSettings("static"));
        QCOMPARE(runJob(small.path(), m_jobs), 0);
        const RunDirectory bare = tinyRun(runs(), "bare", "distill", "soft", {{"teacher", small.model()}}, {{"student", "shrunken"}});
        QCOMPARE(runJob(bare.path(), m_jobs), 1);
        QVERIFY(bare.status().error->at("message").get<std::string>().find("shrunken") != std::string::npos);
        // A teacher without an encoder teaches the others all the same.
        const RunDirectory other = tinyRun(runs(), "other_kind", "distill", "soft", {{"teacher", small.model()}}, shortSettings("static"));
        QVERIFY2(runJob(other.path(), m_jobs) == 0, other.status().error.value_or(Json()).dump().c_str());
    }
    void encodersWithAVocabularyFileAloneTeach_data() {
        QTest::addColumn<QString>("method");
        QTest::newRow("full") << QStringLiteral("full");
        QTest::newRow("head") << QStringLiteral("head");
    }
    void encodersWithAVocabularyFileAloneTeach() {
        QFETCH(QString, method);
        const std::string name = "vocabulary_" + method.toStdString();
        const fs::path base = runs() / (name + "_base");
        fs::copy(kBase, base, fs::copy_options::recursive);
        std::vector<std::string> tokens;
        const Json tokenizer = readJsonFile(base / "tokenizer.json");
        for (const auto& [token, id] : tokenizer["model"]["vocab"].items()) {
            tokens.resize(std::max(tokens.size(), id.get<std::size_t>() + 1));
            tokens[id.get<std::size_t>()] = token;
        }
        std::string lines;
        for (const std::string& token : tokens)
            lines += token + "\n";
        atomicWrite(base / "vocab.txt", lines);
        fs::remove(base / "tokenizer.json");
        const RunDirectory teacher = tinyRun(runs(), name + "_teacher", "train", method.toStdString(), {{"base", base}}, kTeacher);
        QVERIFY2(runJob(teacher.path(), m_jobs) == 0, teacher.status().error.value_or(Json()).dump().c_str());
        const RunDirectory run = tinyRun(runs(), name, "distill", "soft", {{"teacher", teacher.model()}}, kShort);
        QCOMPARE(runJob(run.path(), m_jobs), 0);
        QCOMPARE(m_predictors.open(run.model())->predict(std::vector<std::string>{"play the music"}).size(), std::size_t(1));
    }
    void adaptedEncodersTeach_data() { jobMakesStudentAndControl_data(); }
    void adaptedEncodersTeach() {
        QFETCH(QString, student);
        const std::string name = student.toStdString();
        const fs::path adapter = adapterOfBase("adapter_" + name);
        const RunDirectory teacher = tinyRun(runs(), "adapted_teacher_" + name, "train", "head", {{"base", adapter}}, kTeacher);
        QVERIFY2(runJob(teacher.path(), m_jobs) == 0, teacher.status().error.value_or(Json()).dump().c_str());
        Json settings = shortSettings(name);
        settings["prune_vocabulary"] = true; // which means the shrunken transformer alone
        const RunDirectory run = tinyRun(runs(), "adapted_" + name, "distill", "soft", {{"teacher", teacher.model()}}, settings);
        QVERIFY2(runJob(run.path(), m_jobs) == 0, run.status().error.value_or(Json()).dump().c_str());
        QCOMPARE(m_predictors.open(run.model())->predict(std::vector<std::string>{"play the music"}).size(), std::size_t(1));
        QCOMPARE(describeModelFolder(run.model()).kind, name);

        // The student begins with the adapted encoder, not with its base and not at random.
        FakeContext context(run);
        const auto tokenizer = Tokenizer::open(kBase);
        const std::vector<std::string>& labels = context.spec().labels;
        const TokenRows train = tokenizeRows(readExamples(run.path() / "inputs/train.jsonl"), *tokenizer, 16, labels, {});
        const auto tableOf = [&](const fs::path& encoder, bool taught) {
            DistillSettings fitted = distillSettingsFromJson(shortSettings(name));
            fitToEncoder(fitted, encoder);
            const StudentPlan plan = {fitted, labels, 5, encoder, kBase, *tokenizer, {}, train, {}};
            const std::unique_ptr<StudentModel> made = taught ? taughtStudent(plan, context) : randomStudent(plan);
            return made->weights().at(made->table()).detach().clone();
        };
        const at::Tensor table = tableOf(adapter, true);
        QVERIFY(!table.equal(tableOf(adapter, false)));
        QVERIFY(!table.equal(tableOf(kBase, true)));
        if (name == "shrunken")
            QVERIFY(table.equal(openBert(adapter).weights().at("embeddings.word_embeddings.weight")));
    }
    void vocabulariesThatPositionsDependOnStayWhole() {
        for (const char* family : {"roberta", "xlm-roberta"}) {
            const fs::path encoder = fs::path(TRIPTYCH_TEST_DATA) / "encoders" / (std::string(family) + "-sequence");
            DistillSettings settings = distillSettingsFromJson({{"student", "shrunken"}});
            fitToEncoder(settings, encoder);
            settings.prune_vocabulary = true;
            try {
                fitToEncoder(settings, encoder);
                QFAIL(family);
            } catch (const Error& error) {
                QVERIFY(error.code() == ErrorCode::InvalidArgument);
                for (const std::string& part : {std::string("prune_vocabulary"), encoder.string()})
                    QVERIFY2(error.message().find(part) != std::string::npos, error.what());
            }
        }
    }
    void pausedLabellingGoesOn() {
        const Json settings = {{"epochs", 1}, {"batch_size", 16}, {"embedding_size", 16}, {"filters", 16}, {"variants", 2}};
        const RunDirectory run = tinyRun(runs(), "paused", "distill", "soft", {{"teacher", m_teacher}}, settings);
        FakeContext first(run);
        first.pauseAt = 2; // of 96 rows and 192 variants in batches of 64, two are labelled
        QVERIFY_EXCEPTION_THROWN(distill(first, m_predictors), PauseRequested);
        FakeContext second(run);
        distill(second, m_predictors);
        const auto labelled = std::find_if(second.progressed.begin(), second.progressed.end(), [](const Progress& p) { return p.stage == "teacher"; });
        QCOMPARE(labelled->done, std::int64_t(128));
        QCOMPARE(labelled->total, std::int64_t(288));
        const RunDirectory unbroken = tinyRun(runs(), "unpaused", "distill", "soft", {{"teacher", m_teacher}}, settings);
        FakeContext third(unbroken);
        distill(third, m_predictors);
        QVERIFY(readFile(run.model() / "model.safetensors") == readFile(unbroken.model() / "model.safetensors"));
    }
    void killsChangeNoBit_data() {
        QTest::addColumn<QString>("student");
        for (const char* student : {"textcnn", "bilstm", "static", "shrunken"})
            QTest::newRow(student) << QString::fromLatin1(student);
    }
    void killsChangeNoBit() {
        QFETCH(QString, student);
        const std::string name = student.toStdString();
        const auto work = [](const RunDirectory& run, int steps) {
            QProcess worker;
            QStringList arguments = {QString::fromStdString(run.path().string())};
            if (steps > 0)
                arguments << QString::number(steps);
            worker.start(QStringLiteral(TRIPTYCH_BIN_DIR "/train_worker"), arguments);
            worker.waitForFinished(120'000);
            return worker.exitStatus() == QProcess::NormalExit && worker.exitCode() == 0;
        };
        const RunDirectory unbroken = tinyRun(runs(), "unbroken_" + name, "distill", "soft", {{"teacher", m_teacher}}, shortSettings(name));
        const RunDirectory broken = tinyRun(runs(), "broken_" + name, "distill", "soft", {{"teacher", m_teacher}}, shortSettings(name));
        QVERIFY(work(unbroken, 0));
        for (const int steps : {14, 70, 25})
            QVERIFY(!work(broken, steps));
        QVERIFY(work(broken, 0));
        for (const char* folder : {"model", "control"})
            QVERIFY2(readFile(unbroken.path() / folder / "model.safetensors") == readFile(broken.path() / folder / "model.safetensors"), folder);
    }
    void teacherOfOtherLabelsIsRefused() {
        const RunDirectory run = tinyRun(runs(), "other", "distill", "soft", {{"teacher", m_teacher}}, kShort);
        Json spec = readJsonFile(run.path() / "spec.json");
        spec["labels"] = {"bank", "music", "sports", "travel"};
        writeJsonFile(run.path() / "spec.json", spec);
        QCOMPARE(runJob(run.path(), m_jobs), 1);
        QVERIFY(run.status().error->at("message").get<std::string>().find("sports") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(DistillationTest)
#include "tst_distillation.moc"
