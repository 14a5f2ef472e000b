#include "distillation/student_model.h"

#include "base/error.h"
#include "distillation/shrunken_student.h"
#include "distillation/student.h"
#include "interop/hugging_face.h"
#include "models/bilstm.h"
#include "models/encoder.h"
#include "models/static_embeddings.h"
#include "models/textcnn.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kEmbedding = "embedding.weight";
constexpr std::size_t kTokenBatch = 512;

Json configToJson(const TextCnnConfig& config, const std::vector<std::string>& labels) { return textCnnConfigToJson(config, labels); }
Json configToJson(const BiLstmConfig& config, const std::vector<std::string>& labels) { return biLstmConfigToJson(config, labels); }
Json configToJson(const StaticEmbeddingsConfig& config, const std::vector<std::string>& labels) { return staticEmbeddingsConfigToJson(config, labels); }

/// TextCnn, BiLstm or StaticEmbeddings.
template <typename Model>
class PieceStudent final : public StudentModel {
public:
    PieceStudent(Model model, fs::path tokenizer) : m_model(std::move(model)), m_tokenizer(std::move(tokenizer)) {}

    NamedTensors weights() const override { return m_model.weights(); }
    std::string table() const override { return kEmbedding; }
    std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids) const override { return m_model.rowsOf(ids); }
    std::int64_t hidden(std::int64_t) const override { return PieceTable::kUnknownRow; }
    at::Tensor forward(const PieceBatch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const override {
        return m_model.forward(batch, dropout, table);
    }
    void save(const fs::path& folder, const std::vector<std::string>& labels) const override {
        saveTensors(folder / "model.safetensors", m_model.weights());
        writeJsonFile(folder / "config.json", configToJson(m_model.config(), labels));
        copyTokenizer(m_tokenizer, folder);
    }

private:
    Model m_model;
    fs::path m_tokenizer;
};

std::vector<std::int32_t> vocabularyOf(const TokenRows& rows) {
    std::set<std::int32_t> ids;
    for (const Encoding& encoding : rows.encodings)
        ids.insert(encoding.ids.begin(), encoding.ids.end());
    return {ids.begin(), ids.end()};
}

template <typename Config>
Config pieceConfig(const StudentPlan& plan) {
    Config config;
    config.embedding_size = plan.settings.embedding_size;
    config.labels = static_cast<int>(plan.labels.size());
    config.max_length = static_cast<int>(plan.settings.train.max_length);
    config.dropout = plan.settings.dropout;
    config.vocabulary = vocabularyOf(plan.train);
    return config;
}

template <typename Model, typename Config>
std::unique_ptr<StudentModel> randomPieceStudent(const StudentPlan& plan, const Config& config) {
    return std::make_unique<PieceStudent<Model>>(Model::random(config, plan.seed), plan.tokens);
}

/// Rows of the word table (V, H) for the vocabulary; undefined where the teacher is of another shape than BERT's.
at::Tensor wordVectors(const fs::path& encoder, std::span<const std::int32_t> vocabulary) {
    if (!holdsEncoder(encoder))
        return {};
    const Bert bert = openBert(encoder);
    const at::Tensor& words = bert.weights().at("embeddings.word_embeddings.weight");
    if (words.size(0) <= vocabulary.back())
        return {};
    at::Tensor rows = at::empty({static_cast<std::int64_t>(vocabulary.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(vocabulary.begin(), vocabulary.end(), rows.mutable_data_ptr<std::int64_t>());
    return at::index_select(words, 0, rows);
}

/// What the encoder makes of each piece alone (pieces, H), as Model2Vec has it; undefined where there is no encoder.
at::Tensor tokenVectors(const StudentPlan& plan, std::span<const std::int32_t> vocabulary, JobContext& context) {
    if (!holdsEncoder(plan.encoder))
        return {};
    const std::unique_ptr<Encoder> encoder = Encoder::open(plan.encoder);
    const Encoding around = plan.tokenizer.encode(""); // the special tokens of a text
    const auto middle = static_cast<std::ptrdiff_t>(around.ids.size() / 2);
    const auto count = static_cast<std::int64_t>(vocabulary.size()), width = static_cast<std::int64_t>(encoder->dimension());
    at::Tensor vectors = at::empty({count, width}, at::TensorOptions().dtype(at::kFloat));
    for (std::size_t begin = 0; begin < vocabulary.size(); begin += kTokenBatch) {
        throwIfStopped(context.stop());
        if (context.poll() == RunControl::Pause)
            throw PauseRequested{};
        context.progress().progress({static_cast<std::int64_t>(begin), count, "tokens", "embed"});
        std::vector<Encoding> encodings;
        for (const std::int32_t id : vocabulary.subspan(begin, std::min(kTokenBatch, vocabulary.size() - begin))) {
            Encoding& encoding = encodings.emplace_back();
            encoding.ids = around.ids;
            encoding.ids.insert(encoding.ids.begin() + middle, id);
        }
        const std::vector<float> embedded = encoder->embedTokens(encodings, context.stop());
        std::copy(embedded.begin(), embedded.end(), vectors.mutable_data_ptr<float>() + static_cast<std::int64_t>(begin) * width);
    }
    context.progress().progress({count, count, "tokens", "embed"});
    return vectors;
}

} // namespace

std::unique_ptr<StudentModel> randomStudent(const StudentPlan& plan) {
    const DistillSettings& settings = plan.settings;
    if (settings.student == "bilstm") {
        auto config = pieceConfig<BiLstmConfig>(plan);
        config.hidden_size = settings.hidden_size;
        config.num_layers = settings.num_layers;
        config.pooling = settings.pooling;
        return randomPieceStudent<BiLstm>(plan, config);
    }
    if (settings.student == "static") {
        auto config = pieceConfig<StaticEmbeddingsConfig>(plan);
        config.head_size = settings.head_size;
        return randomPieceStudent<StaticEmbeddings>(plan, config);
    }
    if (settings.student == "shrunken")
        return shrunkenStudent(plan, false);
    auto config = pieceConfig<TextCnnConfig>(plan);
    config.filters = settings.filters;
    return randomPieceStudent<TextCnn>(plan, config);
}

std::unique_ptr<StudentModel> taughtStudent(const StudentPlan& plan, JobContext& context) {
    if (!plan.settings.embedding_from_teacher)
        return randomStudent(plan);
    if (plan.settings.student == "shrunken")
        return shrunkenStudent(plan, true);
    std::unique_ptr<StudentModel> student = randomStudent(plan);
    const std::vector<std::int32_t> vocabulary = vocabularyOf(plan.train);
    const bool alone = plan.settings.student == "static";
    const at::Tensor vectors = alone ? tokenVectors(plan, vocabulary, context) : wordVectors(plan.encoder, vocabulary);
    if (vectors.defined())
        startTable(student->weights().at(kEmbedding), vectors, alone ? inverseFrequencyWeights(plan.train, vocabulary) : at::Tensor());
    return student;
}

void startTable(const at::Tensor& embedding, const at::Tensor& vectors, const at::Tensor& weights) {
    const at::NoGradGuard guard;
    const std::int64_t kept = std::min(embedding.size(1), vectors.size(1));
    const at::Tensor rows = at::sub(vectors, vectors.mean(at::IntArrayRef{0}, true));
    // Ascending eigenvalues: the last directions carry most.
    const at::Tensor directions = std::get<1>(at::linalg_eigh(at::mm(rows.t(), rows))).narrow(1, vectors.size(1) - kept, kept);
    at::Tensor projected = at::mm(rows, directions);
    if (weights.defined())
        projected = at::mul(projected, weights.view({-1, 1}));
    const double size = std::sqrt(projected.square().mean().item<double>());
    if (!(size > 0) || !std::isfinite(size))
        return;
    projected = at::mul(projected, std::sqrt(embedding.square().mean().item<double>()) / size);
    embedding.narrow(0, embedding.size(0) - vectors.size(0), vectors.size(0)).narrow(1, 0, kept).copy_(projected);
}

at::Tensor inverseFrequencyWeights(const TokenRows& rows, std::span<const std::int32_t> vocabulary) {
    constexpr double kSmoothing = 1e-3;
    std::vector<double> counts(vocabulary.size());
    double total = 0;
    for (const Encoding& encoding : rows.encodings) {
        for (const std::int32_t id : encoding.ids) {
            const auto place = std::lower_bound(vocabulary.begin(), vocabulary.end(), id);
            if (place != vocabulary.end() && *place == id)
                ++counts[static_cast<std::size_t>(place - vocabulary.begin())];
            ++total;
        }
    }
    at::Tensor weights = at::empty({static_cast<std::int64_t>(vocabulary.size())}, at::TensorOptions().dtype(at::kFloat));
    auto* out = weights.mutable_data_ptr<float>();
    for (const double count : counts)
        *out++ = static_cast<float>(kSmoothing / (kSmoothing + count / std::max(1.0, total)));
    return weights;
}

} // namespace triptych
