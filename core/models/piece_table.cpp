#include "models/piece_table.h"

#include "base/error.h"
#include "base/random.h"
#include "models/config_fields.h"
#include "models/required_tensor.h"
#include "models/sequence_classifier.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

Json pieceConfigToJson(const PieceConfig& config, std::string_view type, std::string_view architecture, const std::vector<std::string>& labels) {
    Json names = Json::object();
    Json ids = Json::object();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        names[std::to_string(i)] = labels[i];
        ids[labels[i]] = i;
    }
    return {{"model_type", type},
            {"architectures", {architecture}},
            {"embedding_size", config.embedding_size},
            {"num_labels", config.labels},
            {"max_length", config.max_length},
            {"dropout", config.dropout},
            {"id2label", names},
            {"label2id", ids},
            {"vocabulary", config.vocabulary}};
}

void readPieceConfig(const Json& value, std::string_view source, std::string_view type, PieceConfig& config) {
    if (!value.is_object() || value.value("model_type", Json()) != Json(type))
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': model_type is not '{}'", source, type));
    const JsonFields fields = configFields(value, std::string(source));
    config.embedding_size = static_cast<int>(fields.integer("embedding_size", 1, 1 << 14));
    config.labels = static_cast<int>(fields.integer("num_labels", 1, 1 << 20));
    config.max_length = static_cast<int>(fields.integer("max_length", 1, 1 << 16));
    fields.at("dropout");
    config.dropout = fields.fraction("dropout", 0);
    const Json& vocabulary = fields.at("vocabulary");
    const bool numbers = vocabulary.is_array() && std::all_of(vocabulary.begin(), vocabulary.end(), [](const Json& id) {
        return id.is_number_integer() && id.get<std::int64_t>() >= 0 && id.get<std::int64_t>() <= INT32_MAX;
    });
    if (!numbers)
        fields.failType("vocabulary", "an array of token ids");
    config.vocabulary = vocabulary.get<std::vector<std::int32_t>>();
    if (!std::is_sorted(config.vocabulary.begin(), config.vocabulary.end(), std::less_equal<>()))
        fields.fail("vocabulary", "is not ascending");
}

PieceTable::PieceTable(std::span<const std::int32_t> vocabulary) {
    for (std::size_t i = 0; i < vocabulary.size(); ++i)
        m_rows[vocabulary[i]] = static_cast<std::int64_t>(i) + kFirstPiece;
}

std::vector<std::int64_t> PieceTable::rowsOf(std::span<const std::int32_t> ids, std::size_t shortest, std::size_t longest) const {
    std::vector<std::int64_t> rows;
    rows.reserve(std::max(ids.size(), shortest));
    for (const std::int32_t id : ids.first(std::min(ids.size(), longest))) {
        const auto found = m_rows.find(id);
        rows.push_back(found == m_rows.end() ? kUnknownRow : found->second);
    }
    rows.resize(std::max(rows.size(), shortest), kFillRow);
    return rows;
}

PieceBatch packPieces(std::span<const std::vector<std::int64_t>* const> sequences) {
    PieceBatch batch;
    batch.starts.push_back(0);
    for (const auto* sequence : sequences)
        batch.starts.push_back(batch.starts.back() + static_cast<std::int64_t>(sequence->size()));
    batch.rows = at::empty({batch.starts.back()}, at::TensorOptions().dtype(at::kLong));
    auto* out = batch.rows.mutable_data_ptr<std::int64_t>();
    for (const auto* sequence : sequences)
        out = std::copy(sequence->begin(), sequence->end(), out);
    return batch;
}

at::Tensor embedPieces(const at::Tensor& embedding, const PieceBatch& batch, const WordRows* table) {
    return table ? at::embedding(table->values, table->index) : at::embedding(embedding, batch.rows);
}

NamedTensors randomWeights(const TensorShapes& shapes, std::uint64_t seed, const std::function<double(const std::string& name)>& deviation) {
    NamedTensors weights;
    Random seeds(seed);
    for (const auto& [name, shape] : shapes) {
        at::Tensor tensor = at::zeros(shape, at::TensorOptions().dtype(at::kFloat));
        const std::uint64_t own = seeds.next();
        const double wide = name == "embedding.weight" ? 0.3 : name == "classifier.weight" ? std::sqrt(1.0 / static_cast<double>(shape[1])) : deviation(name);
        if (wide > 0)
            fillNormal(tensor, wide, own);
        weights.emplace(name, std::move(tensor));
    }
    return weights;
}

void requireShapes(const NamedTensors& weights, const TensorShapes& shapes, std::string_view source) {
    for (const auto& [name, shape] : shapes)
        requiredTensor(weights, name, shape, source);
}

} // namespace triptych
