#include "models/sentence_modules.h"

#include "base/error.h"
#include "models/config_fields.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr std::int64_t kMostSize = 1 << 24;

Pooling readPooling(const fs::path& file) {
    const Json json = readJsonFile(file, kMaxConfigBytes);
    const JsonFields fields = configFields(json, file.string());
    for (const char* size : {"word_embedding_dimension", "embedding_dimension"})
        fields.integer(size, 1, kMostSize, 1);
    fields.boolean("include_prompt", true);
    std::vector<std::string> chosen;
    if (fields.has("pooling_mode")) {
        chosen.push_back(fields.string("pooling_mode"));
    } else {
        for (const auto& [key, value] : json.items()) {
            if (key.starts_with("pooling_mode_") && fields.boolean(key, false))
                chosen.push_back(key.substr(std::string_view("pooling_mode_").size()));
        }
    }
    if (chosen.size() == 1) {
        if (chosen[0] == "mean_tokens" || chosen[0] == "mean")
            return Pooling::Mean;
        if (chosen[0] == "cls_token" || chosen[0] == "cls")
            return Pooling::Cls;
        if (chosen[0] == "max_tokens" || chosen[0] == "max")
            return Pooling::Max;
    }
    std::string all;
    for (const std::string& mode : chosen)
        all += (all.empty() ? "" : " and ") + mode;
    throw Error(ErrorCode::Unsupported, fmt::format("'{}' asks for the pooling '{}'; this version has mean, cls and max, one at a time",
                                                    file.string(), all));
}

/// A module's folder; never outside the model's.
fs::path moduleFolder(const fs::path& folder, const JsonFields& module) {
    const fs::path relative = fs::path(module.string("path", "")).lexically_normal();
    if (relative.is_absolute() || (!relative.empty() && *relative.begin() == ".."))
        module.fail("path", fmt::format("is '{}', outside the model's folder", relative.string()));
    return folder / relative;
}

} // namespace

std::string_view poolingName(Pooling pooling) {
    switch (pooling) {
    case Pooling::Mean:
        return "mean";
    case Pooling::Cls:
        return "cls";
    case Pooling::Max:
        return "max";
    }
    return "mean";
}

SentenceModules readSentenceModules(const fs::path& folder) {
    SentenceModules result;
    if (const fs::path file = folder / "sentence_bert_config.json"; fs::exists(file)) {
        const Json json = readJsonFile(file, kMaxConfigBytes);
        result.max_seq_length = static_cast<int>(configFields(json, file.string()).integer("max_seq_length", 3, kMostSize, 0));
    }
    const fs::path file = folder / "modules.json";
    if (!fs::exists(file))
        return result;
    const Json wrapped = {{"modules", readJsonFile(file, kMaxConfigBytes)}};
    result.normalize = false;
    for (const JsonFields& module : JsonFields(wrapped, file.string()).objects("modules")) {
        const std::string type = module.string("type");
        const std::string kind = type.substr(type.rfind('.') + 1);
        if (kind == "Pooling") {
            result.pooling = readPooling(moduleFolder(folder, module) / "config.json");
        } else if (kind == "Normalize") {
            result.normalize = true;
        } else if (kind != "Transformer") {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' names the module '{}'; this version has Transformer, Pooling and Normalize",
                                                            file.string(), type));
        }
    }
    return result;
}

int readModelMaxLength(const fs::path& folder, int positions) {
    const fs::path file = folder / "tokenizer_config.json";
    if (!fs::exists(file))
        return positions;
    const Json config = readJsonFile(file, kMaxConfigBytes);
    // Tokenizers without a limit write 1e30 there.
    const double length = JsonFields(config, file.string()).positive("model_max_length", positions, 1e300);
    return length < 3 || length > positions ? positions : static_cast<int>(length);
}

} // namespace triptych
