#pragma once

#include "formats/gguf.h"
#include "formats/safetensors_set.h"
#include "models/decoder_config.h"
#include "models/linear.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

/// Where a decoder takes its weights from, by their Hugging Face names ("model.layers.0.self_attn.q_proj.weight"). A
/// subclass that overrides linear() decides what stands for a matrix: packed weights, an adapter around another's.
class DecoderWeights {
public:
    struct Matrix {
        std::string name; ///< without ".weight"
        std::int64_t out = 0;
        std::int64_t in = 0;
        bool bias = false;
        bool inputsFirst = false; ///< stored as (in, out)
    };

    virtual ~DecoderWeights() = default;
    /// float32, contiguous, of this shape. Throws Error{InvalidInput} naming source and tensor before anything is allocated.
    virtual at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const = 0;
    virtual std::shared_ptr<const Linear> linear(const Matrix& matrix) const;
};

/// Tensors in memory, not copied: what changes them in place changes the model.
class NamedDecoderWeights final : public DecoderWeights {
public:
    NamedDecoderWeights(std::map<std::string, at::Tensor> tensors, std::string source)
        : m_tensors(std::move(tensors)), m_source(std::move(source)) {}
    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override;

private:
    std::map<std::string, at::Tensor> m_tensors;
    std::string m_source;
};

/// The type of a safetensors tensor as blocks of ggml; none for those that are not read as weights.
std::optional<GgmlType> ggmlTypeOf(DType dtype);

/// What a reader of files makes of the weights.
enum class Reading {
    Shapes,       ///< everything is checked, no value is read
    Copies,       ///< float32 tensors
    Stored,       ///< matrices are StoredLinear where they can be, multiplied exactly
    StoredFast    ///< the same with Precision::Fast
};

/// A folder with one safetensors file or with shards, or the file itself; F32, F16 and BF16 are read. Names may lack their
/// first part ("layers.0…", "h.0…"), as the bodies of models are stored.
class SafetensorsDecoderWeights final : public DecoderWeights {
public:
    explicit SafetensorsDecoderWeights(const std::filesystem::path& path, Reading reading = Reading::Copies)
        : m_set(std::make_shared<SafetensorsSet>(path)), m_reading(reading) {}
    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override;
    std::shared_ptr<const Linear> linear(const Matrix& matrix) const override;

private:
    const TensorView& view(const std::string& name, const std::vector<std::int64_t>& shape) const;

    std::shared_ptr<SafetensorsSet> m_set;
    Reading m_reading;
};

/// A GGUF file's tensors; names are mapped, and what its converter turned round is turned back: the rows of queries and
/// keys of "llama", the matrices of "gpt2".
class GgufDecoderWeights final : public DecoderWeights {
public:
    GgufDecoderWeights(std::shared_ptr<const GgufFile> file, const DecoderConfig& config, std::string source, Reading reading = Reading::Copies);
    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override;
    std::shared_ptr<const Linear> linear(const Matrix& matrix) const override;

private:
    const GgufTensor& stored(const std::string& name, const std::vector<std::int64_t>& shape) const;

    std::shared_ptr<const GgufFile> m_file;
    std::string m_source;
    bool m_interleaved; // rows of queries and keys
    bool m_postNorms;
    std::int64_t m_headDim;
    Reading m_reading;
};

/// The GGUF name of a tensor with a Hugging Face name, or empty.
std::string ggufTensorName(const std::string& name, bool postNorms);

} // namespace triptych
