#include "distillation/student.h"

#include "base/error.h"
#include "base/random.h"
#include "distillation/soft_target_loss.h"
#include "jobs/setting_ranges.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace triptych {

namespace {

constexpr const char* kEmbedding = "embedding.weight";
constexpr std::int64_t kUnknownRow = 1;
constexpr double kAnyDropout = 0.5; // only "above 0" matters: the model's configuration has the rate
constexpr std::size_t kEvaluationBatch = 256;

at::Tensor tensorOf(std::span<const std::int64_t> values) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

} // namespace

DistillSettings distillSettingsFromJson(const Json& value, std::int64_t rows) {
    DistillSettings settings;
    TrainSettings defaults;
    const auto usual = [](const char* key) { return settingRange(key).otherwise; };
    defaults.epochs = usual("epochs");
    defaults.batch_size = static_cast<std::int64_t>(usual("batch_size"));
    defaults.learning_rate = usual("learning_rate");
    defaults.warmup_ratio = usual("warmup_ratio");
    defaults.early_stopping_patience = static_cast<std::int64_t>(usual("early_stopping_patience"));
    settings.train = trainSettingsFromJson(value, defaults);
    if (rows > 0 && (!value.contains("epochs") || value["epochs"].is_null()))
        settings.train.epochs = epochsByMethod("soft", rows, 1, settings.train.batch_size);
    settings.temperature = numberSetting(value, "temperature", settings.temperature);
    settings.kd_loss_weight = numberSetting(value, "kd_loss_weight", settings.kd_loss_weight);
    settings.hard_label_weight = numberSetting(value, "hard_label_weight", settings.hard_label_weight);
    if (settings.kd_loss_weight == 0 && settings.hard_label_weight == 0) {
        throw Error(ErrorCode::InvalidArgument, "the settings 'kd_loss_weight' and 'hard_label_weight' are both 0: there is nothing to learn from",
                    "Set one of them above 0.");
    }
    settings.variants = static_cast<int>(integerSetting(value, "variants", settings.variants));
    settings.variant_share = settings.variants > 0 ? numberSetting(value, "variant_share", settings.variant_share) : 0;
    if (const auto found = value.find("embedding_from_teacher"); found != value.end() && !found->is_null()) {
        if (!found->is_boolean())
            throw Error(ErrorCode::InvalidArgument, "the setting 'embedding_from_teacher' is neither true nor false");
        settings.embedding_from_teacher = found->get<bool>();
    }
    settings.word_dropout = numberSetting(value, "word_dropout", settings.word_dropout);
    settings.embedding_size = static_cast<int>(integerSetting(value, "embedding_size", settings.embedding_size));
    settings.filters = static_cast<int>(integerSetting(value, "filters", settings.filters));
    settings.dropout = numberSetting(value, "dropout", settings.dropout);
    return settings;
}

Json distillSettingsToJson(const DistillSettings& settings) {
    Json value = trainSettingsToJson(settings.train);
    value.update({{"temperature", settings.temperature},
                  {"kd_loss_weight", settings.kd_loss_weight},
                  {"hard_label_weight", settings.hard_label_weight},
                  {"variants", settings.variants},
                  {"variant_share", settings.variant_share},
                  {"embedding_from_teacher", settings.embedding_from_teacher},
                  {"word_dropout", settings.word_dropout},
                  {"embedding_size", settings.embedding_size},
                  {"filters", settings.filters},
                  {"dropout", settings.dropout}});
    return value;
}

StudentLearner::StudentLearner(TextCnn model, const StudentRows& train, const StudentRows& dev, const DistillSettings& settings, std::uint64_t seed)
    : m_model(std::move(model)), m_train(train), m_dev(dev), m_settings(settings), m_seed(seed), m_weights(m_model.weights()) {
    m_embedding = m_weights.at(kEmbedding);
    m_weights.erase(kEmbedding);
    for (auto& [name, weight] : m_weights) {
        weight.requires_grad_(true);
        m_optimizer.add(name, weight, name.ends_with(".bias") ? 0 : settings.train.weight_decay);
    }
    m_optimizer.addTable(kEmbedding, m_embedding, settings.train.weight_decay);
}

StepReport StudentLearner::learn(std::int64_t step, std::span<const std::int64_t> rows, double learningRate) {
    Random random(m_seed ^ Random(static_cast<std::uint64_t>(step)).next());
    const bool taught = m_train.teacher.defined();
    const auto real = taught ? rows.size() - static_cast<std::size_t>(std::lround(m_settings.variant_share * static_cast<double>(rows.size()))) : rows.size();
    const auto trainRows = static_cast<std::int64_t>(m_train.pieces.size());

    // The first rows of the batch as they are, variants in place of the others.
    std::vector<std::vector<std::int64_t>> pieces;
    std::vector<std::int64_t> labels, places;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t row = rows[i];
        if (i < real) {
            pieces.push_back(m_train.pieces[static_cast<std::size_t>(row)]);
            labels.push_back(m_train.labels[static_cast<std::size_t>(row)]);
            places.push_back(row);
        } else {
            const std::int64_t variant = row * m_settings.variants + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(m_settings.variants)));
            pieces.push_back(m_train.variants[static_cast<std::size_t>(variant)]);
            labels.push_back(-1);
            places.push_back(trainRows + variant);
        }
        for (std::int64_t& piece : pieces.back())
            piece = random.uniform() < m_settings.word_dropout ? kUnknownRow : piece;
    }
    std::vector<const std::vector<std::int64_t>*> pointers;
    for (const auto& sequence : pieces)
        pointers.push_back(&sequence);
    const TextCnn::Batch batch = TextCnn::pack(pointers);

    const std::span ids(batch.rows.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(batch.rows.numel()));
    std::vector<std::int64_t> distinct(ids.begin(), ids.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    WordRows table = {at::index_select(m_embedding, 0, tensorOf(distinct)).requires_grad_(true), at::empty_like(batch.rows)};
    auto* index = table.index.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t id : ids)
        *index++ = std::lower_bound(distinct.begin(), distinct.end(), id) - distinct.begin();

    const at::Tensor logits = m_model.forward(batch, {random.next(), kAnyDropout}, &table);
    at::Tensor loss = hardLabelLoss(logits, tensorOf(labels));
    if (taught) {
        loss = at::mul(loss, m_settings.hard_label_weight);
        loss = at::add(loss, softTargetLoss(logits, at::index_select(m_train.teacher, 0, tensorOf(places)), m_settings.temperature), m_settings.kd_loss_weight);
    }
    loss.backward();

    StepReport report;
    report.loss = loss.item<double>();
    const std::vector<AdamW::TableGradient> tables = {{kEmbedding, std::move(distinct), table.values.grad()}};
    report.gradientNorm = m_optimizer.gradientNorm(tables);
    if (std::isfinite(report.loss) && std::isfinite(report.gradientNorm)) {
        const double most = m_settings.train.max_grad_norm;
        m_optimizer.step(learningRate, most > 0 ? std::min(1.0, most / (report.gradientNorm + 1e-6)) : 1.0, tables);
    }
    for (auto& [name, weight] : m_weights)
        weight.mutable_grad().reset();
    return report;
}

std::optional<DevReport> StudentLearner::evaluateDev(const std::stop_token& stop) {
    if (m_dev.pieces.empty())
        return std::nullopt;
    const at::Tensor logits = classifyPieces(m_model, m_dev.pieces, stop);
    const at::Tensor labels = tensorOf(m_dev.labels);
    const double right = at::eq(at::argmax(logits, 1), labels).sum().item<double>();
    return DevReport{at::cross_entropy_loss(logits, labels).item<double>(), right / static_cast<double>(m_dev.labels.size())};
}

NamedTensors StudentLearner::state() const {
    NamedTensors state = m_optimizer.state();
    for (const auto& [name, weight] : m_weights)
        state["weight." + name] = weight;
    return state;
}

void StudentLearner::restore(const NamedTensors& state, std::int64_t step) {
    const at::NoGradGuard guard;
    for (auto& [name, weight] : m_weights) {
        const auto found = state.find("weight." + name);
        if (found == state.end() || found->second.sizes() != weight.sizes())
            throw Error(ErrorCode::Corrupt, "the checkpoint is of another model: it lacks '" + name + "'");
        weight.copy_(found->second);
    }
    m_optimizer.restore(state, step);
}

void startFromTeacherTable(TextCnn& student, const at::Tensor& table) {
    const at::NoGradGuard guard;
    const TextCnnConfig& config = student.config();
    at::Tensor embedding = student.weights().at(kEmbedding);
    const std::int64_t first = embedding.size(0) - static_cast<std::int64_t>(config.vocabulary.size());
    const std::int64_t kept = std::min<std::int64_t>(config.embedding_size, table.size(1));
    std::vector<std::int64_t> ids(config.vocabulary.begin(), config.vocabulary.end());
    at::Tensor rows = at::index_select(table, 0, tensorOf(ids)); // (pieces, H)
    rows = at::sub(rows, rows.mean(at::IntArrayRef{0}, true));
    // Ascending eigenvalues: the last directions carry most.
    const at::Tensor directions = std::get<1>(at::linalg_eigh(at::mm(rows.t(), rows))).narrow(1, table.size(1) - kept, kept);
    at::Tensor projected = at::mm(rows, directions);
    const double size = std::sqrt(projected.square().mean().item<double>());
    if (!(size > 0) || !std::isfinite(size))
        return;
    projected = at::mul(projected, std::sqrt(embedding.square().mean().item<double>()) / size);
    embedding.narrow(0, first, projected.size(0)).narrow(1, 0, kept).copy_(projected);
}

at::Tensor classifyPieces(const TextCnn& model, const std::vector<std::vector<std::int64_t>>& pieces, const std::stop_token& stop) {
    const at::NoGradGuard guard;
    std::vector<at::Tensor> parts;
    for (std::size_t begin = 0; begin < pieces.size(); begin += kEvaluationBatch) {
        throwIfStopped(stop);
        std::vector<const std::vector<std::int64_t>*> batch;
        for (std::size_t i = begin; i < std::min(pieces.size(), begin + kEvaluationBatch); ++i)
            batch.push_back(&pieces[i]);
        parts.push_back(model.forward(TextCnn::pack(batch)));
    }
    return parts.empty() ? at::empty({0, model.config().labels}) : at::cat(parts);
}

} // namespace triptych
