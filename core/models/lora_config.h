#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

class Regex;

/// adapter_config.json of a LoRA adapter (Hu et al. 2021) under peft's key names, as far as applying it depends on them. A module is
/// a part of the model as peft names it: "model.layers.0.self_attn.q_proj".
class LoraConfig {
public:
    /// Throws Error{InvalidInput} naming file and key, {Unsupported} for another peft_type and for variants of LoRA that compute
    /// something else, {NotFound | Io}.
    static LoraConfig read(const std::filesystem::path& file);

    std::string base_model_name_or_path; ///< may be empty
    std::string task_type;               ///< "CAUSAL_LM", "SEQ_CLS", ...; empty if the file says nothing
    std::string base_model_class;        ///< of auto_mapping: "BertForSequenceClassification"; empty if the file says nothing
    int r = 8;
    double lora_alpha = 8;
    bool use_rslora = false;
    bool use_dora = false;
    std::vector<std::string> target_modules; ///< an expression or "all-linear" stands alone
    std::vector<std::string> modules_to_save;

    /// Of a module: r and lora_alpha after rank_pattern and alpha_pattern, of which the first that fits holds.
    int rank(const std::string& module) const;
    /// lora_alpha / r, with use_rslora lora_alpha / sqrt(r) (Kalajdzievski 2023).
    double scaling(const std::string& module) const;
    /// Whether target_modules names a module, by peft's rules: names and ends of names, or an expression for the whole;
    /// exclude_modules, layers_to_transform and modules_to_save take some of them out. `inner`: a linear layer that is not the
    /// model's output, which is what "all-linear" means.
    bool targets(const std::string& module, bool inner) const;
    /// Whether modules_to_save names a module or one that it is part of.
    bool saves(const std::string& module) const;

private:
    using Expression = std::shared_ptr<const Regex>;
    struct Pattern {
        Expression module;
        double value = 0;
    };
    bool excludes(const std::string& module) const;
    bool hasLayer(const std::string& module) const;

    std::vector<Pattern> m_ranks, m_alphas;
    Expression m_target; ///< if target_modules is one
    bool m_allLinear = false;
    Expression m_exclude; ///< if exclude_modules is one
    std::vector<std::string> m_excluded;
    std::vector<Expression> m_saved;
    std::optional<std::vector<std::int64_t>> m_layers; ///< layers_to_transform
    std::vector<Expression> m_layerPatterns;           ///< each ends behind the number of a layer and a dot
};

} // namespace triptych
