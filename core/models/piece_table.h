#pragma once

#include "base/json.h"
#include "models/bert.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Legend: B = sequences, T = tokens of the whole batch, E = embedding size.

namespace triptych {

/// What the small classifiers of ours (TextCnn, BiLstm, StaticEmbeddings) have in common. They read the word pieces of another
/// model's tokenizer, but know only those of their vocabulary. Written to config.json under these names.
struct PieceConfig {
    int embedding_size = 128;
    int labels = 0;
    int max_length = 64; ///< tokens with the special ones
    double dropout = 0.5;
    std::vector<std::int32_t> vocabulary; ///< the tokenizer's ids that the model knows, ascending
};
/// With id2label and label2id; `type` is the model_type.
Json pieceConfigToJson(const PieceConfig& config, std::string_view type, std::string_view architecture, const std::vector<std::string>& labels);
/// Throws Error{InvalidInput | Unsupported} naming source and key.
void readPieceConfig(const Json& value, std::string_view source, std::string_view type, PieceConfig& config);

/// Rows of an embedding (pieces + 2, E) for a tokenizer's ids: row 0 fills short texts up and is learnt like any other, row 1
/// stands for every piece that is not known, the others follow in the order of the vocabulary.
class PieceTable {
public:
    static constexpr std::int64_t kFillRow = 0;
    static constexpr std::int64_t kUnknownRow = 1;
    static constexpr std::int64_t kFirstPiece = 2;

    explicit PieceTable(std::span<const std::int32_t> vocabulary);
    /// Cut at the longest, filled up to the shortest length.
    std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids, std::size_t shortest, std::size_t longest) const;

private:
    std::unordered_map<std::int32_t, std::int64_t> m_rows;
};

/// A batch of table rows without padding: sequence i is rows starts[i] to starts[i + 1].
struct PieceBatch {
    at::Tensor rows;                  ///< (T), int64
    std::vector<std::int64_t> starts; ///< B + 1
    std::int64_t sequences() const { return static_cast<std::int64_t>(starts.size()) - 1; }
};
PieceBatch packPieces(std::span<const std::vector<std::int64_t>* const> sequences);
/// The batch's rows of an embedding (T, E); `table` as Bert's WordRows, may be null.
at::Tensor embedPieces(const at::Tensor& embedding, const PieceBatch& batch, const WordRows* table);

using TensorShapes = std::map<std::string, std::vector<std::int64_t>>;
/// Weights of a new model, the same on every machine: "embedding.weight" from normal(0, 0.3), "classifier.weight" with a deviation of
/// 1 / sqrt(its columns), each other tensor with the one that `deviation` gives for its name; 0 leaves zeros.
NamedTensors randomWeights(const TensorShapes& shapes, std::uint64_t seed, const std::function<double(const std::string& name)>& deviation);

/// Throws Error{InvalidInput} naming source and tensor unless every one is there with its shape.
void requireShapes(const NamedTensors& weights, const TensorShapes& shapes, std::string_view source);

} // namespace triptych
