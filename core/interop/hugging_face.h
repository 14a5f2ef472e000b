#pragma once

#include "base/json.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace triptych {

/// Writes a folder that AutoModelForSequenceClassification loads, as BertForSequenceClassification or its kin: config.json of
/// `base` with id2label, label2id and architectures, model.safetensors in float32, the tokenizer's files of
/// `base`. The folder is made; files of those names in it are replaced. `changes` are keys of config.json that differ from `base`'s,
/// such as the number of layers.
/// `weights`: as SequenceClassifier::weights() names them, for K = labels. Throws Error{InvalidArgument} naming the tensor, {Io}.
void saveSequenceClassifier(const std::filesystem::path& folder, const std::filesystem::path& base,
                            const std::map<std::string, at::Tensor>& weights, const std::vector<std::string>& labels,
                            const std::map<std::string, std::int64_t>& changes = {});

/// The files that a tokenizer is read from, as far as `from` has them.
void copyTokenizer(const std::filesystem::path& from, const std::filesystem::path& to);

/// id2label of a folder's config.json, by id; LABEL_0, LABEL_1, ... if it is absent. Throws Error{InvalidInput} naming the key if
/// it has holes or one label twice.
std::vector<std::string> readLabels(const std::filesystem::path& folder);

/// The same of what such a file holds; `source` names it.
std::vector<std::string> labelsOf(const Json& config, const std::string& source);

/// Tensors (float32 or int64, any strides) as a safetensors file. Throws Error{InvalidArgument | Io}.
void saveTensors(const std::filesystem::path& file, const std::map<std::string, at::Tensor>& tensors);

} // namespace triptych
