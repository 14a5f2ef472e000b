#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "models/decoder_weights.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

enum class ExportFormat {
    HuggingFace, ///< a folder with config.json and model.safetensors
    Gguf         ///< one file, of decoders
};

/// Of "hf" or "gguf". Throws Error{InvalidArgument} for another word.
ExportFormat exportFormat(std::string_view word);

struct ExportRequest {
    std::filesystem::path model;     ///< folder or GGUF file; an adapter is exported as the whole model that it makes with its base
    std::string name;                ///< what the model card calls it
    const DecoderWeights* weights = nullptr; ///< of a decoder: written instead of the model's own; they must be the same model
    ExportFormat format = ExportFormat::HuggingFace;
    std::string type;                ///< "f32", "f16", "bf16"; GGUF: "f16", "q8_0", "q4_0"; empty: as stored (an adapter: as its base is), else f32; GGUF: f16
    std::filesystem::path out;       ///< not there yet, in a folder that is; a GGUF file's ends in ".gguf"
};

struct ExportResult {
    std::filesystem::path path;
    std::uintmax_t bytes = 0;
    std::string type;               ///< as asked for or chosen
    std::vector<std::string> notes; ///< what the format cannot say, a sentence each
    Json proof;                     ///< what is kept beside the model, see exportModel
};

/// {"path", "bytes", "type", "notes", "prompts", "largest_difference", "drift"}.
Json exportResultToJson(const ExportResult& result);

/// What rounding may cost a decoder, as mean KL divergence in nats from the source over the prompts of its proof.
constexpr double kMostKlF16 = 0.01, kMostKlBF16 = 0.05, kMostKlQ8_0 = 0.05, kMostKlQ4_0 = 1;

/// Writes a model and proves it: another process opens the written files and must give the ids, the texts of ids, the
/// template's texts, the ends of text, the tensors, the logits and the greedy tokens that this process computed from the weights, rounded
/// as in the file. In the file's form but not rounded a decoder's weights must give the source's own logits, within 1e-4 of the greatest;
/// an adapter runs beside its base for that. Rounding may cost the above. Only then does `out` appear, with export_proof.json inside (of a
/// GGUF file <out>.proof.json beside it) and, of a folder, a section in its README.md. Progress counts tensors, of an adapter's decoder in
/// stage "merge", then in stage "export", then the steps of stage "prove".
/// Folders that killed exports left beside `out` are removed. Throws Error{AlreadyExists} if `out` is there, {InvalidArgument} naming the
/// setting, {Unsupported} naming what the format has no form for, {Corrupt} with what differed, {WorkerDied} or {OutOfMemory} if the other
/// process could not answer, {Io}, {Cancelled}; nothing is left behind then.
ExportResult exportModel(const ExportRequest& request, ProgressSink& progress, const std::stop_token& stop);

struct ProofCheck {
    Json proof;                           ///< as it was kept
    std::vector<std::string> differences; ///< from what was proven when it was exported; none: it still holds
    double largest = 0;                   ///< difference of outputs, as a share of the greatest one
    std::size_t prompts = 0;
};
/// Repeats the proof of an exported folder or GGUF file, and compares all files but its README.md and hidden ones; the source is not
/// needed. Throws Error{NotFound} if there is no proof, {InvalidInput} if it is none of this version's, {WorkerDied} or {OutOfMemory} if
/// the other process could not answer, {Cancelled}.
ProofCheck verifyExport(const std::filesystem::path& path, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
