#include "base/error.h"
#include "models/adapted_decoder.h"
#include "models/config_fields.h"
#include "models/decoder.h"
#include "text/gguf_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 16u << 20;

/// Chat models end a turn with other tokens than a text, and say so only here.
void addEnds(const fs::path& file, DecoderConfig& config) {
    const Json value = readJsonFile(file, kMostBytes);
    const JsonFields fields = configFields(value, file.string());
    if (!fields.has("eos_token_id"))
        return;
    for (const std::int64_t wide : fields.integers("eos_token_id", 0, config.vocab_size - 1)) {
        const auto id = static_cast<std::int32_t>(wide);
        if (std::find(config.eos_token_id.begin(), config.eos_token_id.end(), id) == config.eos_token_id.end())
            config.eos_token_id.push_back(id);
    }
}

DecoderConfig readFolder(const fs::path& folder) {
    const fs::path file = folder / "config.json";
    if (!fs::exists(file))
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no config.json", folder.string()), "Name a model folder or a GGUF file.");
    DecoderConfig config = decoderConfigFromJson(readJsonFile(file, kMostBytes), file.string());
    if (fs::exists(folder / "generation_config.json"))
        addEnds(folder / "generation_config.json", config);
    return config;
}

/// Calls `use` with the configuration and the weights of a folder or a GGUF file.
template <typename Use>
auto withWeights(const fs::path& path, Reading reading, const Use& use) {
    if (fs::is_directory(path)) {
        const DecoderConfig config = readFolder(path);
        return use(config, SafetensorsDecoderWeights(path, reading));
    }
    const auto file = std::make_shared<const GgufFile>(path);
    const DecoderConfig config = decoderConfigFromGguf(*file, path.string());
    return use(config, GgufDecoderWeights(file, config, path.string(), reading));
}

Decoder openAdapted(const LoraAdapter& adapter, Reading reading) {
    return withWeights(decoderPath(adapter.base()), reading, [&](const DecoderConfig& config, const DecoderWeights& weights) {
        return adaptedDecoder(config, weights, adapter, reading == Reading::Shapes);
    });
}

Decoder open(const fs::path& path, Reading reading) {
    if (isAdapterFolder(path))
        return openAdapted(LoraAdapter(path), reading);
    return withWeights(path, reading, [](const DecoderConfig& config, const DecoderWeights& weights) { return Decoder(config, weights); });
}

} // namespace

fs::path decoderPath(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder / "config.json", error) || isAdapterFolder(folder))
        return folder;
    return ggufFileOf(folder).value_or(folder);
}

DecoderConfig readDecoderConfig(const fs::path& path) {
    if (isAdapterFolder(path)) {
        const LoraAdapter adapter(path);
        return adaptedDecoderConfig(readDecoderConfig(decoderPath(adapter.base())), adapter);
    }
    return fs::is_directory(path) ? readFolder(path) : decoderConfigFromGguf(GgufFile(path), path.string());
}

Decoder openDecoder(const fs::path& path, Precision precision) {
    return open(path, precision == Precision::Fast ? Reading::StoredFast : Reading::Stored);
}

void checkDecoder(const fs::path& path) { open(path, Reading::Shapes); }

void checkDecoder(const LoraAdapter& adapter) { openAdapted(adapter, Reading::Shapes); }

std::map<std::string, at::Tensor> mergedDecoderWeights(const LoraAdapter& adapter, const std::function<void(std::size_t)>& each) {
    return withWeights(decoderPath(adapter.base()), Reading::Copies, [&](const DecoderConfig& config, const DecoderWeights& weights) {
        return mergedDecoderWeights(config, weights, adapter, each);
    });
}

} // namespace triptych
