#include "training/full_job.h"

#include "base/error.h"
#include "base/files.h"
#include "interop/hugging_face.h"
#include "jobs/setting_ranges.h"
#include "models/lora_adapter.h"
#include "prediction/evaluation.h"
#include "prediction/run_result.h"
#include "training/full.h"
#include "training/predictions.h"

#include <ATen/core/grad_mode.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace triptych {

namespace {

using Clock = std::chrono::steady_clock;

class FullPredictor final : public Predictor {
public:
    FullPredictor(SequenceClassifier classifier, std::unique_ptr<Tokenizer> tokenizer, std::vector<std::string> labels,
                  int maxLength, std::uintmax_t bytes)
        : m_classifier(std::move(classifier)), m_tokenizer(std::move(tokenizer)), m_labels(std::move(labels)),
          m_maxLength(maxLength), m_bytes(bytes) {}

    const std::vector<std::string>& labels() const override { return m_labels; }
    std::uintmax_t bytes() const override { return m_bytes; }
    std::vector<Prediction> predict(std::span<const std::string> texts) override {
        std::vector<Encoding> encodings;
        for (const std::string& text : texts) {
            encodings.push_back(m_tokenizer->encode(text));
            m_tokenizer->truncate(encodings.back(), m_maxLength);
        }
        return predictionsFromLogits(classifyRows(m_classifier, encodings, {}), m_labels);
    }

private:
    SequenceClassifier m_classifier;
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::vector<std::string> m_labels;
    int m_maxLength;
    std::uintmax_t m_bytes;
};

std::int64_t parameterCount(const NamedTensors& weights) {
    std::int64_t count = 0;
    for (const auto& [name, tensor] : weights)
        count += tensor.numel();
    return count;
}

} // namespace

Json trainFull(JobContext& context, const PredictorRegistry& predictors) {
    const RunSpec& spec = context.spec();
    TrainSettings settings = trainSettingsFromJson(spec.settings);
    const std::filesystem::path base = modelOf(spec, "base");
    const RunRows rows = readRunRows(context.directory(), spec);
    if (const auto epochs = spec.settings.find("epochs"); !rows.train.empty() && (epochs == spec.settings.end() || epochs->is_null()))
        settings.epochs = epochsByMethod("full", static_cast<std::int64_t>(rows.train.size()), static_cast<std::int64_t>(spec.labels.size()), settings.batch_size);
    const auto begin = Clock::now();

    SequenceClassifier classifier = SequenceClassifier::fromPretrained(base, static_cast<std::int64_t>(spec.labels.size()), spec.seed);
    settings.max_length = std::min<std::int64_t>(settings.max_length, classifier.bert().config().maxTokens());
    settings = trainSettingsFromJson(context.directory().frozenSettings(trainSettingsToJson(settings)));
    const std::unique_ptr<Tokenizer> tokenizer = Tokenizer::open(tokenizerFolder(base));
    const TokenRows train = tokenizeRows(rows.train, *tokenizer, settings.max_length, spec.labels, context.stop());
    const TokenRows dev = tokenizeRows(rows.dev, *tokenizer, settings.max_length, spec.labels, context.stop());
    const double prepared = std::chrono::duration<double>(Clock::now() - begin).count();

    FullLearner learner(std::move(classifier), train, dev, settings, spec.seed);
    LoopOptions options;
    options.settings = settings;
    options.rows = train.size();
    options.seed = spec.seed;
    options.checkpoints = context.directory().checkpoints();
    const LoopResult loop = trainLoop(learner, options, context);

    const NamedTensors weights = learner.classifier().weights();
    const std::filesystem::path folder = context.directory().model();
    makeEmpty(folder);
    saveSequenceClassifier(folder, base, weights, spec.labels);
    ArtefactInfo info = {"full", "classification", spec.labels, Json(), provenanceOf(spec, trainSettingsToJson(settings)),
                         {{"max_length", settings.max_length}, {"steps", loop.steps}}};
    if (loop.bestStep)
        info.details["best_step"] = *loop.bestStep;
    writeArtefact(folder, info);

    const std::unique_ptr<Predictor> predictor = predictors.open(folder);
    Json result = evaluationToJson(evaluate(*predictor, rows.test, spec.seed, context.directory().predictions(), context.progress(), context.stop()), *predictor);
    BuildReport report;
    report.technique = "fine_tune";
    report.build_s = prepared + loop.totalSeconds;
    report.parameters = parameterCount(weights);
    report.trainable_parameters = report.parameters;
    report.steps = loop.steps;
    report.seconds_per_step = loop.seconds / static_cast<double>(std::max<std::int64_t>(1, loop.steps));
    report.examples_per_s = loop.seconds > 0 ? loop.examples / loop.seconds : 0;
    result.update(buildToJson(report, spec));
    result["settings"] = trainSettingsToJson(settings);
    if (loop.best)
        result["dev_accuracy"] = loop.best->accuracy;
    return result;
}

std::unique_ptr<Predictor> openFull(const std::filesystem::path& folder, const ArtefactInfo& info) {
    SequenceClassifier classifier = SequenceClassifier::open(folder);
    if (classifier.labels() != static_cast<std::int64_t>(info.labels.size())) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} classes, its triptych.json names {} labels", folder.string(),
                                                         classifier.labels(), info.labels.size()));
    }
    const int positions = classifier.bert().config().maxTokens();
    const int maxLength = info.details.is_object() ? std::min(positions, static_cast<int>(integerSetting(info.details, "max_length", positions))) : positions;
    return std::make_unique<FullPredictor>(std::move(classifier), Tokenizer::open(folder), info.labels, maxLength, sizeOnDisk(folder));
}

} // namespace triptych
