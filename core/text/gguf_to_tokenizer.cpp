#include "text/gguf_conversion.h"

#include "base/error.h"
#include "text/gguf_stages.h"
#include "text/pre_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace triptych {

namespace {

using namespace gguf_token_type;

using Ids = std::unordered_map<std::string_view, std::size_t>;

[[noreturn]] void unsupported(const GgufVocabulary& data, std::string_view key, std::string_view what) {
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': 'tokenizer.ggml.{}' {}", data.source, key, what),
                "Take tokenizer.json from where the model comes from, or export to GGUF.");
}

std::int32_t typeOf(const GgufVocabulary& data, std::size_t id) { return data.token_type.empty() ? kNormal : data.token_type[id]; }

bool isText(std::string_view token) {
    try {
        static_cast<void>(Json(token).dump());
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

Json byteLevelMerges(const GgufVocabulary& data, const Ids& ids) {
    Json merges = Json::array();
    for (const std::string& merge : data.merges) {
        const std::size_t space = merge.find(' ', 1);
        if (space == std::string::npos)
            unsupported(data, "merges", fmt::format("has '{}', which is not a pair of tokens", merge));
        const std::string left = merge.substr(0, space), right = merge.substr(space + 1);
        // Readers of GGUF skip what the vocabulary lacks, readers of tokenizer.json refuse it.
        if (ids.contains(left) && ids.contains(right) && ids.contains(left + right))
            merges.push_back(Json::array({left, right}));
    }
    return merges;
}

/// Every way to make every token, the best score first: what merging by score does, as merging by rank.
Json scoredMerges(const GgufVocabulary& data, const Ids& ids) {
    struct Merge {
        float score;
        std::string_view left, right;
    };
    const auto takesPart = [&](std::size_t id) { return typeOf(data, id) == kNormal || typeOf(data, id) == kUserDefined || typeOf(data, id) == kUnused; };
    std::vector<Merge> merges;
    for (std::size_t id = 0; id < data.tokens.size(); ++id) {
        const std::string_view token = data.tokens[id];
        if (!takesPart(id))
            continue;
        for (std::size_t cut = 1; cut < token.size(); ++cut) {
            if ((static_cast<unsigned char>(token[cut]) & 0xC0) == 0x80)
                continue; // inside a character
            const auto left = ids.find(token.substr(0, cut)), right = ids.find(token.substr(cut));
            if (left != ids.end() && right != ids.end() && takesPart(left->second) && takesPart(right->second))
                merges.push_back({data.scores[id], left->first, right->first});
        }
    }
    std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) {
        return std::tuple(b.score, b.left.size(), b.right.size()) < std::tuple(a.score, a.left.size(), a.right.size());
    });
    Json list = Json::array();
    for (const Merge& merge : merges)
        list.push_back(Json::array({merge.left, merge.right}));
    return list;
}

} // namespace

Json tokenizerJsonOf(const GgufVocabulary& data) {
    const bool bytes = data.model == "gpt2";
    if (!bytes && data.model != "llama")
        unsupported(data, "model", fmt::format("is '{}'; of gpt2 and llama a tokenizer.json can be made", data.model));
    if (!bytes && data.scores.size() != data.tokens.size())
        unsupported(data, "scores", fmt::format("has {} entries for {} tokens", data.scores.size(), data.tokens.size()));
    Ids ids;
    Json vocabulary = Json::object(), added = Json::array();
    for (std::size_t id = 0; id < data.tokens.size(); ++id) {
        const std::string& token = data.tokens[id];
        if (!isText(token))
            unsupported(data, "tokens", fmt::format("has bytes at {} that are no UTF-8", id));
        if (token.empty() || !ids.emplace(token, id).second)
            unsupported(data, "tokens", fmt::format("has '{}' at {} again", token, id));
        vocabulary[token] = id;
        const std::int32_t type = typeOf(data, id);
        if (type == kControl || type == kUserDefined || type == kUnknown) {
            added.push_back({{"id", id}, {"content", token}, {"single_word", false}, {"lstrip", false}, {"rstrip", false}, {"normalized", false},
                             {"special", type != kUserDefined}});
        }
    }
    Json unknown;
    if (const auto id = bytes ? std::nullopt : idOr(data, data.unknown_token_id, 0))
        unknown = data.tokens[static_cast<std::size_t>(*id)];
    const Json stages = ggufStages(data);
    const auto stage = [&](const char* name) { return stages.value(name, Json()); };
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens", added},
            {"normalizer", stage("normalizer")},
            {"pre_tokenizer", stage("pre_tokenizer")},
            {"post_processor", stage("post_processor")},
            {"decoder", stage("decoder")},
            {"model",
             {{"type", "BPE"},
              {"dropout", nullptr},
              {"unk_token", unknown},
              {"continuing_subword_prefix", nullptr},
              {"end_of_word_suffix", nullptr},
              {"fuse_unk", !bytes},
              {"byte_fallback", !bytes},
              {"ignore_merges", bytes && preType(data.pre, data.source).ignore_merges},
              {"vocab", vocabulary},
              {"merges", bytes ? byteLevelMerges(data, ids) : scoredMerges(data, ids)}}}};
}

} // namespace triptych
