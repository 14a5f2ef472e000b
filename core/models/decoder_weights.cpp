#include "models/decoder_weights.h"

#include "base/error.h"
#include "formats/quantized_blocks.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace {

constexpr const char* kSameModel = "The weights and the configuration must be of the same model.";

[[noreturn]] void missing(const std::string& source, const std::string& name) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lacks the tensor '{}'", source, name), kSameModel);
}

template <typename Shape>
void checkShape(const Shape& is, const std::vector<std::int64_t>& wanted, const std::string& source, const std::string& name) {
    if (!std::equal(is.begin(), is.end(), wanted.begin(), wanted.end())) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}': tensor '{}' has shape [{}] where the configuration asks for [{}]", source, name, fmt::join(is, ", "),
                                fmt::join(wanted, ", ")),
                    kSameModel);
    }
}

at::Tensor allocate(const std::vector<std::int64_t>& shape, const std::string& source, const std::string& name) {
    try {
        return at::empty(shape, at::TensorOptions().dtype(at::kFloat));
    } catch (const c10::Error&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("'{}': there is no memory for the tensor '{}'", source, name), "Choose a smaller model.");
    }
}

/// A tensor of a shape that takes no memory.
at::Tensor placeholder(const std::vector<std::int64_t>& shape) { return at::zeros({1}, at::TensorOptions().dtype(at::kFloat)).expand(shape); }

/// Names of the parts of a layer; the others stand in kGgufWhole.
struct Pair {
    std::string_view ours, theirs;
};
constexpr Pair kGgufParts[] = {
    {"self_attn.q_proj", "attn_q"},   {"self_attn.k_proj", "attn_k"},      {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"}, {"self_attn.q_norm", "attn_q_norm"}, {"self_attn.k_norm", "attn_k_norm"},
    {"mlp.gate_proj", "ffn_gate"},    {"mlp.up_proj", "ffn_up"},           {"mlp.down_proj", "ffn_down"},
    {"input_layernorm", "attn_norm"}, {"pre_feedforward_layernorm", "ffn_norm"}, {"post_feedforward_layernorm", "post_ffw_norm"},
    {"ln_1", "attn_norm"},            {"attn.c_attn", "attn_qkv"},         {"attn.c_proj", "attn_output"},
    {"ln_2", "ffn_norm"},             {"mlp.c_fc", "ffn_up"},              {"mlp.c_proj", "ffn_down"},
};
constexpr Pair kGgufWhole[] = {
    {"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"},       {"lm_head", "output"},
    {"transformer.wte", "token_embd"},    {"transformer.wpe", "position_embd"}, {"transformer.ln_f", "output_norm"},
};

std::string_view otherName(std::span<const Pair> pairs, std::string_view name) {
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.ours == name; });
    return found == pairs.end() ? std::string_view() : found->theirs;
}

bool isTurned(std::string_view name) {
    return name.find(".q_proj.") != std::string_view::npos || name.find(".k_proj.") != std::string_view::npos;
}

at::Tensor biasOf(const DecoderWeights& weights, const DecoderWeights::Matrix& matrix) {
    return matrix.bias ? weights.tensor(matrix.name + ".bias", {matrix.out}) : at::Tensor();
}

bool isStored(Reading reading) { return reading == Reading::Stored || reading == Reading::StoredFast; }

Precision precisionOf(Reading reading) { return reading == Reading::StoredFast ? Precision::Fast : Precision::Exact; }

/// A matrix as tensors of its own, for those that cannot stay in their file.
std::shared_ptr<const Linear> copied(const DecoderWeights& weights, const DecoderWeights::Matrix& matrix, Reading reading) {
    at::Tensor weight = weights.tensor(matrix.name + ".weight", matrix.inputsFirst ? std::vector{matrix.in, matrix.out}
                                                                                   : std::vector{matrix.out, matrix.in});
    if (precisionOf(reading) == Precision::Fast && kernels::hasBfloat16Products())
        weight = weight.to(at::kBFloat16);
    return std::make_shared<FloatLinear>(weight, biasOf(weights, matrix), matrix.inputsFirst);
}

bool isGpt2Matrix(std::string_view name) { return name.find(".c_") != std::string_view::npos && name.ends_with(".weight"); }

} // namespace

std::optional<GgmlType> ggmlTypeOf(DType dtype) {
    switch (dtype) {
    case DType::F32: return GgmlType::F32;
    case DType::F16: return GgmlType::F16;
    case DType::BF16: return GgmlType::BF16;
    default: return std::nullopt;
    }
}

std::shared_ptr<const Linear> DecoderWeights::linear(const Matrix& matrix) const { return copied(*this, matrix, Reading::Copies); }

at::Tensor NamedDecoderWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        missing(m_source, name);
    checkShape(found->second.sizes(), shape, m_source, name);
    if (found->second.scalar_type() != at::kFloat || !found->second.is_contiguous())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' is not float32 and contiguous", m_source, name));
    return found->second;
}

const TensorView& SafetensorsDecoderWeights::view(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const std::string source = m_set->source().string();
    const auto& tensors = m_set->tensors();
    auto found = tensors.find(name);
    if (found == tensors.end())
        found = tensors.find(std::string_view(name).substr(name.find('.') + 1));
    if (found == tensors.end())
        missing(source, name);
    checkShape(found->second.shape, shape, source, name);
    if (!ggmlTypeOf(found->second.dtype)) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': tensor '{}' is stored as {}; weights are read as F32, F16 or BF16", source, name,
                                                        dtypeName(found->second.dtype)));
    }
    return found->second;
}

at::Tensor SafetensorsDecoderWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const TensorView& from = view(name, shape);
    if (m_reading == Reading::Shapes)
        return placeholder(shape);
    const at::Tensor result = allocate(shape, m_set->source().string(), name);
    dequantize(*ggmlTypeOf(from.dtype), from.data, {result.mutable_data_ptr<float>(), static_cast<std::size_t>(result.numel())});
    return result;
}

std::shared_ptr<const Linear> SafetensorsDecoderWeights::linear(const Matrix& matrix) const {
    if (!isStored(m_reading) || matrix.inputsFirst || !StoredLinear::fits(matrix.in))
        return copied(*this, matrix, m_reading);
    const TensorView& from = view(matrix.name + ".weight", {matrix.out, matrix.in});
    const kernels::StoredMatrix stored = {*ggmlTypeOf(from.dtype), from.data.data(), matrix.out, matrix.in,
                                          matrix.in * static_cast<std::int64_t>(dtypeSize(from.dtype))};
    return std::make_shared<StoredLinear>(stored, std::vector<std::int32_t>(), biasOf(*this, matrix), m_set, precisionOf(m_reading));
}

GgufDecoderWeights::GgufDecoderWeights(std::shared_ptr<const GgufFile> file, const DecoderConfig& config, std::string source, Reading reading)
    : m_file(std::move(file)), m_source(std::move(source)), m_interleaved(m_file->string("general.architecture") == "llama")
    , m_postNorms(config.postNorms), m_headDim(config.head_dim), m_reading(reading) {}

const GgufTensor& GgufDecoderWeights::stored(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const std::string theirs = ggufTensorName(name, m_postNorms);
    const auto found = m_file->tensors().find(theirs);
    if (theirs.empty() || found == m_file->tensors().end())
        missing(m_source, theirs.empty() ? name : theirs);
    checkShape(found->second.shape, shape, m_source, theirs);
    if (!canDequantize(found->second.type))
        m_file->dequantize(theirs, {}); // which says what is wrong
    return found->second;
}

at::Tensor GgufDecoderWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const bool turned = isGpt2Matrix(name);
    const std::vector<std::int64_t> storedShape = turned ? std::vector(shape.rbegin(), shape.rend()) : shape;
    const GgufTensor& from = stored(name, storedShape);
    if (m_reading == Reading::Shapes)
        return placeholder(shape);
    at::Tensor result = allocate(storedShape, m_source, name);
    dequantize(from.type, from.data, {result.mutable_data_ptr<float>(), static_cast<std::size_t>(result.numel())});
    if (turned)
        return result.t().contiguous();
    if (m_interleaved && isTurned(name)) {
        // Row 2 i + j of a head in the file is row j · half + i of the head.
        const std::int64_t rest = shape.size() == 2 ? shape[1] : 1;
        return result.view({-1, m_headDim / 2, 2, rest}).transpose(1, 2).contiguous().view(shape);
    }
    return result;
}

std::shared_ptr<const Linear> GgufDecoderWeights::linear(const Matrix& matrix) const {
    if (!isStored(m_reading) || !StoredLinear::fits(matrix.in))
        return copied(*this, matrix, m_reading);
    const std::string name = matrix.name + ".weight";
    const GgufTensor& from = stored(name, {matrix.out, matrix.in});
    const auto layout = ggmlLayout(from.type);
    std::vector<std::int32_t> order;
    if (m_interleaved && isTurned(name)) {
        // As tensor() turns them.
        const auto half = static_cast<std::int32_t>(m_headDim / 2);
        for (std::int32_t row = 0; row < matrix.out; ++row) {
            const std::int32_t inHead = row % (2 * half);
            order.push_back(row - inHead + 2 * (inHead % half) + inHead / half);
        }
    }
    const kernels::StoredMatrix blocks = {from.type, from.data.data(), matrix.out, matrix.in,
                                          matrix.in / layout->blockValues * layout->blockBytes};
    return std::make_shared<StoredLinear>(blocks, std::move(order), biasOf(*this, matrix), m_file, precisionOf(m_reading));
}

std::string ggufTensorName(const std::string& name, bool postNorms) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos)
        return {};
    const std::string kind = name.substr(dot);
    const std::string_view stem = std::string_view(name).substr(0, dot);
    for (const std::string_view prefix : {"model.layers.", "transformer.h."}) {
        if (!stem.starts_with(prefix))
            continue;
        const std::string_view rest = stem.substr(prefix.size());
        const std::size_t end = rest.find('.');
        if (end == std::string_view::npos)
            return {};
        const std::string_view part = rest.substr(end + 1);
        // One name, two places: between the halves of a layer, or behind its first half.
        const std::string_view theirs = part == "post_attention_layernorm" ? (postNorms ? "post_attention_norm" : "ffn_norm")
                                                                           : otherName(kGgufParts, part);
        return theirs.empty() ? std::string() : fmt::format("blk.{}.{}{}", rest.substr(0, end), theirs, kind);
    }
    const std::string_view theirs = otherName(kGgufWhole, stem);
    return theirs.empty() ? std::string() : fmt::format("{}{}", theirs, kind);
}

} // namespace triptych
