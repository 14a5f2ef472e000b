#pragma once

#include "base/json.h"

#include <filesystem>
#include <string>

namespace triptych::testing {

/// A copy of a tiny decoder or T5 with a tokenizer whose words are "t0", "t1", ... and, if asked for, a chat template.
inline void makeSpeaking(const std::filesystem::path& source, const std::filesystem::path& target, int vocabulary, bool chat) {
    std::filesystem::copy(source, target);
    Json words = Json::object();
    for (int i = 0; i < vocabulary; ++i)
        words["t" + std::to_string(i)] = i;
    writeJsonFile(target / "tokenizer.json", {{"version", "1.0"}, {"added_tokens", Json::array()}, {"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
                                              {"model", {{"type", "WordLevel"}, {"vocab", words}, {"unk_token", "t0"}}}});
    if (chat)
        writeJsonFile(target / "tokenizer_config.json", {{"chat_template", "{% for m in messages %}{{ m.content }} {% endfor %}"}});
}

} // namespace triptych::testing
