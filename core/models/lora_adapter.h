#pragma once

#include "base/json.h"
#include "models/lora_config.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace triptych {

/// A PEFT adapter folder: adapter_config.json and adapter_model.safetensors, as float32.
class LoraAdapter {
public:
    /// What stands beside a matrix W of the base: W + scaling · up · down. A table of embeddings is a W too, a row an id.
    struct Module {
        at::Tensor up;        ///< (rows of W, r): lora_B.weight, of a table lora_embedding_A transposed
        at::Tensor down;      ///< (r, columns of W): lora_A.weight, of a table lora_embedding_B transposed
        at::Tensor bias;      ///< lora_B.bias (rows of W) or undefined
        at::Tensor magnitude; ///< lora_magnitude_vector of DoRA (rows of W; of a table columns), or undefined
        double scaling = 0;
        bool table = false;
    };

    /// `base`: the folder of its base, where it is not the one that baseOfAdapter() finds. Throws Error{NotFound | InvalidInput |
    /// Unsupported} naming file, key or tensor: a pair without its other half, a rank that the configuration does not say. Whether
    /// it fits the base shows when it is laid over it.
    explicit LoraAdapter(const std::filesystem::path& folder, const std::filesystem::path& base = {});

    const LoraConfig& config() const { return m_config; }
    const std::filesystem::path& folder() const { return m_folder; }
    const std::filesystem::path& base() const { return m_base; } ///< a folder that is itself no adapter
    std::string source() const;                                  ///< the file of weights, for complaints
    /// By peft's names of modules, without "base_model.model.".
    const std::map<std::string, Module>& modules() const { return m_modules; }
    /// Tensors that stand for the base's of these names: of modules_to_save, trained biases.
    const std::map<std::string, at::Tensor>& replaced() const { return m_replaced; }
    std::int64_t parameters() const;

private:
    std::filesystem::path m_folder, m_base;
    LoraConfig m_config;
    std::map<std::string, Module> m_modules;
    std::map<std::string, at::Tensor> m_replaced;
};

/// One adapter being laid over one base: finds what belongs to the base's modules and tensors and remembers it, so that what fits
/// nothing shows. Names are those of the whole model; the adapter may be of its body alone and lack their prefix.
class AdapterFit {
public:
    /// `prefix` of the body: "model.", "bert.", ...; empty where there is none. `adapter` must outlive this.
    AdapterFit(const LoraAdapter& adapter, std::string prefix);

    /// What stands beside the matrix W (rows, columns) of a module, or null.
    /// Throws Error{InvalidInput} naming a tensor of another shape, or a module that target_modules does not name.
    const LoraAdapter::Module* module(const std::string& name, std::int64_t rows, std::int64_t columns, bool inner);
    /// What stands for a tensor, or null. Throws likewise, and for a tensor that modules_to_save names and the adapter lacks.
    const at::Tensor* replacement(const std::string& tensor, const std::vector<std::int64_t>& shape);
    /// The same for a tensor that the base need not have.
    const at::Tensor* replacement(const std::string& tensor);
    /// Throws Error{InvalidInput} if target_modules names a module and the adapter has nothing for it. `inner`: see LoraConfig.
    void require(const std::string& module, bool inner) const;
    /// Whether either of the former has anything for a module.
    bool touches(const std::string& module) const;
    /// Throws Error{InvalidInput} naming a module or a tensor that nothing was asked for.
    void finish() const;

private:
    std::string keyOf(const std::string& name) const;

    const LoraAdapter& m_adapter;
    std::string m_prefix;
    bool m_bare = false;
    std::set<std::string> m_modules, m_replaced; ///< asked for
};

/// W (rows, columns) with what stands beside it, contiguous.
at::Tensor mergedMatrix(const at::Tensor& weight, const LoraAdapter::Module& module);
/// DoRA (Liu et al. 2024, equation 5) gives each row of the sum W + scaling · up · down, of a table each column, a length of its
/// own: what they are multiplied with.
at::Tensor magnitudeScale(const at::Tensor& sum, const LoraAdapter::Module& module);
/// Throws Error{Unsupported}: a bias that the base has no place for.
[[noreturn]] void failUnmergeable(const LoraAdapter& adapter, const std::string& module);

/// Merges an adapter into the weights of a whole model by their names. Every module of `body`, names of tensors, must have what the
/// configuration says; tensors whose names start with one of `heads` may be new or of another shape. `shapesOnly`: nothing is
/// computed, and the shapes are those that would come out. Throws as AdapterFit does.
void mergeAdapter(const LoraAdapter& adapter, const std::string& prefix, const std::map<std::string, std::vector<std::int64_t>>& body,
                  const std::vector<std::string>& heads, std::map<std::string, at::Tensor>& weights, bool shapesOnly = false);

bool isAdapterFolder(const std::filesystem::path& folder);

/// The folder of an adapter's base: base_model_name_or_path as a path, from the adapter's folder or the current one, else its last
/// part as the name of a model in `models`, beside the adapter or in the data folder; capitals do not count there.
/// Throws Error{NotFound} naming both, {Unsupported} if the base is an adapter itself.
std::filesystem::path baseOfAdapter(const std::filesystem::path& folder, const std::filesystem::path& models = {});

/// An adapter's base, any other folder itself.
std::filesystem::path baseFolder(const std::filesystem::path& folder);

/// A model's folder, or its base's if it is an adapter's that lacks this file.
std::filesystem::path folderWith(const std::filesystem::path& folder, const char* file);

/// What a model's tokenizer and its chat template are read from: an adapter's folder if it has one of its own, else its base's; of
/// any other folder decoderPath().
std::filesystem::path tokenizerFolder(const std::filesystem::path& folder);

/// config.json of a model folder; of an adapter its base's, with the class and the labels of the adapted model.
Json modelConfig(const std::filesystem::path& folder);
Json adaptedConfig(const LoraAdapter& adapter);
/// Throws Error{Unsupported} if the adapter is one for labels, tags or spans: only encoders are run with those heads.
void refuseHeads(const LoraAdapter& adapter, std::string_view family);

} // namespace triptych
