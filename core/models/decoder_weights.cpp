#include "models/decoder_weights.h"

#include "base/error.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <optional>
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

at::Tensor allocate(const std::vector<std::int64_t>& shape, at::ScalarType type, const std::string& source, const std::string& name) {
    try {
        return at::empty(shape, at::TensorOptions().dtype(type));
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

bool isGpt2Matrix(std::string_view name) { return name.find(".c_") != std::string_view::npos && name.ends_with(".weight"); }

} // namespace

std::shared_ptr<const Linear> DecoderWeights::linear(const Matrix& matrix) const {
    const at::Tensor weight = tensor(matrix.name + ".weight", matrix.inputsFirst ? std::vector{matrix.in, matrix.out}
                                                                                 : std::vector{matrix.out, matrix.in});
    const at::Tensor bias = matrix.bias ? tensor(matrix.name + ".bias", {matrix.out}) : at::Tensor();
    return std::make_shared<FloatLinear>(weight, bias, matrix.inputsFirst);
}

at::Tensor NamedDecoderWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        missing(m_source, name);
    checkShape(found->second.sizes(), shape, m_source, name);
    if (found->second.scalar_type() != at::kFloat || !found->second.is_contiguous())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': tensor '{}' is not float32 and contiguous", m_source, name));
    return found->second;
}

at::Tensor SafetensorsDecoderWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const std::string source = m_set.source().string();
    const auto& tensors = m_set.tensors();
    auto found = tensors.find(name);
    if (found == tensors.end())
        found = tensors.find(std::string_view(name).substr(name.find('.') + 1));
    if (found == tensors.end())
        missing(source, name);
    const TensorView& view = found->second;
    checkShape(view.shape, shape, source, name);
    std::optional<at::ScalarType> type;
    if (view.dtype == DType::F32)
        type = at::kFloat;
    else if (view.dtype == DType::F16)
        type = at::kHalf;
    else if (view.dtype == DType::BF16)
        type = at::kBFloat16;
    if (!type) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("'{}': tensor '{}' is stored as {}; weights are read as F32, F16 or BF16", source, name, dtypeName(view.dtype)));
    }
    if (m_shapesOnly)
        return placeholder(shape);
    at::Tensor stored = allocate(shape, *type, source, name);
    // Not in place: the file promises no alignment.
    std::memcpy(stored.mutable_data_ptr(), view.data.data(), view.data.size());
    return stored.to(at::kFloat);
}

GgufDecoderWeights::GgufDecoderWeights(const GgufFile& file, const DecoderConfig& config, std::string source, bool shapesOnly)
    : m_file(file), m_source(std::move(source)), m_interleaved(file.string("general.architecture") == "llama")
    , m_postNorms(config.postNorms), m_headDim(config.head_dim), m_shapesOnly(shapesOnly) {}

at::Tensor GgufDecoderWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const std::string theirs = ggufTensorName(name, m_postNorms);
    const auto found = m_file.tensors().find(theirs);
    if (theirs.empty() || found == m_file.tensors().end())
        missing(m_source, theirs.empty() ? name : theirs);
    const bool turned = isGpt2Matrix(name);
    const std::vector<std::int64_t> stored = turned ? std::vector(shape.rbegin(), shape.rend()) : shape;
    checkShape(found->second.shape, stored, m_source, theirs);
    if (m_shapesOnly)
        return placeholder(shape);
    at::Tensor result = allocate(stored, at::kFloat, m_source, theirs);
    m_file.dequantize(theirs, {result.mutable_data_ptr<float>(), static_cast<std::size_t>(result.numel())});
    if (turned)
        return result.t().contiguous();
    if (m_interleaved && isTurned(name)) {
        // Row 2 i + j of a head in the file is row j · half + i of the head.
        const std::int64_t rest = shape.size() == 2 ? shape[1] : 1;
        return result.view({-1, m_headDim / 2, 2, rest}).transpose(1, 2).contiguous().view(shape);
    }
    return result;
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
