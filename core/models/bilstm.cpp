#include "models/bilstm.h"

#include "models/config_fields.h"
#include "models/dense.h"
#include "models/packed_layers.h"
#include "models/products.h"
#include "models/vector_math.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/lstm.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace triptych {

namespace {

constexpr const char* kType = "triptych_bilstm";
/// Sites of dropout inside one pass.
constexpr std::uint64_t kBetweenLayers = 1;
constexpr std::uint64_t kPooled = 2;

/// Name of a weight of torch.nn.LSTM: "lstm.weight_ih_l0_reverse".
std::string weightName(const char* part, int layer, bool reverse) {
    return std::string("lstm.") + part + "_l" + std::to_string(layer) + (reverse ? "_reverse" : "");
}

TensorShapes shapes(const BiLstmConfig& config) {
    const std::int64_t hidden = config.hidden_size;
    TensorShapes shapes = {{"embedding.weight", {static_cast<std::int64_t>(config.vocabulary.size()) + PieceTable::kFirstPiece, config.embedding_size}},
                           {"classifier.weight", {config.labels, 2 * hidden}},
                           {"classifier.bias", {config.labels}}};
    for (int layer = 0; layer < config.num_layers; ++layer) {
        for (const bool reverse : {false, true}) {
            shapes[weightName("weight_ih", layer, reverse)] = {4 * hidden, layer == 0 ? config.embedding_size : 2 * hidden};
            shapes[weightName("weight_hh", layer, reverse)] = {4 * hidden, hidden};
            for (const char* bias : {"bias_ih", "bias_hh"})
                shapes[weightName(bias, layer, reverse)] = {4 * hidden};
        }
    }
    return shapes;
}

/// Where the tokens of a batch stand when its sequences run side by side, the longest first.
struct TimeMajor {
    at::Tensor tokens;     ///< (T), int64: the batch's token of each packed place
    at::Tensor batchSizes; ///< (steps), int64: sequences that still run
    at::Tensor places;     ///< (B · steps), int64: the packed place of each step of each sequence; T where it has ended
    at::Tensor lengths;    ///< (B, 1), float32
};

TimeMajor timeMajor(const std::vector<std::int64_t>& starts) {
    const std::size_t sequences = starts.size() - 1;
    const auto lengthOf = [&](std::size_t i) { return starts[i + 1] - starts[i]; };
    std::vector<std::size_t> order(sequences);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lengthOf(a) > lengthOf(b); });
    const std::int64_t steps = lengthOf(order.front()), tokens = starts.back();
    const auto whole = at::TensorOptions().dtype(at::kLong);
    TimeMajor result = {at::empty({tokens}, whole), at::zeros({steps}, whole), at::full({static_cast<std::int64_t>(sequences) * steps}, tokens, whole),
                        at::empty({static_cast<std::int64_t>(sequences), 1}, at::TensorOptions().dtype(at::kFloat))};
    auto* token = result.tokens.mutable_data_ptr<std::int64_t>();
    auto* sizes = result.batchSizes.mutable_data_ptr<std::int64_t>();
    auto* places = result.places.mutable_data_ptr<std::int64_t>();
    auto* lengths = result.lengths.mutable_data_ptr<float>();
    for (std::size_t i = 0; i < sequences; ++i)
        lengths[i] = static_cast<float>(lengthOf(i));
    std::int64_t place = 0;
    for (std::int64_t step = 0; step < steps; ++step) {
        for (const std::size_t sequence : order) {
            if (lengthOf(sequence) <= step)
                break;
            token[place] = starts[sequence] + step;
            places[static_cast<std::int64_t>(sequence) * steps + step] = place++;
            ++sizes[step];
        }
    }
    return result;
}

float sigmoid(float x) {
    const float e = kernels::expNegative(-std::abs(x));
    const float s = 1.0f / (1.0f + e);
    return x >= 0 ? s : e * s;
}

float hyperbolicTangent(float x) { return 2.0f * sigmoid(2.0f * x) - 1.0f; }

} // namespace

Json biLstmConfigToJson(const BiLstmConfig& config, const std::vector<std::string>& labels) {
    Json value = pieceConfigToJson(config, kType, "TriptychBiLstm", labels);
    value["hidden_size"] = config.hidden_size;
    value["num_layers"] = config.num_layers;
    value["pooling"] = poolingName(config.pooling);
    return value;
}

BiLstmConfig biLstmConfigFromJson(const Json& value, std::string_view source) {
    BiLstmConfig config;
    readPieceConfig(value, source, kType, config);
    const JsonFields fields = configFields(value, std::string(source));
    config.hidden_size = static_cast<int>(fields.integer("hidden_size", 1, 1 << 13));
    config.num_layers = static_cast<int>(fields.integer("num_layers", 1, 2));
    const std::string pooling = fields.string("pooling");
    if (pooling != poolingName(Pooling::Max) && pooling != poolingName(Pooling::Mean))
        fields.failType("pooling", "'max' or 'mean'");
    config.pooling = pooling == poolingName(Pooling::Max) ? Pooling::Max : Pooling::Mean;
    return config;
}

BiLstm::BiLstm(BiLstmConfig config, NamedTensors weights, std::string_view source)
    : m_config(std::move(config)), m_weights(std::move(weights)), m_table(m_config.vocabulary) {
    requireShapes(m_weights, shapes(m_config), source);
}

BiLstm BiLstm::random(const BiLstmConfig& config, std::uint64_t seed) {
    const std::int64_t hidden = config.hidden_size;
    NamedTensors weights = randomWeights(shapes(config), seed, [&](const std::string& name) {
        // As wide as torch's uniform numbers up to 1 / sqrt(H).
        return name.find("weight") != std::string::npos ? std::sqrt(1.0 / (3.0 * static_cast<double>(hidden))) : 0.0;
    });
    for (auto& [name, tensor] : weights) {
        if (name.find("bias_ih") != std::string::npos)
            tensor.narrow(0, hidden, hidden).fill_(1); // forgets little at first (Jozefowicz et al. 2015)
    }
    return BiLstm(config, std::move(weights), "a new BiLSTM");
}

BiLstm BiLstm::open(const std::filesystem::path& folder) {
    const std::filesystem::path configFile = folder / "config.json";
    const std::filesystem::path weightsFile = folder / "model.safetensors";
    return BiLstm(biLstmConfigFromJson(readJsonFile(configFile, 64u << 20), configFile.string()), readWeights(weightsFile), weightsFile.string());
}

std::vector<std::int64_t> BiLstm::rowsOf(std::span<const std::int32_t> ids) const {
    return m_table.rowsOf(ids, 1, static_cast<std::size_t>(m_config.max_length));
}

at::Tensor BiLstm::forward(const PieceBatch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const {
    const std::int64_t hidden = m_config.hidden_size, sequences = batch.sequences();
    const auto dropped = [&](const at::Tensor& x, std::uint64_t site) { return triptych::dropout(x, dropout.at(site, m_config.dropout)); };
    const TimeMajor order = timeMajor(batch.starts);
    at::Tensor x = at::index_select(embedPieces(m_weights.at("embedding.weight"), batch, table), 0, order.tokens); // (T, E)
    for (int layer = 0; layer < m_config.num_layers; ++layer) {
        if (layer > 0)
            x = dropped(x, kBetweenLayers);
        std::vector<at::Tensor> weights;
        for (const bool reverse : {false, true}) {
            for (const char* part : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
                weights.push_back(m_weights.at(weightName(part, layer, reverse)));
        }
        const at::Tensor zeros = at::zeros({2, sequences, hidden}, x.options());
        // One layer a call: its own dropout would draw from a stream, ours follows from the step.
        x = std::get<0>(at::lstm(x, order.batchSizes, {zeros, zeros}, weights, true, 1, 0.0, false, true)); // (T, 2H)
    }
    const bool max = m_config.pooling == Pooling::Max;
    const at::Tensor fill = at::full({1, 2 * hidden}, max ? -std::numeric_limits<double>::infinity() : 0.0, x.options());
    const at::Tensor states = at::index_select(at::cat({x, fill}), 0, order.places).view({sequences, order.batchSizes.size(0), 2 * hidden});
    const at::Tensor pooled = max ? at::amax(states, 1) : at::div(at::sum(states, at::IntArrayRef{1}), order.lengths); // (B, 2H)
    return dense(dropped(pooled, kPooled), m_weights.at("classifier.weight"), m_weights.at("classifier.bias"));
}

BiLstmInference::BiLstmInference(const BiLstm& model) : m_config(model.config()) {
    const auto turned = [&](const std::string& name) { return model.weights().at(name).detach().t().contiguous().clone(); };
    m_embedding = model.weights().at("embedding.weight").detach().clone();
    m_classifier = turned("classifier.weight");
    m_bias = model.weights().at("classifier.bias").detach().clone();
    for (int layer = 0; layer < m_config.num_layers; ++layer) {
        for (const bool reverse : {false, true}) {
            const auto bias = [&](const char* part) { return model.weights().at(weightName(part, layer, reverse)).detach(); };
            m_directions.push_back({turned(weightName("weight_ih", layer, reverse)), turned(weightName("weight_hh", layer, reverse)),
                                    bias("bias_ih").add(bias("bias_hh"))});
        }
    }
    const auto hidden = static_cast<std::size_t>(m_config.hidden_size);
    m_step.resize(4 * hidden);
    m_cell.resize(hidden);
    m_pooled.resize(2 * hidden);
}

/// m_input (length, in) to the states of one direction, H values at the beginning of every row of `states` (length, 2H).
void BiLstmInference::run(const Direction& direction, std::int64_t length, bool reverse, float* states) {
    const std::int64_t hidden = m_config.hidden_size, gates = 4 * hidden, in = direction.input.size(0);
    m_gates.resize(static_cast<std::size_t>(length * gates));
    // What the tokens bring, for all steps at once; a step adds what the state brings.
    kernels::products().multiply(length, gates, in, m_input.data(), in, 1, direction.input.const_data_ptr<float>(), gates, m_gates.data(), gates);
    std::fill(m_cell.begin(), m_cell.end(), 0.0f);
    const float* bias = direction.bias.const_data_ptr<float>();
    const float* state = nullptr;
    for (std::int64_t step = 0; step < length; ++step) {
        const std::int64_t row = reverse ? length - 1 - step : step;
        float* gate = m_gates.data() + row * gates;
        float* out = states + row * 2 * hidden;
        for (std::int64_t j = 0; j < gates; ++j)
            gate[j] += bias[j];
        if (state) {
            kernels::products().multiply(1, gates, hidden, state, hidden, 1, direction.state.const_data_ptr<float>(), gates, m_step.data(), gates);
            for (std::int64_t j = 0; j < gates; ++j)
                gate[j] += m_step[static_cast<std::size_t>(j)];
        }
        float* cell = m_cell.data();
        for (std::int64_t j = 0; j < hidden; ++j) {
            cell[j] = sigmoid(gate[hidden + j]) * cell[j] + sigmoid(gate[j]) * hyperbolicTangent(gate[2 * hidden + j]);
            out[j] = sigmoid(gate[3 * hidden + j]) * hyperbolicTangent(cell[j]);
        }
        state = out;
    }
}

void BiLstmInference::classify(std::span<const std::int64_t> rows, std::span<float> out) {
    const auto length = static_cast<std::int64_t>(rows.size());
    const std::int64_t size = m_config.embedding_size, hidden = m_config.hidden_size, width = 2 * hidden, labels = m_config.labels;
    m_input.resize(static_cast<std::size_t>(length * size));
    const float* table = m_embedding.const_data_ptr<float>();
    for (std::int64_t i = 0; i < length; ++i)
        std::copy_n(table + rows[static_cast<std::size_t>(i)] * size, size, m_input.data() + i * size);
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(m_config.num_layers); ++layer) {
        m_states.resize(static_cast<std::size_t>(length * width));
        run(m_directions[2 * layer], length, false, m_states.data());
        run(m_directions[2 * layer + 1], length, true, m_states.data() + hidden);
        std::swap(m_input, m_states);
    }
    // The last layer's states are in m_input now.
    std::copy_n(m_input.data(), width, m_pooled.data());
    for (std::int64_t i = 1; i < length; ++i) {
        const float* state = m_input.data() + i * width;
        for (std::size_t j = 0; j < m_pooled.size(); ++j)
            m_pooled[j] = m_config.pooling == Pooling::Max ? std::max(m_pooled[j], state[j]) : m_pooled[j] + state[j];
    }
    if (m_config.pooling == Pooling::Mean) {
        for (float& value : m_pooled)
            value /= static_cast<float>(length);
    }
    kernels::products().multiply(1, labels, width, m_pooled.data(), width, 1, m_classifier.const_data_ptr<float>(), labels, out.data(), labels);
    const float* bias = m_bias.const_data_ptr<float>();
    for (std::int64_t i = 0; i < labels; ++i)
        out[static_cast<std::size_t>(i)] += bias[i];
}

} // namespace triptych
