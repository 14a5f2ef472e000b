#pragma once

#include <filesystem>
#include <string_view>

namespace triptych {

enum class Pooling { Mean, Cls, Max };
std::string_view poolingName(Pooling pooling); ///< "mean", "cls", "max"

/// How the token vectors of an encoder become one: what modules.json, the pooling folder's config.json and
/// sentence_bert_config.json say.
struct SentenceModules {
    Pooling pooling = Pooling::Mean;
    bool normalize = true;
    int max_seq_length = 0; ///< 0: the folder does not say
};
/// Mean and normalised where the folder has no modules.json. Throws Error{InvalidInput} naming file and key,
/// {Unsupported} naming the module or pooling that this version does not have.
SentenceModules readSentenceModules(const std::filesystem::path& folder);

/// model_max_length of tokenizer_config.json where it is a limit below `positions`, else those.
/// Throws Error{InvalidInput} naming file and key.
int readModelMaxLength(const std::filesystem::path& folder, int positions);

} // namespace triptych
