#include "models/adapted_decoder.h"

#include "models/lora_linear.h"

#include <ATen/ops/add.h>

#include <utility>

namespace triptych {

namespace {

std::string prefixOf(const DecoderConfig& config) { return config.layout == WeightLayout::Gpt2 ? "transformer." : "model."; }
std::string wordsOf(const DecoderConfig& config) { return config.layout == WeightLayout::Gpt2 ? "transformer.wte" : "model.embed_tokens"; }
constexpr const char* kHead = "lm_head";

/// Another's weights with an adapter beside them, or merged into them.
class AdaptedWeights final : public DecoderWeights {
public:
    enum class Way { Beside, Merged, ShapesOnly };
    AdaptedWeights(const DecoderConfig& config, const DecoderWeights& base, const LoraAdapter& adapter, Way way, std::function<void(std::size_t)> each = {})
        : m_base(base), m_adapter(adapter), m_words(wordsOf(config)), m_tied(config.tie_word_embeddings), m_way(way), m_each(std::move(each)), m_fit(adapter, prefixOf(config)) {}

    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override;
    std::shared_ptr<const Linear> linear(const Matrix& matrix) const override;

    void finish() const { m_fit.finish(); }
    std::map<std::string, at::Tensor> merged() { return std::move(m_merged); }

private:
    at::Tensor replaced(const std::string& name, const std::vector<std::int64_t>& shape) const;

    const DecoderWeights& m_base;
    const LoraAdapter& m_adapter;
    std::string m_words;
    bool m_tied;
    Way m_way;
    std::function<void(std::size_t)> m_each;
    mutable AdapterFit m_fit;
    mutable std::shared_ptr<const Linear> m_table; ///< the base's word table, if its output table is the same
    mutable std::map<std::string, at::Tensor> m_merged;
};

/// The adapter's tensor in place of the base's, or undefined.
at::Tensor AdaptedWeights::replaced(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const at::Tensor* const own = m_fit.replacement(name, shape);
    return own ? *own : at::Tensor();
}

at::Tensor AdaptedWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    if (m_each)
        m_each(m_merged.size());
    at::Tensor result = replaced(name, shape);
    if (!result.defined())
        result = m_base.tensor(name, shape);
    if (shape.size() == 2) { // learned positions
        const std::string module = name.substr(0, name.rfind('.'));
        m_fit.require(module, false);
        if (const LoraAdapter::Module* adapted = m_fit.module(module, shape[0], shape[1], false); adapted && m_way != Way::ShapesOnly)
            result = mergedMatrix(result, *adapted);
    }
    if (m_way == Way::Merged)
        m_merged[name] = result;
    return result;
}

std::shared_ptr<const Linear> AdaptedWeights::linear(const Matrix& matrix) const {
    if (m_each)
        m_each(m_merged.size());
    const bool inner = matrix.name != m_words && matrix.name != kHead;
    const std::vector<std::int64_t> shape = matrix.inputsFirst ? std::vector{matrix.in, matrix.out} : std::vector{matrix.out, matrix.in};
    const std::string weightName = matrix.name + ".weight", biasName = matrix.name + ".bias";
    Matrix stored = matrix; // where the base has it
    if (matrix.name == kHead && m_tied)
        stored.name = m_words;

    const at::Tensor weight = replaced(weightName, shape);
    const at::Tensor bias = matrix.bias ? replaced(biasName, {matrix.out}) : at::Tensor();
    m_fit.require(matrix.name, inner);
    const LoraAdapter::Module* const module = m_fit.module(matrix.name, matrix.out, matrix.in, inner);

    if (m_way == Way::Merged) {
        at::Tensor whole = weight.defined() ? weight : m_base.tensor(stored.name + ".weight", shape);
        at::Tensor wholeBias = bias.defined() || !matrix.bias ? bias : m_base.tensor(biasName, {matrix.out});
        if (module) {
            whole = matrix.inputsFirst ? mergedMatrix(whole.t(), *module).t().contiguous() : mergedMatrix(whole, *module);
            if (module->bias.defined() && !matrix.bias)
                failUnmergeable(m_adapter, matrix.name);
            if (module->bias.defined())
                wholeBias = at::add(wholeBias, module->bias, module->scaling);
        }
        m_merged[weightName] = whole;
        if (wholeBias.defined())
            m_merged[biasName] = wholeBias;
        return std::make_shared<FloatLinear>(whole, wholeBias, matrix.inputsFirst);
    }

    // What is behind the product comes from here if the adapter changes it or something before it.
    const bool apart = matrix.bias && (bias.defined() || (module && module->magnitude.defined()));
    stored.bias = matrix.bias && !apart;
    std::shared_ptr<const Linear> base;
    if (weight.defined())
        base = std::make_shared<FloatLinear>(weight, stored.bias ? m_base.tensor(biasName, {matrix.out}) : at::Tensor(), matrix.inputsFirst);
    else if (stored.name == m_words && m_tied && m_table)
        base = m_table;
    else
        base = m_base.linear(stored);
    if (matrix.name == m_words && !weight.defined())
        m_table = base;
    if (m_way == Way::ShapesOnly || (!module && !apart))
        return base;
    const at::Tensor ownBias = !apart ? at::Tensor() : bias.defined() ? bias : m_base.tensor(biasName, {matrix.out});
    return std::make_shared<LoraLinear>(std::move(base), module ? *module : LoraAdapter::Module(), ownBias);
}

} // namespace

DecoderConfig adaptedDecoderConfig(DecoderConfig config, const LoraAdapter& adapter) {
    refuseHeads(adapter, config.model_type);
    const AdapterFit fit(adapter, prefixOf(config));
    if (fit.touches(wordsOf(config)) || fit.touches(kHead))
        config.tie_word_embeddings = false;
    return config;
}

Decoder adaptedDecoder(const DecoderConfig& config, const DecoderWeights& weights, const LoraAdapter& adapter, bool shapesOnly) {
    const AdaptedWeights adapted(config, weights, adapter, shapesOnly ? AdaptedWeights::Way::ShapesOnly : AdaptedWeights::Way::Beside);
    Decoder decoder(adaptedDecoderConfig(config, adapter), adapted);
    adapted.finish();
    return decoder;
}

std::map<std::string, at::Tensor> mergedDecoderWeights(const DecoderConfig& config, const DecoderWeights& weights, const LoraAdapter& adapter,
                                                       const std::function<void(std::size_t)>& each) {
    AdaptedWeights merged(config, weights, adapter, AdaptedWeights::Way::Merged, each);
    const Decoder all(adaptedDecoderConfig(config, adapter), merged); // asks for everything once
    merged.finish();
    return merged.merged();
}

} // namespace triptych
