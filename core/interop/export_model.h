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
    std::filesystem::path model;     ///< folder or GGUF file: configuration, tokenizer, chat template and, unless `weights` is given, weights
    std::string name;                ///< what the model card calls it
    const DecoderWeights* weights = nullptr; ///< of a decoder, instead of the model's own: an adapter merged into them
    ExportFormat format = ExportFormat::HuggingFace;
    std::string type;                ///< "f32", "f16", "bf16"; GGUF: "f16", "q8_0", "q4_0"; empty: as stored, else f32; GGUF: f16
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

/// Writes a model and proves it: another process opens the written files and must give the ids, the template's texts, the ends of
/// text, the tensors, the logits and the greedy tokens that this process computed from the source, weights rounded as in the file.
/// Only then does `out` appear, with export_proof.json inside (of a GGUF file <out>.proof.json beside it) and, of a folder, a section
/// in its README.md. Progress counts tensors, stage "export", then prompts, stage "prove".
/// Throws Error{AlreadyExists} if `out` is there, {InvalidArgument} naming the setting, {Unsupported} naming what the format has no
/// form for, {Corrupt} with what differed, {Io}, {Cancelled}; nothing is left behind then.
ExportResult exportModel(const ExportRequest& request, ProgressSink& progress, const std::stop_token& stop);

struct ProofCheck {
    Json proof;                           ///< as it was kept
    std::vector<std::string> differences; ///< from what was proven when it was exported; none: it still holds
    double largest = 0;                   ///< difference of outputs, as a share of the greatest one
    std::size_t prompts = 0;
};
/// Repeats the proof of an exported folder or GGUF file; the source is not needed. Throws Error{NotFound} if there is no proof,
/// {InvalidInput} if it is none of this version's, {Cancelled}.
ProofCheck verifyExport(const std::filesystem::path& path, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
