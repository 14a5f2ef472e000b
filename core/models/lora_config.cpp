#include "models/lora_config.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "models/config_fields.h"
#include "text/regex.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace triptych {

namespace {

constexpr std::uintmax_t kMostBytes = 16u << 20;
constexpr std::int64_t kMostRank = 1 << 16;
constexpr double kMostAlpha = 1e9;
constexpr std::int64_t kMostLayers = 1 << 20;

/// Variants that compute something else than W + scaling · B A.
constexpr std::array kOtherVariants = {"alora_invocation_tokens", "arrow_config",      "kasa_config",           "layer_replication", "monteclora_config",
                                       "target_parameters",       "use_bdlora",        "use_qalora",            "trainable_token_indices"};
/// Initial values that leave the base's weights as they are; the others change them again whenever peft loads the adapter.
constexpr std::array kPlainInitials = {"gaussian", "eva", "orthogonal"};

bool isTrue(const Json& value) {
    return !value.is_null() && value != false && !((value.is_array() || value.is_object() || value.is_string()) && value.empty());
}

std::vector<std::string> strings(const JsonFields& fields, const char* key) {
    const Json& value = fields.at(key);
    if (!value.is_string() && !value.is_array())
        fields.failType(key, "a string or an array of strings");
    return value.is_string() ? std::vector{value.get<std::string>()} : fields.strings(key);
}

std::optional<TextSpan> find(const Regex& expression, const std::u32string& text) {
    Regex::Matches matches(expression);
    matches.start(text);
    return matches.next();
}

bool fits(const Regex& expression, const std::string& text) { return find(expression, decodeUtf8(text)).has_value(); }

/// A whole name, or its end behind a dot.
bool names(const std::vector<std::string>& ends, const std::string& module) {
    return std::any_of(ends.begin(), ends.end(), [&](const std::string& end) { return module == end || module.ends_with("." + end); });
}

double alphaAt(const JsonFields& fields, const std::string& key, double otherwise) {
    const double alpha = fields.number(key, otherwise);
    if (!(std::abs(alpha) <= kMostAlpha))
        fields.fail(key, fmt::format("is {}, beyond {}", alpha, kMostAlpha));
    return alpha;
}

void refuseOthers(const JsonFields& fields) {
    const std::string type = fields.string("peft_type");
    if (type != "LORA") {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': peft_type '{}' is not LORA", fields.source(), type),
                    "Merge it into its model in Python, by merge_and_unload() where peft has it, and import what save_pretrained() then writes.");
    }
    const auto refuse = [&](const char* key) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is {}, a variant of LoRA that is not computed here", fields.source(), key, dumpJson(fields.at(key))),
                    "Merge it into its model in Python by peft's merge_and_unload(), and import what save_pretrained() then writes.");
    };
    for (const char* key : kOtherVariants) {
        if (const auto found = fields.json().find(key); found != fields.json().end() && isTrue(*found))
            refuse(key);
    }
    if (fields.boolean("ensure_weight_tying", false))
        refuse("ensure_weight_tying");
    if (!fields.has("init_lora_weights") || fields.at("init_lora_weights").is_boolean())
        return;
    if (!fields.at("init_lora_weights").is_string())
        fields.failType("init_lora_weights", "true, false or a string");
    if (std::find(kPlainInitials.begin(), kPlainInitials.end(), fields.string("init_lora_weights")) == kPlainInitials.end()) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': init_lora_weights '{}' belongs to a base with changed weights", fields.source(), fields.string("init_lora_weights")),
                    "Save it in Python by save_pretrained(..., path_initial_model_for_weight_conversion=...), or merge it by merge_and_unload().");
    }
}

} // namespace

LoraConfig LoraConfig::read(const std::filesystem::path& file) {
    const std::string text = readFile(file, kMostBytes);
    const Json value = parseJson(text, file.string());
    const auto inOrder = nlohmann::ordered_json::parse(text); // of patterns the first that fits holds
    const JsonFields fields = configFields(value, file.string());
    refuseOthers(fields);
    const auto expression = [&](const std::string& pattern, const JsonFields& where, const std::string& key) {
        return std::make_shared<const Regex>(fmt::format(R"(\A(?:{}))", pattern), where, key);
    };
    const auto whole = [&](const std::string& pattern, const JsonFields& where, const std::string& key) {
        return expression(fmt::format(R"((?:{})\z)", pattern), where, key);
    };
    const auto isExpression = [&](const char* key) { return fields.has(key) && fields.at(key).is_string(); };

    LoraConfig config;
    config.base_model_name_or_path = fields.string("base_model_name_or_path", "");
    config.task_type = fields.string("task_type", "");
    if (fields.has("auto_mapping"))
        config.base_model_class = fields.object("auto_mapping").string("base_model_class", "");
    config.r = static_cast<int>(fields.integer("r", 1, kMostRank, 8));
    config.lora_alpha = alphaAt(fields, "lora_alpha", 8);
    config.use_rslora = fields.boolean("use_rslora", false);
    config.use_dora = fields.boolean("use_dora", false);
    // Of training and of peft's own arrangement: nothing is computed from them, but what they hold is looked at.
    fields.fraction("lora_dropout", 0);
    fields.boolean("fan_in_fan_out", false);
    fields.boolean("inference_mode", false);
    if (const std::string bias = fields.string("bias", "none"); bias != "none" && bias != "all" && bias != "lora_only")
        fields.fail("bias", fmt::format("is '{}', none of none, all and lora_only", bias));

    config.target_modules = strings(fields, "target_modules");
    if (isExpression("target_modules")) {
        std::string lower = config.target_modules.front();
        std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        config.m_allLinear = lower == "all-linear";
        if (!config.m_allLinear)
            config.m_target = whole(config.target_modules.front(), fields, "target_modules");
    }
    if (isExpression("exclude_modules"))
        config.m_exclude = whole(fields.string("exclude_modules"), fields, "exclude_modules");
    else if (fields.has("exclude_modules"))
        config.m_excluded = strings(fields, "exclude_modules");
    if (fields.has("modules_to_save"))
        config.modules_to_save = strings(fields, "modules_to_save");
    for (const std::string& name : config.modules_to_save)
        config.m_saved.push_back(whole(fmt::format(R"((?:|.*\.){}(?:|\..*))", name), fields, "modules_to_save"));

    for (const auto& [key, patterns] : {std::pair("rank_pattern", &config.m_ranks), std::pair("alpha_pattern", &config.m_alphas)}) {
        if (!fields.has(key))
            continue;
        const JsonFields map = fields.object(key);
        for (const auto& [pattern, unused] : inOrder.at(key).items()) {
            const double number = patterns == &config.m_ranks ? static_cast<double>(map.integer(pattern, 1, kMostRank)) : alphaAt(map, pattern, NAN);
            patterns->push_back({whole(fmt::format(R"((?:.*\.)?(?:{}))", pattern), map, pattern), number});
        }
    }

    if (fields.has("layers_to_transform")) {
        if (isExpression("target_modules"))
            fields.fail("layers_to_transform", "stands beside an expression in 'target_modules', which must name the layers itself");
        // An empty list means all layers, as if it were not there.
        if (std::vector<std::int64_t> layers = fields.integers("layers_to_transform", 0, kMostLayers); !layers.empty())
            config.m_layers = std::move(layers);
    }
    std::vector<std::string> layerNames;
    if (fields.has("layers_pattern"))
        layerNames = strings(fields, "layers_pattern");
    std::erase(layerNames, "");
    for (const std::string& name : layerNames)
        config.m_layerPatterns.push_back(expression(fmt::format(R"((?:|.*?\.)(?:{})\.\d+\.)", name), fields, "layers_pattern"));
    if (layerNames.empty())
        config.m_layerPatterns.push_back(expression(R"(.*?\.[^.]*\.\d+\.)", fields, "layers_pattern"));
    return config;
}

int LoraConfig::rank(const std::string& module) const {
    const auto found = std::find_if(m_ranks.begin(), m_ranks.end(), [&](const Pattern& pattern) { return fits(*pattern.module, module); });
    return found == m_ranks.end() ? r : static_cast<int>(found->value);
}

double LoraConfig::scaling(const std::string& module) const {
    const auto found = std::find_if(m_alphas.begin(), m_alphas.end(), [&](const Pattern& pattern) { return fits(*pattern.module, module); });
    const double alpha = found == m_alphas.end() ? lora_alpha : found->value;
    return alpha / (use_rslora ? std::sqrt(static_cast<double>(rank(module))) : rank(module));
}

bool LoraConfig::saves(const std::string& module) const {
    return std::any_of(m_saved.begin(), m_saved.end(), [&](const Expression& saved) { return fits(*saved, module); });
}

bool LoraConfig::excludes(const std::string& module) const {
    return (m_exclude ? fits(*m_exclude, module) : names(m_excluded, module)) || saves(module);
}

bool LoraConfig::hasLayer(const std::string& module) const {
    const std::u32string text = decodeUtf8(module);
    for (const Expression& pattern : m_layerPatterns) {
        const auto match = find(*pattern, text);
        // A name with parentheses of its own can match without a number.
        if (!match || match->end < 2 || text[static_cast<std::size_t>(match->end) - 1] != U'.')
            continue;
        std::int64_t number = 0, place = 1;
        for (auto i = static_cast<std::size_t>(match->end) - 1; i-- > 0 && text[i] >= U'0' && text[i] <= U'9' && place <= kMostLayers; place *= 10)
            number += place * (text[i] - U'0');
        return std::find(m_layers->begin(), m_layers->end(), number) != m_layers->end();
    }
    return false;
}

bool LoraConfig::targets(const std::string& module, bool inner) const {
    if (excludes(module))
        return false;
    if (m_allLinear)
        return inner;
    if (m_target)
        return fits(*m_target, module);
    if (std::find(target_modules.begin(), target_modules.end(), module) != target_modules.end())
        return true; // whatever layer it is in
    return names(target_modules, module) && (!m_layers || hasLayer(module));
}

} // namespace triptych
