#include "text/chat_template.h"

#include "base/files.h"
#include "base/json.h"
#include "formats/gguf.h"
#include "text/gguf_tokenizer.h"
#include "text/json_fields.h"
#include "text/tokenizer_json.h"

#include <fmt/format.h>

#include <array>
#include <locale.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr std::uintmax_t kMaxTemplateBytes = 1u << 20;
constexpr std::array kSpecialTokens = {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

std::string formatTime(const std::tm& time, const std::string& format) {
    // Python's strftime speaks English unless a program asks otherwise; the window sets the user's locale.
    static const locale_t kPlain = newlocale(LC_ALL_MASK, "C", nullptr);
    if (format.empty() || format.size() > 256)
        return {};
    char text[4096];
    return std::string(text, strftime_l(text, sizeof text, format.c_str(), &time, kPlain));
}

std::tm localTime() {
    const std::time_t now = std::time(nullptr);
    std::tm time{};
    localtime_r(&now, &time);
    return time;
}

[[noreturn]] void failName(const std::string& source, std::string_view name, const std::string& known) {
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no chat template '{}'", source, name),
                known.empty() ? std::string() : fmt::format("It has {}.", known));
}

/// "chat_template" of tokenizer_config.json.
std::optional<std::string> configuredTemplate(const Json& config, const std::string& source, std::string_view name) {
    const JsonFields fields(config, source);
    if (!fields.has("chat_template"))
        return std::nullopt;
    const Json& templates = fields.at("chat_template");
    if (templates.is_string()) {
        if (!name.empty() && name != "default")
            failName(source, name, {});
        return templates.get<std::string>();
    }
    if (!templates.is_array())
        fields.failType("chat_template", "a template or an array of them");
    std::string known;
    for (const JsonFields& entry : fields.objects("chat_template")) {
        const std::string entryName = entry.string("name");
        if (entryName == (name.empty() ? std::string_view("default") : name))
            return entry.string("template");
        known += (known.empty() ? "'" : ", '") + entryName + "'";
    }
    failName(source, name.empty() ? "default" : name, known);
}

} // namespace

std::map<std::string, std::string> specialTokensOf(const fs::path& folder) {
    const auto read = [&](const char* name) { return fs::exists(folder / name) ? readJsonFile(folder / name, kMaxConfigBytes) : Json::object(); };
    const Json map = read("special_tokens_map.json"), config = read("tokenizer_config.json");
    std::map<std::string, std::string> tokens;
    for (const char* key : kSpecialTokens) {
        if (const std::string token = specialToken(folder, map, config, key); !token.empty())
            tokens[key] = token;
    }
    return tokens;
}

ChatTemplate::ChatTemplate(std::string text, std::map<std::string, std::string> special_tokens, std::string source)
    : m_text(std::move(text)), m_source(std::move(source)), m_special_tokens(std::move(special_tokens)), m_template(m_text, m_source) {}

std::optional<ChatTemplate> ChatTemplate::open(const GgufFile& file, std::string_view name) {
    const bool named = !name.empty() && name != "default";
    const std::string key = named ? fmt::format("tokenizer.chat_template.{}", name) : std::string("tokenizer.chat_template");
    if (!file.has(key)) {
        if (named)
            failName(file.path().string(), name, {});
        return std::nullopt;
    }
    const auto ids = ggufSpecialTokens(file);
    return ChatTemplate(std::string(file.string(key)), ids, fmt::format("{}: {}", file.path().string(), key));
}

std::optional<ChatTemplate> ChatTemplate::open(const fs::path& model, std::string_view name) {
    if (const auto gguf = ggufFileOf(model))
        return open(GgufFile(*gguf), name);
    const fs::path configFile = model / "tokenizer_config.json";
    const Json config = fs::exists(configFile) ? readJsonFile(configFile, kMaxConfigBytes) : Json::object();
    // transformers takes the file of its own before the key, and further templates from a folder.
    const bool named = !name.empty() && name != "default";
    if (named && (name.find('/') != std::string_view::npos || name.front() == '.'))
        failName(model.string(), name, {});
    const fs::path file = named ? model / "additional_chat_templates" / fmt::format("{}.jinja", name) : model / "chat_template.jinja";
    if (fs::exists(file))
        return ChatTemplate(readFile(file, kMaxTemplateBytes), specialTokensOf(model), file.string());
    auto text = configuredTemplate(config, configFile.string(), name);
    if (!text && named)
        failName(model.string(), name, {});
    if (!text)
        return std::nullopt;
    return ChatTemplate(std::move(*text), specialTokensOf(model), configFile.string() + ": chat_template");
}

std::string ChatTemplate::render(const OrderedJson& messages, const ChatOptions& options) const {
    const auto isMessage = [](const OrderedJson& message) { return message.is_object() && message.contains("role") && message["role"].is_string(); };
    if (!messages.is_array())
        throw Error(ErrorCode::InvalidArgument, "the messages of a chat are no JSON array", R"(Give [{"role": "user", "content": "..."}].)");
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (!isMessage(messages[i]))
            throw Error(ErrorCode::InvalidArgument, fmt::format("message {} has no 'role' that is a text", i + 1), R"(Give {"role": "user", "content": "..."}.)");
    }
    // transformers gives the absent ones as None too: templates tell `none` from undefined.
    OrderedJson variables = {{"messages", messages}, {"tools", options.tools}, {"documents", options.documents}, {"add_generation_prompt", options.add_generation_prompt}};
    for (const auto& [name, token] : m_special_tokens)
        variables[name] = token;
    for (const auto& [name, value] : options.variables.items())
        variables[name] = value;
    return m_template.render(variables, [&](const std::string& format) { return formatTime(options.now.value_or(localTime()), format); });
}

} // namespace triptych
