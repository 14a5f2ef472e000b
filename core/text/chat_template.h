#pragma once

#include "text/jinja_template.h"

#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace triptych {

class GgufFile;

/// What a chat template gets beside the messages.
struct ChatOptions {
    bool add_generation_prompt = true; ///< end with what opens the model's turn
    OrderedJson tools;                 ///< array of JSON schemas, or null
    OrderedJson documents;             ///< array, or null
    OrderedJson variables = OrderedJson::object(); ///< further ones by name: "enable_thinking", ...
    std::optional<std::tm> now;        ///< what strftime_now formats; the local time if empty
};

/// The chat template of a model: how messages become the text that it was trained on.
class ChatTemplate {
public:
    /// `special_tokens`: "bos_token", ... with their texts. Throws Error as JinjaTemplate does.
    ChatTemplate(std::string text, std::map<std::string, std::string> special_tokens, std::string source);

    /// Of a Hugging Face folder (chat_template.jinja, else "chat_template" of tokenizer_config.json, as one text or as a
    /// list of named ones), of a folder with one GGUF file, or of such a file. `name`: which of several; "default" if empty.
    /// Empty if there is none. Throws Error{InvalidInput} naming file and key, {NotFound} naming a `name` that is not there.
    static std::optional<ChatTemplate> open(const std::filesystem::path& model, std::string_view name = {});
    static std::optional<ChatTemplate> open(const GgufFile& file, std::string_view name = {});

    /// `messages`: array of objects {"role", "content", ...}. Special tokens are part of the text: encode it without adding
    /// any. Throws Error{InvalidArgument} if the messages are no such array or the template refuses them, saying why.
    std::string render(const OrderedJson& messages, const ChatOptions& options = {}) const;

    const std::string& text() const { return m_text; }
    const std::map<std::string, std::string>& specialTokens() const { return m_special_tokens; }

private:
    std::string m_text;
    std::string m_source;
    std::map<std::string, std::string> m_special_tokens;
    JinjaTemplate m_template;
};

/// The special tokens of a Hugging Face folder by the names that templates know them under, as far as it names them.
std::map<std::string, std::string> specialTokensOf(const std::filesystem::path& folder);

} // namespace triptych
