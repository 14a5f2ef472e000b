#pragma once

#include "interop/export_weights.h"
#include "interop/merged_model.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// What a folder holds its proof in; of a source it is that of another export.
inline constexpr const char* kExportProofFile = "export_proof.json";

/// A type of weights by its word on the command line.
struct ExportType {
    std::string_view word;
    GgmlType type;
    std::uint32_t fileType; ///< general.file_type of GGUF
    double mostKl;          ///< mean KL divergence from the source that rounding alone may cost, in nats
};

/// What is exported, opened as far as its headers.
struct ExportSource {
    std::filesystem::path whole;  ///< what the model is by itself, an adapter beside its base: folder or GGUF file
    std::filesystem::path path;   ///< folder or GGUF file of configuration and weights: of an adapter its base's, of an encoder's one that it is merged in
    std::filesystem::path stored; ///< the same, but never a merged one
    std::filesystem::path texts;  ///< folder or GGUF file of tokenizer and chat template
    Json config;                  ///< config.json; null for a GGUF file
    bool decoder = false;
    std::string licence;
    std::optional<DecoderConfig> shape; ///< of a decoder
    std::shared_ptr<const GgufFile> gguf;
    std::unique_ptr<DecoderWeights> own;
    const DecoderWeights* weights = nullptr; ///< of a decoder

    bool isFolder() const { return !gguf; }
};

/// A folder of the whole model that an encoder or a T5 and its adapter make. Throws Error{Io}.
void writeMerged(const std::filesystem::path& adapter, const std::filesystem::path& base, const MergedModel& merged, const std::filesystem::path& folder);

/// A Hugging Face folder and what lies beside its weights. Throws Error{Unsupported} naming what config.json cannot say, {Io}, {Cancelled}.
TensorSeals writeHuggingFace(const ExportSource& source, GgmlType type, const std::vector<StoredWeight>& layout, const std::filesystem::path& folder,
                             ProgressSink& progress, const std::stop_token& stop);

/// A decoder's GGUF file; what it cannot say goes into `notes`. Throws likewise.
TensorSeals writeGguf(const ExportSource& source, const ExportType& type, const std::vector<StoredWeight>& layout, const std::string& name,
                      const std::filesystem::path& file, std::vector<std::string>& notes, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
