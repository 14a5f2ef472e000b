#include "training/head.h"

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "interop/hugging_face.h"
#include "models/bert.h"
#include "models/dense.h"
#include "models/encoder.h"
#include "prediction/base_encoder.h"
#include "prediction/evaluation.h"
#include "prediction/run_result.h"
#include "training/lbfgs.h"
#include "training/predictions.h"
#include "training/rows.h"
#include "training/settings.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <numeric>

namespace triptych {

namespace {

constexpr const char* kHeadFile = "head.safetensors";
constexpr double kGradientTolerance = 1e-5;
constexpr std::int64_t kMostIterations = 500;
constexpr std::size_t kEmbedBatch = 256;
/// Without dev rows this one is taken: between 3 and 30 the accuracy hardly moves on unit-length embeddings.
constexpr double kUsualC = 10;
constexpr std::array kTriedC = {1.0, 3.0, 10.0, 30.0, 100.0};

at::Tensor tensorOf(std::span<const std::int64_t> values) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

/// (N, D), in batches, so that it can be cancelled and shows how far it is.
at::Tensor embedRows(Encoder& encoder, const std::vector<Example>& examples, const char* stage, JobContext& context) {
    const std::int64_t width = encoder.dimension();
    at::Tensor features = at::empty({static_cast<std::int64_t>(examples.size()), width}, at::TensorOptions().dtype(at::kFloat));
    const auto total = static_cast<std::int64_t>(examples.size());
    for (std::size_t begin = 0; begin < examples.size(); begin += kEmbedBatch) {
        throwIfStopped(context.stop());
        context.progress().progress({static_cast<std::int64_t>(begin), total, "rows", stage});
        std::vector<std::string> texts;
        for (std::size_t i = begin; i < std::min(examples.size(), begin + kEmbedBatch); ++i)
            texts.push_back(examples[i].text);
        const std::vector<float> part = encoder.embed(texts, context.stop());
        std::memcpy(features.mutable_data_ptr<float>() + static_cast<std::int64_t>(begin) * width, part.data(), part.size() * sizeof(float));
    }
    context.progress().progress({total, total, "rows", stage});
    return features;
}

std::vector<std::int64_t> labelNumbers(const std::vector<Example>& examples, const std::vector<std::string>& labels) {
    std::vector<std::int64_t> numbers;
    for (const Example& example : examples)
        numbers.push_back(labelNumber(labels, example));
    return numbers;
}

at::Tensor headLogits(const SoftmaxHead& head, const at::Tensor& features) { return dense(features, head.weight, head.bias); }

class HeadPredictor final : public Predictor {
public:
    HeadPredictor(std::unique_ptr<Encoder> encoder, SoftmaxHead head, std::vector<std::string> labels, std::uintmax_t bytes)
        : m_encoder(std::move(encoder)), m_head(std::move(head)), m_labels(std::move(labels)), m_bytes(bytes) {}

    const std::vector<std::string>& labels() const override { return m_labels; }
    std::uintmax_t bytes() const override { return m_bytes + m_encoder->bytes(); }
    std::vector<Prediction> predict(std::span<const std::string> texts) override {
        if (texts.empty())
            return {};
        const at::NoGradGuard guard;
        std::vector<float> embeddings = m_encoder->embed(texts);
        const at::Tensor features = at::from_blob(embeddings.data(), {static_cast<std::int64_t>(texts.size()), m_encoder->dimension()});
        return predictionsFromLogits(headLogits(m_head, features), m_labels);
    }

private:
    std::unique_ptr<Encoder> m_encoder;
    SoftmaxHead m_head;
    std::vector<std::string> m_labels;
    std::uintmax_t m_bytes;
};

} // namespace

HeadFit fitSoftmaxHead(const at::Tensor& features, std::span<const std::int64_t> labels, std::int64_t classes, double l2,
                       const SoftmaxHead* start, ProgressSink& progress, const std::stop_token& stop) {
    const at::NoGradGuard guard;
    const std::int64_t rows = features.size(0);
    const std::int64_t width = features.size(1);
    const std::int64_t weights = classes * width;
    const auto split = [&](const at::Tensor& x) {
        return SoftmaxHead{x.narrow(0, 0, weights).view({classes, width}), x.narrow(0, weights, classes)};
    };
    const auto evaluate = [&](const at::Tensor& x, at::Tensor& gradient) {
        throwIfStopped(stop);
        const SoftmaxHead head = split(x);
        const SoftmaxHead slope = split(gradient);
        at::Tensor p = at::log_softmax(headLogits(head, features), 1); // (N, K)
        double loss = 0;
        float* values = p.mutable_data_ptr<float>();
        for (std::int64_t i = 0; i < rows; ++i)
            loss -= values[i * classes + labels[static_cast<std::size_t>(i)]];
        p.exp_();
        for (std::int64_t i = 0; i < rows; ++i)
            values[i * classes + labels[static_cast<std::size_t>(i)]] -= 1;
        p.div_(static_cast<double>(rows));
        slope.weight.copy_(at::mm(p.t(), features)).add_(head.weight, l2);
        slope.bias.copy_(at::sum(p, at::IntArrayRef{0}));
        return loss / static_cast<double>(rows) + l2 / 2 * head.weight.square().sum().item<double>();
    };
    at::Tensor x = at::zeros({weights + classes}, features.options());
    if (start) {
        const SoftmaxHead head = split(x);
        head.weight.copy_(start->weight);
        head.bias.copy_(start->bias);
    }
    const auto each = [&](std::int64_t iteration, double value) { progress.metric("train_loss", iteration, value); };
    const LbfgsResult result = minimise(x, evaluate, kGradientTolerance, kMostIterations, each);
    const SoftmaxHead head = split(result.x);
    return {{head.weight.clone(), head.bias.clone()}, result.iterations, result.value};
}

Json trainHead(JobContext& context, const PredictorRegistry& predictors) {
    const RunSpec& spec = context.spec();
    const double fixedC = numberSetting(spec.settings, "C", 0);
    const RunRows rows = readRunRows(context.directory(), spec);
    const auto begin = std::chrono::steady_clock::now();
    const std::filesystem::path base = modelOf(spec, "base");
    const std::unique_ptr<Encoder> encoder = Encoder::open(base);

    const at::Tensor features = embedRows(*encoder, rows.train, "embed", context);
    const std::vector<std::int64_t> labels = labelNumbers(rows.train, spec.labels);
    const auto classes = static_cast<std::int64_t>(spec.labels.size());
    std::vector<double> tried(kTriedC.begin(), kTriedC.end());
    at::Tensor devFeatures;
    if (fixedC > 0)
        tried = {fixedC};
    else if (rows.dev.empty())
        tried = {kUsualC};
    if (!rows.dev.empty())
        devFeatures = embedRows(*encoder, rows.dev, "embed_dev", context);
    const std::vector<std::int64_t> devLabels = labelNumbers(rows.dev, spec.labels);

    HeadFit best;
    double bestC = 0;
    double bestRight = -1;
    double bestLoss = 0;
    std::int64_t iterations = 0;
    HeadFit fit;
    for (std::size_t i = 0; i < tried.size(); ++i) {
        context.progress().progress({static_cast<std::int64_t>(i), static_cast<std::int64_t>(tried.size()), "fits", "train"});
        const double l2 = 1.0 / (tried[i] * static_cast<double>(rows.train.size()));
        const SoftmaxHead warm = fit.head;
        fit = fitSoftmaxHead(features, labels, classes, l2, warm.weight.defined() ? &warm : nullptr,
                             i + 1 == tried.size() ? context.progress() : nullProgress(), context.stop());
        iterations += fit.iterations;
        double right = 0;
        double loss = 0;
        if (devFeatures.defined()) {
            const at::Tensor logits = headLogits(fit.head, devFeatures);
            right = at::eq(at::argmax(logits, 1), tensorOf(devLabels)).sum().item<double>();
            loss = at::cross_entropy_loss(logits, tensorOf(devLabels)).item<double>();
            context.progress().metric("dev_loss", iterations, loss);
            context.progress().metric("dev_accuracy", iterations, right / static_cast<double>(rows.dev.size()));
        }
        if (right > bestRight || (right == bestRight && loss < bestLoss)) {
            best = fit;
            bestC = tried[i];
            bestRight = right;
            bestLoss = loss;
        }
    }
    context.progress().progress({static_cast<std::int64_t>(tried.size()), static_cast<std::int64_t>(tried.size()), "fits", "train"});

    const Json settings = {{"C", bestC}};
    const std::filesystem::path folder = context.directory().model();
    makeEmpty(folder);
    saveTensors(folder / kHeadFile, {{"weight", best.head.weight}, {"bias", best.head.bias}});
    writeArtefact(folder, {"head", "classification", spec.labels, baseOfEncoder(modelName(spec, "base"), base), provenanceOf(spec, settings), Json::object()});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

    const std::unique_ptr<Predictor> predictor = predictors.open(folder);
    Json result = evaluationToJson(evaluate(*predictor, rows.test, spec.seed, context.directory().predictions(), context.progress(), context.stop()), *predictor);
    BuildReport report;
    report.technique = "fine_tune";
    report.build_s = seconds;
    report.trainable_parameters = best.head.weight.numel() + best.head.bias.numel();
    report.parameters = report.trainable_parameters + parameterCount(base);
    report.steps = iterations;
    report.seconds_per_step = seconds / static_cast<double>(std::max<std::int64_t>(1, iterations));
    report.examples_per_s = static_cast<double>(rows.train.size()) / seconds;
    result.update(buildToJson(report, spec));
    result["settings"] = settings;
    if (!rows.dev.empty())
        result["dev_accuracy"] = bestRight / static_cast<double>(rows.dev.size());
    return result;
}

std::unique_ptr<Predictor> openHead(const std::filesystem::path& folder, const ArtefactInfo& info) {
    std::unique_ptr<Encoder> encoder = openBaseEncoder(info.base, folder);
    const std::filesystem::path file = folder / kHeadFile;
    const NamedTensors tensors = readWeights(file);
    const auto classes = static_cast<std::int64_t>(info.labels.size());
    const auto take = [&](const char* name, std::vector<std::int64_t> shape) {
        const auto found = tensors.find(name);
        if (found == tensors.end() || found->second.sizes() != at::IntArrayRef(shape))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the tensor '{}' is missing or does not fit encoder and labels", file.string(), name));
        return found->second;
    };
    SoftmaxHead head = {take("weight", {classes, encoder->dimension()}), take("bias", {classes})};
    return std::make_unique<HeadPredictor>(std::move(encoder), std::move(head), info.labels, sizeOnDisk(folder));
}

} // namespace triptych
