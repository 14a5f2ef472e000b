#pragma once

#include "base/files.h"
#include "base/json.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Tiny models of tests/data with a tokenizer.
namespace triptych::testing {

namespace fs = std::filesystem;

inline fs::path data() { return TRIPTYCH_TEST_DATA; }

/// float32 values of a tensor in F32, F16 or BF16.
inline std::vector<float> valuesOf(const TensorView& view) {
    std::vector<float> values(view.data.size() / dtypeSize(view.dtype));
    dequantize(view.dtype == DType::F16 ? GgmlType::F16 : view.dtype == DType::BF16 ? GgmlType::BF16 : GgmlType::F32, view.data, values);
    return values;
}

/// A vocabulary as sentencepiece's converters write it: every way to make a piece is a merge, better pieces first.
inline Json sentencePieceTokenizer(bool prefix) {
    std::vector<std::string> tokens = {"<unk>", "<s>", "</s>", "<|turn|>"};
    for (int byte = 0; byte < 256; ++byte)
        tokens.push_back(fmt::format("<0x{:02X}>", byte));
    const std::vector<std::string> made = {"▁t", "he", "in", "▁a", "▁the", "an", "er", "▁s", "re", "on", "the", "▁c", "is", "▁an", "and", "▁and", "ab", "abc", "bc"};
    tokens.insert(tokens.end(), made.begin(), made.end());
    tokens.push_back("▁");
    for (char c = 'a'; c <= 'z'; ++c)
        tokens.emplace_back(1, c);
    for (const char* word : {"今", "天", "é", "T", "W", "2", "?", "."})
        tokens.emplace_back(word);
    Json vocabulary = Json::object(), merges = Json::array(), added = Json::array();
    for (std::size_t id = 0; id < tokens.size(); ++id)
        vocabulary[tokens[id]] = id;
    for (const std::string& piece : made) {
        std::vector<std::pair<std::string, std::string>> ways;
        for (std::size_t cut = 1; cut < piece.size(); ++cut) {
            if ((static_cast<unsigned char>(piece[cut]) & 0xC0) != 0x80 && vocabulary.contains(piece.substr(0, cut)) && vocabulary.contains(piece.substr(cut)))
                ways.emplace_back(piece.substr(0, cut), piece.substr(cut));
        }
        for (auto way = ways.rbegin(); way != ways.rend(); ++way)
            merges.push_back({way->first, way->second});
    }
    for (int id = 0; id < 4; ++id)
        added.push_back({{"id", id}, {"content", tokens[static_cast<std::size_t>(id)]}, {"special", true}, {"normalized", false}});
    const Json spaces = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}};
    Json decoders = Json::array({{{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}}, {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
    Json normalizers = Json::array();
    if (prefix) {
        normalizers.push_back({{"type", "Prepend"}, {"prepend", "▁"}});
        decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    }
    normalizers.push_back(spaces);
    const Json begin = {{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}}, text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
               other = {{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
    return {{"version", "1.0"},
            {"added_tokens", added},
            {"normalizer", {{"type", "Sequence"}, {"normalizers", normalizers}}},
            {"pre_tokenizer", nullptr},
            {"post_processor",
             {{"type", "TemplateProcessing"}, {"single", {begin, text}}, {"pair", {begin, text, other}}, {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {1}}, {"tokens", {"<s>"}}}}}}}},
            {"decoder", {{"type", "Sequence"}, {"decoders", decoders}}},
            {"model", {{"type", "BPE"}, {"unk_token", "<unk>"}, {"fuse_unk", true}, {"byte_fallback", true}, {"vocab", vocabulary}, {"merges", merges}}}};
}

/// The folder of a family of tests/data/decoders with a chat template, an end of text and its table of words grown to a tokenizer: "gpt2", "llama3", "qwen2", "smollm" of tests/data/tokenizers, or
/// "sentencepiece" with a space before texts, "gemma" without. What GGUF cannot say of the fixtures is left out.
inline fs::path speakingModel(const fs::path& folder, const std::string& family, const std::string& tokenizer, unsigned seed = 1) {
    fs::create_directories(folder);
    Json config = readJsonFile(data() / "decoders" / family / "config.json");
    const bool pieces = tokenizer == "sentencepiece" || tokenizer == "gemma";
    const Json words = pieces ? sentencePieceTokenizer(tokenizer == "sentencepiece") : readJsonFile(data() / "tokenizers" / tokenizer / "tokenizer.json");
    std::int64_t rows = 0;
    for (const auto& [token, id] : words["model"]["vocab"].items())
        rows = std::max(rows, id.get<std::int64_t>() + 1);
    std::string end;
    for (const Json& token : words["added_tokens"]) {
        rows = std::max(rows, token["id"].get<std::int64_t>() + 1);
        if (token["special"].get<bool>())
            end = token["content"];
    }
    rows += 3; // tables are often padded
    const auto idOf = [&](const std::string& wanted) {
        for (const Json& token : words["added_tokens"]) {
            if (token["content"] == wanted)
                return token["id"].get<int>();
        }
        return -1;
    };
    config["vocab_size"] = rows;
    config["eos_token_id"] = idOf(end);
    if (family == "qwen2")
        config["use_sliding_window"] = false;
    if (family == "gemma3")
        config["query_pre_attn_scalar"] = config["head_dim"];
    writeJsonFile(folder / "config.json", config);
    writeJsonFile(folder / "tokenizer.json", words);
    writeJsonFile(folder / "tokenizer_config.json", {{"eos_token", end}, {"bos_token", pieces ? "<s>" : tokenizer == "llama3" ? "<|begin_of_text|>" : end}});
    atomicWrite(folder / "chat_template.jinja", "{% for m in messages %}{{ m.role }}: {{ m.content }}" + end + "\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}");

    const SafetensorsSet source(data() / "decoders" / family);
    std::map<std::string, std::vector<float>> values;
    std::vector<FloatsToWrite> tensors;
    unsigned state = seed;
    for (const auto& [name, view] : source.tensors()) {
        std::vector<float>& own = values[name] = valuesOf(view);
        std::vector<std::int64_t> shape = view.shape;
        if (name.ends_with("embed_tokens.weight") || name.ends_with("wte.weight") || name == "lm_head.weight") {
            shape[0] = rows;
            own.resize(static_cast<std::size_t>(rows * shape[1]));
        }
        for (std::size_t i = view.data.size() / dtypeSize(view.dtype); i < own.size(); ++i) {
            state = state * 1664525u + 1013904223u;
            own[i] = std::round(static_cast<float>(state >> 8) / 16777216.0f * 256 - 128) / 512; // held by every type
        }
        tensors.push_back({name, shape, own});
    }
    for (FloatsToWrite& tensor : tensors)
        tensor.values = values[tensor.name];
    const DType dtype = config["dtype"] == "float32" ? DType::F32 : config["dtype"] == "bfloat16" ? DType::BF16 : DType::F16;
    writeSafetensorsAs(dtype, folder / "model.safetensors", tensors, {{"format", "pt"}});
    return folder;
}

/// Makes a value of a tensor NaN, in a safetensors file of F32, F16 or BF16.
inline void spoil(const fs::path& file, const std::string& tensor) {
    std::size_t fromEnd = 0;
    {
        const SafetensorsFile weights(file);
        const std::byte* end = nullptr;
        for (const auto& [name, view] : weights.tensors())
            end = std::max(end, view.data.data() + view.data.size());
        fromEnd = static_cast<std::size_t>(end - weights.tensor(tensor).data.data());
    }
    std::string bytes = readFile(file);
    bytes.replace(bytes.size() - fromEnd, 4, "\xc0\x7f\xc0\x7f");
    atomicWrite(file, bytes);
}

/// A copy of a tiny decoder or T5 with a tokenizer whose words are "t0", "t1", ... and, if asked for, a chat template.
inline void makeSpeaking(const fs::path& source, const fs::path& target, int vocabulary, bool chat) {
    fs::copy(source, target);
    Json words = Json::object();
    for (int i = 0; i < vocabulary; ++i)
        words["t" + std::to_string(i)] = i;
    writeJsonFile(target / "tokenizer.json", {{"version", "1.0"}, {"added_tokens", Json::array()}, {"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
                                              {"model", {{"type", "WordLevel"}, {"vocab", words}, {"unk_token", "t0"}}}});
    if (chat)
        writeJsonFile(target / "tokenizer_config.json", {{"chat_template", "{% for m in messages %}{{ m.content }} {% endfor %}"}});
}

} // namespace triptych::testing
