#pragma once

#include "base/progress.h"
#include "formats/gguf_writer.h"
#include "formats/safetensors.h"
#include "models/decoder_weights.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

// Legend: N = tensors of a file.

namespace triptych {

/// One weight of a model and the form that it gets in a file.
struct StoredWeight {
    std::string name;                ///< as DecoderWeights names it
    std::vector<std::int64_t> shape;
    std::string stored;              ///< its name in the file
    GgmlType type = GgmlType::F32;   ///< safetensors: F32, F16 or BF16
    bool turned = false;             ///< as its transpose
    std::int64_t headDim = 0;        ///< not 0: rows of a head of this size are interleaved, as "llama" has queries and keys
    double added = 0;                ///< to each value: what the norms of one side hold beyond those of the other

    /// Row-major in the file.
    std::vector<std::int64_t> storedShape() const;
};

/// Every weight that a decoder of this configuration has, in a Hugging Face folder all of one type.
std::vector<StoredWeight> huggingFaceLayout(const DecoderConfig& config, GgmlType type);

/// The same in a GGUF file, as llama.cpp's converter lays it out: norms, biases and positions in F32, matrices in `type`, a table of
/// outputs never below Q8_0. Rows that are no whole blocks get F16, which `notes` says.
std::vector<StoredWeight> ggufLayout(const DecoderConfig& config, GgmlType type, std::vector<std::string>& notes);

/// The bytes of one weight as the file holds them. `weight`: float32, of the weight's shape.
std::vector<std::byte> storedBytes(const StoredWeight& weight, const at::Tensor& values);

/// The weights of a decoder as a reader of the exported file will see them, without the file.
class ExportedWeights final : public DecoderWeights {
public:
    /// Both must outlive this.
    ExportedWeights(const DecoderWeights& source, const std::vector<StoredWeight>& layout) : m_source(source), m_layout(layout) {}
    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override;

private:
    const DecoderWeights& m_source;
    const std::vector<StoredWeight>& m_layout;
};

/// What a file holds of a tensor: type, shape and hash of its bytes. Two files with equal seals hold the same tensors.
struct TensorSeal {
    std::string type;
    std::vector<std::int64_t> shape;
    std::string sha256;
};
using TensorSeals = std::map<std::string, TensorSeal>; ///< by the names in the file

/// Of a file that is there: a folder's safetensors or a GGUF file. Throws as their readers do, {Cancelled}.
TensorSeals readSeals(const std::filesystem::path& model, const std::stop_token& stop);

/// Write all weights and give what was written, one tensor in memory at a time; progress counts tensors, stage "export".
/// Throw Error{Io, Cancelled} and as `source` does; nothing is left behind then.
TensorSeals writeDecoderSafetensors(const std::filesystem::path& file, const DecoderWeights& source, const std::vector<StoredWeight>& layout,
                                    ProgressSink& progress, const std::stop_token& stop);
TensorSeals writeDecoderGguf(const std::filesystem::path& file, const DecoderWeights& source, const std::vector<StoredWeight>& layout,
                             const GgufMetadataToWrite& metadata, const std::vector<float>& frequencyFactors, ProgressSink& progress,
                             const std::stop_token& stop);
/// All tensors of a folder's safetensors, those of floating point as `type`, the others as they are.
TensorSeals convertSafetensors(const std::filesystem::path& folder, const std::filesystem::path& file, GgmlType type, ProgressSink& progress,
                               const std::stop_token& stop);

} // namespace triptych
