#include "interop/export_weights.h"

#include "base/error.h"
#include "base/files.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors_set.h"
#include "models/decoder.h"

#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace triptych {

namespace {

constexpr std::int64_t kBlock = 32; ///< values of a block of Q8_0 and Q4_0

struct NamedShape {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// Writes down what a decoder asks for, and gives it tensors that take no memory.
class AskedWeights final : public DecoderWeights {
public:
    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override {
        if (std::none_of(m_asked.begin(), m_asked.end(), [&](const NamedShape& asked) { return asked.name == name; }))
            m_asked.push_back({name, shape});
        return at::zeros({1}, at::TensorOptions().dtype(at::kFloat)).expand(shape);
    }
    const std::vector<NamedShape>& asked() const { return m_asked; }

private:
    mutable std::vector<NamedShape> m_asked;
};

std::vector<NamedShape> weightsOf(const DecoderConfig& config) {
    const AskedWeights weights;
    const Decoder decoder(config, weights);
    return weights.asked();
}

bool isNorm(std::string_view name) { return name.ends_with("norm.weight"); }

std::size_t countOf(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape)
        count *= size;
    return static_cast<std::size_t>(count);
}

DType dtypeOf(GgmlType type) { return type == GgmlType::F16 ? DType::F16 : type == GgmlType::BF16 ? DType::BF16 : DType::F32; }

std::string hashOf(std::span<const std::byte> bytes) { return sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); }

TensorSeal sealOf(std::string_view type, const std::vector<std::int64_t>& shape, std::span<const std::byte> bytes) {
    return {std::string(type), shape, hashOf(bytes)};
}

TensorSeal sealOf(const StoredWeight& weight, std::span<const std::byte> bytes) {
    return sealOf(ggmlLayout(weight.type)->name, weight.storedShape(), bytes);
}

/// Rows of each head: those of its two halves by turns.
at::Tensor interleaved(const at::Tensor& weight, std::int64_t headDim) {
    const std::int64_t rest = weight.dim() == 2 ? weight.size(1) : 1;
    return weight.reshape({-1, 2, headDim / 2, rest}).transpose(1, 2).contiguous().view(weight.sizes());
}

at::Tensor separated(const at::Tensor& weight, std::int64_t headDim) {
    const std::int64_t rest = weight.dim() == 2 ? weight.size(1) : 1;
    return weight.reshape({-1, headDim / 2, 2, rest}).transpose(1, 2).contiguous().view(weight.sizes());
}

void report(ProgressSink& progress, std::size_t done, std::size_t total) {
    progress.progress({static_cast<std::int64_t>(done), static_cast<std::int64_t>(total), "tensors", "export"});
}

} // namespace

std::vector<std::int64_t> StoredWeight::storedShape() const { return turned ? std::vector<std::int64_t>(shape.rbegin(), shape.rend()) : shape; }

std::vector<StoredWeight> huggingFaceLayout(const DecoderConfig& config, GgmlType type) {
    std::vector<StoredWeight> layout;
    const double offset = config.model_type == "gemma3_text" ? 1 : 0;
    for (NamedShape& weight : weightsOf(config)) {
        StoredWeight stored;
        stored.added = isNorm(weight.name) ? config.normOffset - offset : 0;
        stored.name = stored.stored = std::move(weight.name);
        stored.shape = std::move(weight.shape);
        stored.type = type;
        layout.push_back(std::move(stored));
    }
    return layout;
}

std::vector<StoredWeight> ggufLayout(const DecoderConfig& config, GgmlType type, std::vector<std::string>& notes) {
    const bool gpt2 = config.layout == WeightLayout::Gpt2;
    const bool llama = config.model_type == "llama" || config.model_type == "mistral";
    std::vector<StoredWeight> layout;
    std::vector<std::string> ragged;
    for (NamedShape& weight : weightsOf(config)) {
        StoredWeight stored;
        stored.name = std::move(weight.name);
        stored.shape = std::move(weight.shape);
        stored.stored = ggufTensorName(stored.name, config.postNorms);
        stored.added = isNorm(stored.name) ? config.normOffset : 0;
        const std::string_view name = stored.name;
        stored.turned = gpt2 && name.find(".c_") != std::string_view::npos && stored.shape.size() == 2;
        if (llama && (name.find(".q_proj.") != std::string_view::npos || name.find(".k_proj.") != std::string_view::npos))
            stored.headDim = config.head_dim;
        if (stored.shape.size() == 2 && stored.stored != "position_embd.weight") {
            const bool outputs = stored.stored == "output.weight" || (stored.stored == "token_embd.weight" && config.tie_word_embeddings);
            stored.type = type == GgmlType::Q4_0 && outputs ? GgmlType::Q8_0 : type;
            if ((stored.type == GgmlType::Q8_0 || stored.type == GgmlType::Q4_0) && stored.storedShape().back() % kBlock != 0) {
                stored.type = GgmlType::F16;
                ragged.push_back(stored.stored);
            }
        }
        layout.push_back(std::move(stored));
    }
    if (!ragged.empty()) {
        notes.push_back(fmt::format("{} tensors are F16 instead: their rows are no multiple of {} wide ({}{}).", ragged.size(), kBlock, ragged.front(),
                                    ragged.size() > 1 ? ", …" : ""));
    }
    return layout;
}

std::vector<std::byte> storedBytes(const StoredWeight& weight, const at::Tensor& values) {
    at::Tensor file = values;
    if (weight.added != 0)
        file = at::add(file, weight.added);
    if (weight.turned)
        file = file.t();
    if (weight.headDim > 0)
        file = interleaved(file, weight.headDim);
    file = file.contiguous();
    const auto count = static_cast<std::size_t>(file.numel());
    const GgmlLayout layout = *ggmlLayout(weight.type);
    std::vector<std::byte> bytes(count / layout.blockValues * layout.blockBytes);
    quantize(weight.type, {file.const_data_ptr<float>(), count}, bytes);
    return bytes;
}

at::Tensor ExportedWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto weight = std::find_if(m_layout.begin(), m_layout.end(), [&](const StoredWeight& stored) { return stored.name == name; });
    if (weight == m_layout.end())
        throw Error(ErrorCode::Internal, fmt::format("the weight '{}' has no place in the export", name));
    const std::vector<std::byte> bytes = storedBytes(*weight, m_source.tensor(name, shape));
    at::Tensor values = at::empty(weight->storedShape(), at::TensorOptions().dtype(at::kFloat));
    dequantize(weight->type, bytes, {values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel())});
    if (weight->headDim > 0)
        values = separated(values, weight->headDim);
    return weight->turned ? values.t().contiguous() : values;
}

TensorSeals readSeals(const std::filesystem::path& model, const std::stop_token& stop) {
    TensorSeals seals;
    if (std::filesystem::is_directory(model)) {
        const SafetensorsSet set(model);
        for (const auto& [name, view] : set.tensors()) {
            throwIfStopped(stop);
            seals.emplace(name, sealOf(dtypeName(view.dtype), view.shape, view.data));
        }
        return seals;
    }
    const GgufFile file(model);
    for (const auto& [name, tensor] : file.tensors()) {
        throwIfStopped(stop);
        seals.emplace(name, sealOf(ggmlLayout(tensor.type)->name, tensor.shape, tensor.data));
    }
    return seals;
}

TensorSeals writeDecoderSafetensors(const std::filesystem::path& file, const DecoderWeights& source, const std::vector<StoredWeight>& layout,
                                    ProgressSink& progress, const std::stop_token& stop) {
    TensorSeals seals;
    std::vector<ShapeToWrite> shapes;
    for (const StoredWeight& weight : layout)
        shapes.push_back({weight.stored, dtypeOf(weight.type), weight.storedShape()});
    std::vector<std::byte> bytes;
    writeSafetensors(
        file, shapes,
        [&](std::size_t i) -> std::span<const std::byte> {
            throwIfStopped(stop);
            report(progress, seals.size(), layout.size());
            const StoredWeight& weight = layout[i];
            bytes = storedBytes(weight, source.tensor(weight.name, weight.shape));
            seals.emplace(weight.stored, sealOf(weight, bytes));
            return bytes;
        },
        {{"format", "pt"}});
    report(progress, layout.size(), layout.size());
    return seals;
}

TensorSeals writeDecoderGguf(const std::filesystem::path& file, const DecoderWeights& source, const std::vector<StoredWeight>& layout,
                             const GgufMetadataToWrite& metadata, const std::vector<float>& frequencyFactors, ProgressSink& progress,
                             const std::stop_token& stop) {
    constexpr const char* kFactors = "rope_freqs.weight";
    std::vector<GgufTensorToWrite> tensors;
    for (const StoredWeight& weight : layout)
        tensors.push_back({weight.stored, weight.type, weight.storedShape()});
    if (!frequencyFactors.empty())
        tensors.push_back({kFactors, GgmlType::F32, {static_cast<std::int64_t>(frequencyFactors.size())}});
    const std::size_t total = tensors.size();
    TensorSeals seals;
    GgufWriter writer(file, metadata, std::move(tensors));
    for (const StoredWeight& weight : layout) {
        throwIfStopped(stop);
        report(progress, seals.size(), total);
        const std::vector<std::byte> bytes = storedBytes(weight, source.tensor(weight.name, weight.shape));
        writer.write(bytes);
        seals.emplace(weight.stored, sealOf(weight, bytes));
    }
    if (!frequencyFactors.empty()) {
        const std::span<const std::byte> bytes = std::as_bytes(std::span(frequencyFactors));
        writer.write(bytes);
        seals.emplace(kFactors, sealOf("F32", {static_cast<std::int64_t>(frequencyFactors.size())}, bytes));
    }
    writer.commit();
    report(progress, total, total);
    return seals;
}

TensorSeals convertSafetensors(const std::filesystem::path& folder, const std::filesystem::path& file, GgmlType type, ProgressSink& progress,
                               const std::stop_token& stop) {
    const SafetensorsSet set(folder);
    struct Piece {
        const TensorView* view;
        std::optional<GgmlType> from;
    };
    std::vector<Piece> pieces;
    std::vector<ShapeToWrite> shapes;
    for (const auto& [name, view] : set.tensors()) {
        pieces.push_back({&view, ggmlTypeOf(view.dtype)});
        shapes.push_back({name, pieces.back().from ? dtypeOf(type) : view.dtype, view.shape});
    }
    TensorSeals seals;
    std::vector<float> values;
    std::vector<std::byte> bytes;
    writeSafetensors(
        file, shapes,
        [&](std::size_t i) -> std::span<const std::byte> {
            throwIfStopped(stop);
            report(progress, seals.size(), shapes.size());
            const Piece& piece = pieces[i];
            std::span<const std::byte> data = piece.view->data;
            if (piece.from) {
                values.resize(countOf(piece.view->shape));
                bytes.resize(values.size() * dtypeSize(shapes[i].dtype));
                dequantize(*piece.from, data, values);
                quantize(type, values, bytes);
                data = bytes;
            }
            seals.emplace(shapes[i].name, sealOf(dtypeName(shapes[i].dtype), shapes[i].shape, data));
            return data;
        },
        {{"format", "pt"}});
    report(progress, shapes.size(), shapes.size());
    return seals;
}

} // namespace triptych
