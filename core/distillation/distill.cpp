#include "distillation/distill.h"

#include "base/error.h"
#include "base/files.h"
#include "distillation/augment.h"
#include "distillation/student.h"
#include "interop/hugging_face.h"
#include "jobs/students.h"
#include "metrics/classification.h"
#include "models/lora_adapter.h"
#include "prediction/base_encoder.h"
#include "prediction/evaluation.h"
#include "prediction/run_result.h"
#include "text/pruned_tokenizer.h"
#include "training/rows.h"

#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kTeacherBatch = 64;
constexpr double kCacheSeconds = 30;
constexpr const char* kCache = "teacher_logits.safetensors";
constexpr float kLeastScore = 1e-12f;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::vector<std::string> textsOf(const std::vector<Example>& examples) {
    std::vector<std::string> texts;
    for (const Example& example : examples)
        texts.push_back(example.text);
    return texts;
}

/// Place of each of the task's labels among the teacher's.
std::vector<std::size_t> matchLabels(const std::vector<std::string>& labels, const Predictor& teacher, const fs::path& folder) {
    std::vector<std::size_t> places;
    for (const std::string& label : labels) {
        const auto found = std::find(teacher.labels().begin(), teacher.labels().end(), label);
        if (found == teacher.labels().end()) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("the teacher '{}' does not know the label '{}'", folder.string(), label),
                        "Choose a teacher that was trained on the same labels.");
        }
        places.push_back(static_cast<std::size_t>(found - teacher.labels().begin()));
    }
    return places;
}

struct TeacherLogits {
    at::Tensor logits;          ///< (texts, labels), up to a constant a row: the logarithm of the scores
    double earlierSeconds = 0;  ///< spent by processes of this run before this one
};

/// Computed once a run, kept in its folder: what a pause or a kill interrupts goes on where the file ends.
TeacherLogits teacherLogits(Predictor& teacher, const std::vector<std::size_t>& places, const std::vector<std::string>& texts,
                            JobContext& context) {
    const fs::path cache = context.directory().path() / kCache;
    const auto count = static_cast<std::int64_t>(texts.size());
    const auto labels = static_cast<std::int64_t>(places.size());
    const auto started = Clock::now();
    TeacherLogits result = {at::zeros({count, labels}, at::TensorOptions().dtype(at::kFloat)), 0};
    std::size_t done = 0;
    if (fs::exists(cache)) {
        const NamedTensors kept = readWeights(cache);
        const auto logits = kept.find("logits"), state = kept.find("done_seconds");
        const std::int64_t shape[] = {count, labels};
        if (logits != kept.end() && state != kept.end() && logits->second.sizes() == at::IntArrayRef(shape) && state->second.numel() == 2) {
            result = {logits->second, state->second[1].item<double>()};
            done = std::min(texts.size(), static_cast<std::size_t>(state->second[0].item<double>()));
        }
    }
    const auto save = [&] {
        at::Tensor state = at::zeros({2}, result.logits.options());
        state[0] = static_cast<double>(done);
        state[1] = result.earlierSeconds + secondsSince(started);
        saveTensors(cache, {{"logits", result.logits}, {"done_seconds", state}});
    };
    auto saved = started;
    // Sorted by length, so that no long text waits in a batch of short ones.
    std::vector<std::size_t> order(texts.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return texts[a].size() < texts[b].size(); });
    while (done < order.size()) {
        throwIfStopped(context.stop());
        const bool pause = context.poll() == RunControl::Pause;
        if (pause || secondsSince(saved) >= kCacheSeconds) {
            save();
            saved = Clock::now();
        }
        if (pause)
            throw PauseRequested{};
        context.progress().progress({static_cast<std::int64_t>(done), count, "texts", "teacher"});
        std::vector<std::string> batch;
        const std::size_t end = std::min(order.size(), done + kTeacherBatch);
        for (std::size_t i = done; i < end; ++i)
            batch.push_back(texts[order[i]]);
        const std::vector<Prediction> predictions = teacher.predict(batch);
        for (std::size_t i = done; i < end; ++i) {
            float* row = result.logits.mutable_data_ptr<float>() + static_cast<std::int64_t>(order[i]) * labels;
            for (std::size_t k = 0; k < places.size(); ++k)
                row[k] = std::log(std::max(kLeastScore, predictions[i - done].scores[places[k]]));
        }
        done = end;
        if (done == order.size())
            save();
    }
    context.progress().progress({count, count, "texts", "teacher"});
    return result;
}

std::vector<std::vector<std::int64_t>> piecesOf(const StudentModel& model, const TokenRows& rows) {
    std::vector<std::vector<std::int64_t>> pieces;
    for (const Encoding& encoding : rows.encodings)
        pieces.push_back(model.rowsOf(encoding.ids));
    return pieces;
}

/// The teacher's own folder, if it is a model with a tokenizer, or that of the encoder it rests on, which may be an adapter's.
fs::path encoderFolder(const fs::path& teacher) {
    if (hasTokenizer(teacher))
        return teacher;
    return baseEncoderFolder(readArtefact(teacher).base, teacher);
}

/// A tokenizer of the pieces of those rows; returns the id that each of its tokens has in the whole one.
std::vector<std::int32_t> pruneTokenizerTo(const fs::path& folder, const fs::path& whole, const TokenRows& rows) {
    std::set<std::int32_t> used;
    for (const Encoding& encoding : rows.encodings)
        used.insert(encoding.ids.begin(), encoding.ids.end());
    const PrunedTokenizer pruned = pruneTokenizer(whole, used);
    makeEmpty(folder);
    writePrunedTokenizer(pruned, whole, folder);
    return pruned.kept;
}

struct Arm {
    std::string name;  ///< "student", "control"
    std::string prefix; ///< of its metrics
    fs::path folder;
    LoopResult loop;
};

LoopResult trainArm(const Arm& arm, StudentModel& model, const StudentRows& train, const StudentRows& dev, const DistillSettings& settings,
                    const ArtefactInfo& info, JobContext& context) {
    StudentLearner learner(model, train, dev, settings, context.spec().seed);
    LoopOptions options;
    options.settings = settings.train;
    options.rows = static_cast<std::int64_t>(train.pieces.size());
    options.seed = context.spec().seed;
    options.checkpoints = context.directory().checkpoints() / arm.name;
    options.stage = arm.name;
    options.prefix = arm.prefix;
    const LoopResult result = trainLoop(learner, options, context);
    makeEmpty(arm.folder);
    model.save(arm.folder, info.labels);
    writeArtefact(arm.folder, info);
    return result;
}

std::vector<double> correctness(const Evaluation& evaluation, const std::vector<Example>& test) {
    std::vector<double> right;
    for (std::size_t i = 0; i < test.size(); ++i)
        right.push_back(evaluation.predictions[i].label == test[i].label ? 1.0 : 0.0);
    return right;
}

} // namespace

Json distill(JobContext& context, const PredictorRegistry& predictors) {
    const RunSpec& spec = context.spec();
    const RunRows rows = readRunRows(context.directory(), spec);
    const fs::path teacherFolder = modelOf(spec, "teacher");
    const fs::path encoder = encoderFolder(teacherFolder);
    DistillSettings settings = distillSettingsFromJson(spec.settings, static_cast<std::int64_t>(rows.train.size()));
    fitToEncoder(settings, encoder);
    settings = distillSettingsFromJson(context.directory().frozenSettings(distillSettingsToJson(settings)));
    const auto begin = Clock::now();
    const std::unique_ptr<Predictor> teacher = predictors.open(teacherFolder);
    const std::vector<std::size_t> places = matchLabels(spec.labels, *teacher, teacherFolder);

    fs::path tokens = tokenizerFolder(encoder);
    std::unique_ptr<Tokenizer> tokenizer = Tokenizer::open(tokens);
    const std::int64_t maxLength = settings.train.max_length;
    TokenRows train = tokenizeRows(rows.train, *tokenizer, maxLength, spec.labels, context.stop());
    std::vector<std::int32_t> kept;
    if (settings.prune_vocabulary) {
        const fs::path whole = std::exchange(tokens, context.directory().path() / "tokenizer");
        kept = pruneTokenizerTo(tokens, whole, train);
        tokenizer = Tokenizer::open(tokens);
        train = tokenizeRows(rows.train, *tokenizer, maxLength, spec.labels, context.stop());
    }
    const TokenRows dev = tokenizeRows(rows.dev, *tokenizer, maxLength, spec.labels, context.stop());

    // Texts for the teacher: the training rows, then variants of them.
    std::vector<std::string> texts = textsOf(rows.train);
    const std::vector<std::string> variants = unlabelledVariants(texts, *tokenizer, settings.variants, spec.seed);
    texts.insert(texts.end(), variants.begin(), variants.end());

    const StudentPlan plan = {settings, spec.labels, spec.seed, encoder, tokens, *tokenizer, kept, train,
                              encoder == teacherFolder ? places : std::vector<std::size_t>()};
    const std::unique_ptr<StudentModel> student = taughtStudent(plan, context);
    const TeacherLogits labelled = teacherLogits(*teacher, places, texts, context);
    StudentRows taught = {piecesOf(*student, train), train.labels, {}, labelled.logits};
    for (const std::string& variant : variants) {
        Encoding encoding = tokenizer->encode(variant);
        tokenizer->truncate(encoding, static_cast<int>(maxLength));
        taught.variants.push_back(student->rowsOf(encoding.ids));
    }
    const StudentRows untaught = {taught.pieces, taught.labels, {}, {}};
    const StudentRows devRows = {piecesOf(*student, dev), dev.labels, {}, {}};
    const double prepared = labelled.earlierSeconds + secondsSince(begin);

    ArtefactInfo info = {settings.student, "classification", spec.labels, Json(), provenanceOf(spec, distillSettingsToJson(settings)),
                         {{"teacher", {{"name", modelName(spec, "teacher")}, {"path", teacherFolder.string()}}}, {"taught", true}, {"max_length", maxLength}}};
    Arm studentArm = {"student", "", context.directory().model(), {}};
    Arm controlArm = {"control", "control_", context.directory().path() / "control", {}};
    studentArm.loop = trainArm(studentArm, *student, taught, devRows, settings, info, context);
    info.details["taught"] = false;
    controlArm.loop = trainArm(controlArm, *randomStudent(plan), untaught, devRows, settings, info, context);

    const auto measure = [&](Predictor& predictor, const char* file) {
        return evaluate(predictor, rows.test, spec.seed, context.directory().path() / file, context.progress(), context.stop());
    };
    const Evaluation ofTeacher = measure(*teacher, "teacher_predictions.jsonl");
    const std::unique_ptr<Predictor> opened = predictors.open(studentArm.folder);
    const std::unique_ptr<Predictor> openedControl = predictors.open(controlArm.folder);
    Evaluation ofStudent = measure(*opened, "predictions.jsonl");
    const Evaluation ofControl = measure(*openedControl, "control_predictions.jsonl");

    const Metric speedup = medianRatio(ofTeacher.latency.samples_ms, ofStudent.latency.samples_ms, spec.seed);
    const std::vector<double> right = correctness(ofStudent, rows.test);
    ofStudent.metrics["retention"] = accuracyRatio(right, correctness(ofTeacher, rows.test), spec.seed);
    ofStudent.metrics["speedup"] = speedup;
    const PairedTest test = rows.test.empty() ? PairedTest() : pairedAccuracy(right, correctness(ofControl, rows.test), spec.seed);

    BuildReport report;
    report.technique = "distill";
    report.build_s = prepared + studentArm.loop.totalSeconds;
    for (const auto& [name, tensor] : student->weights())
        report.parameters += tensor.numel();
    report.trainable_parameters = report.parameters;
    report.steps = studentArm.loop.steps;
    report.seconds_per_step = studentArm.loop.seconds / static_cast<double>(std::max<std::int64_t>(1, studentArm.loop.steps));
    report.examples_per_s = studentArm.loop.seconds > 0 ? studentArm.loop.examples / studentArm.loop.seconds : 0;
    Json result = evaluationToJson(ofStudent, *opened);
    result.update(buildToJson(report, spec));
    result["student"] = studentWord(settings.student, settings.num_hidden_layers);
    result["settings"] = distillSettingsToJson(settings);
    if (studentArm.loop.best)
        result["dev_accuracy"] = studentArm.loop.best->accuracy;
    result["teacher"] = evaluationToJson(ofTeacher, *teacher);
    result["teacher"]["model"] = modelName(spec, "teacher");
    result["control"] = evaluationToJson(ofControl, *openedControl);
    result["control"]["model"] = spec.out.empty() ? std::string() : spec.out + "-control";
    result["control"]["model_path"] = "control";
    result["control_test"] = {{"metric", "accuracy"}, {"difference", test.difference}, {"low", test.low}, {"high", test.high}, {"p", test.p}};
    return result;
}

} // namespace triptych
