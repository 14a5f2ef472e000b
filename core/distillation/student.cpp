#include "distillation/student.h"

#include "base/error.h"
#include "base/random.h"
#include "distillation/soft_target_loss.h"
#include "jobs/setting_ranges.h"
#include "jobs/students.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

constexpr double kAnyDropout = 0.5; // only "above 0" matters: the model's configuration has the rate
constexpr std::size_t kEvaluationBatch = 256;

at::Tensor tensorOf(std::span<const std::int64_t> values) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

bool isDecayed(const std::string& name) {
    return name.find("bias") == std::string::npos && name.find("LayerNorm") == std::string::npos && name.find("layer_norm") == std::string::npos;
}

bool booleanSetting(const Json& value, const char* key, bool otherwise) {
    const auto found = value.find(key);
    if (found == value.end() || found->is_null())
        return otherwise;
    if (!found->is_boolean())
        throw Error(ErrorCode::InvalidArgument, fmt::format("the setting '{}' is neither true nor false", key));
    return found->get<bool>();
}

std::string textSetting(const Json& value, const char* key, std::string_view otherwise) {
    const auto found = value.find(key);
    if (found == value.end() || found->is_null())
        return std::string(otherwise);
    if (!found->is_string())
        throw Error(ErrorCode::InvalidArgument, fmt::format("the setting '{}' is no text", key));
    return found->get<std::string>();
}

Pooling poolingSetting(const std::string& name) {
    if (name != poolingName(Pooling::Max) && name != poolingName(Pooling::Mean))
        throw Error(ErrorCode::InvalidArgument, fmt::format("the setting 'pooling' is '{}'; allowed is max or mean", name));
    return name == poolingName(Pooling::Max) ? Pooling::Max : Pooling::Mean;
}

} // namespace

DistillSettings distillSettingsFromJson(const Json& value, std::int64_t rows) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidArgument, "the settings are not a JSON object");
    DistillSettings settings;
    const StudentChoice choice = studentChoice(textSetting(value, "student", settings.student));
    settings.student = choice.kind->name;
    TrainSettings defaults;
    const auto usual = [](const char* key) { return settingRange(key).otherwise; };
    defaults.epochs = choice.kind->epochs;
    defaults.batch_size = static_cast<std::int64_t>(usual("batch_size"));
    defaults.learning_rate = choice.kind->learning_rate;
    defaults.warmup_ratio = usual("warmup_ratio");
    defaults.early_stopping_patience = static_cast<std::int64_t>(usual("early_stopping_patience"));
    settings.train = trainSettingsFromJson(value, defaults);
    if (rows > 0 && (!value.contains("epochs") || value["epochs"].is_null()))
        settings.train.epochs = epochsByMethod("soft", rows, 1, settings.train.batch_size, settings.student);
    settings.temperature = numberSetting(value, "temperature", settings.temperature);
    settings.kd_loss_weight = numberSetting(value, "kd_loss_weight", settings.kd_loss_weight);
    settings.hard_label_weight = numberSetting(value, "hard_label_weight", settings.hard_label_weight);
    if (settings.kd_loss_weight == 0 && settings.hard_label_weight == 0) {
        throw Error(ErrorCode::InvalidArgument, "the settings 'kd_loss_weight' and 'hard_label_weight' are both 0: there is nothing to learn from",
                    "Set one of them above 0.");
    }
    settings.variants = static_cast<int>(integerSetting(value, "variants", settings.variants));
    settings.variant_share = settings.variants > 0 ? numberSetting(value, "variant_share", settings.variant_share) : 0;
    settings.embedding_from_teacher = booleanSetting(value, "embedding_from_teacher", settings.embedding_from_teacher);
    settings.word_dropout = numberSetting(value, "word_dropout", settings.word_dropout);
    settings.embedding_size = static_cast<int>(integerSetting(value, "embedding_size", settings.embedding_size));
    settings.dropout = numberSetting(value, "dropout", choice.kind->dropout);
    settings.filters = static_cast<int>(integerSetting(value, "filters", settings.filters));
    settings.hidden_size = static_cast<int>(integerSetting(value, "hidden_size", settings.hidden_size));
    settings.num_layers = static_cast<int>(integerSetting(value, "num_layers", settings.num_layers));
    settings.pooling = poolingSetting(textSetting(value, "pooling", poolingName(settings.pooling)));
    settings.head_size = static_cast<int>(integerSetting(value, "head_size", settings.head_size));
    settings.num_hidden_layers = choice.layers > 0 ? choice.layers : static_cast<int>(integerSetting(value, "num_hidden_layers", settings.num_hidden_layers));
    settings.prune_vocabulary = settings.student == "shrunken" && booleanSetting(value, "prune_vocabulary", settings.prune_vocabulary);
    return settings;
}

Json distillSettingsToJson(const DistillSettings& settings) {
    Json value = trainSettingsToJson(settings.train);
    value.update({{"student", settings.student},
                  {"temperature", settings.temperature},
                  {"kd_loss_weight", settings.kd_loss_weight},
                  {"hard_label_weight", settings.hard_label_weight},
                  {"variants", settings.variants},
                  {"variant_share", settings.variant_share},
                  {"embedding_from_teacher", settings.embedding_from_teacher},
                  {"word_dropout", settings.word_dropout}});
    const Json all = {{"dropout", settings.dropout},         {"embedding_size", settings.embedding_size}, {"filters", settings.filters},
                      {"hidden_size", settings.hidden_size}, {"num_layers", settings.num_layers},         {"head_size", settings.head_size},
                      {"num_hidden_layers", settings.num_hidden_layers}};
    for (const char* key : studentChoice(settings.student).kind->settings)
        value[key] = all.at(key);
    if (settings.student == "bilstm")
        value["pooling"] = poolingName(settings.pooling);
    if (settings.student == "shrunken")
        value["prune_vocabulary"] = settings.prune_vocabulary;
    return value;
}

StudentLearner::StudentLearner(StudentModel& model, const StudentRows& train, const StudentRows& dev, const DistillSettings& settings, std::uint64_t seed)
    : m_model(model), m_train(train), m_dev(dev), m_settings(settings), m_seed(seed), m_weights(model.weights()), m_tableName(model.table()) {
    m_table = m_weights.at(m_tableName);
    m_weights.erase(m_tableName);
    for (auto& [name, weight] : m_weights) {
        weight.requires_grad_(true);
        m_optimizer.add(name, weight, isDecayed(name) ? settings.train.weight_decay : 0);
    }
    m_optimizer.addTable(m_tableName, m_table, settings.train.weight_decay);
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
            piece = random.uniform() < m_settings.word_dropout ? m_model.hidden(piece) : piece;
    }
    std::vector<const std::vector<std::int64_t>*> pointers;
    for (const auto& sequence : pieces)
        pointers.push_back(&sequence);
    const PieceBatch batch = packPieces(pointers);

    const std::span ids(batch.rows.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(batch.rows.numel()));
    std::vector<std::int64_t> distinct(ids.begin(), ids.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    WordRows table = {at::index_select(m_table, 0, tensorOf(distinct)).requires_grad_(true), at::empty_like(batch.rows)};
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
    const std::vector<AdamW::TableGradient> tables = {{m_tableName, std::move(distinct), table.values.grad()}};
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

at::Tensor classifyPieces(const StudentModel& model, const std::vector<std::vector<std::int64_t>>& pieces, const std::stop_token& stop) {
    const at::NoGradGuard guard;
    std::vector<at::Tensor> parts;
    for (std::size_t begin = 0; begin < pieces.size(); begin += kEvaluationBatch) {
        throwIfStopped(stop);
        std::vector<const std::vector<std::int64_t>*> batch;
        for (std::size_t i = begin; i < std::min(pieces.size(), begin + kEvaluationBatch); ++i)
            batch.push_back(&pieces[i]);
        parts.push_back(model.forward(packPieces(batch), {}, nullptr));
    }
    return parts.empty() ? at::empty({0, 0}) : at::cat(parts);
}

} // namespace triptych
