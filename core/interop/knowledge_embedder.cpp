#include "interop/knowledge_embedder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "interop/endpoint_client.h"
#include "jobs/endpoint.h"
#include "jobs/model_lookup.h"
#include "knowledge/knowledge_store.h"
#include "models/encoder.h"
#include "models/lora_adapter.h"
#include "storage/workspace.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

/// Of the configuration and of 256 pieces of the weights: what a fine-tuning has changed shows, and a folder that was
/// copied stays the same, without reading it all at every start.
std::string fingerprintOf(const fs::path& folder) {
    constexpr std::size_t kPieces = 256, kPieceBytes = 4096;
    std::string sampled;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_regular_file() && (entry.path().extension() == ".safetensors" || entry.path().extension() == ".json"))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& path : files) {
        const MappedFile file(path);
        const std::span<const std::byte> bytes = file.bytes();
        sampled += fmt::format("{} {}\n", path.filename().string(), bytes.size());
        const std::size_t step = std::max(bytes.size() / kPieces, kPieceBytes);
        for (std::size_t begin = 0; begin < bytes.size(); begin += step) {
            const auto piece = bytes.subspan(begin, std::min(kPieceBytes, bytes.size() - begin));
            sampled.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        }
    }
    return sha256(sampled).substr(0, 16);
}

/// The tokens of a model, which live as long as it does.
class EncoderTokens final : public TokenCounter {
public:
    explicit EncoderTokens(std::shared_ptr<Encoder> encoder) : m_encoder(std::move(encoder)), m_counter(m_encoder->tokenizer()) {}
    std::vector<TokenRange> tokens(std::string_view utf8) const override { return m_counter.tokens(utf8); }

private:
    std::shared_ptr<Encoder> m_encoder;
    ModelTokenCounter m_counter;
};

} // namespace

std::string sentencePrompt(const fs::path& folder, std::string_view use) {
    const fs::path file = folder / "config_sentence_transformers.json";
    if (!fs::exists(file))
        return {};
    const Json config = readJsonFile(file, 16u << 20);
    const JsonFields fields(config, file.string());
    if (!fields.has("prompts"))
        return {};
    const JsonFields prompts = fields.object("prompts");
    return prompts.string(std::string(use), use == "passage" ? prompts.string("document", "") : std::string());
}

BaseEmbedder openModelEmbedder(const std::string& name, const fs::path& folder) {
    BaseEmbedder base;
    base.name = name;
    std::shared_ptr<Encoder> encoder = Encoder::open(folder);
    const fs::path prompts = folderWith(folder, "config_sentence_transformers.json");
    base.query_prefix = sentencePrompt(prompts, "query");
    base.passage_prefix = sentencePrompt(prompts, "passage");
    base.fingerprint = fingerprintOf(folder);
    base.counter = std::make_shared<EncoderTokens>(encoder);
    base.embedder = std::move(encoder);
    return base;
}

BaseEmbedder openEndpointEmbedder(const Endpoint& endpoint, ProgressSink& progress, const std::stop_token& stop) {
    BaseEmbedder base = wordsOnly();
    base.name = endpoint.name;
    base.embedder = std::make_shared<EndpointEmbedder>(EndpointClient::open(endpoint, stop), progress, stop);
    base.fingerprint = fmt::format("{} {}", endpoint.base_url, endpoint.model);
    return base;
}

BaseEmbedder unweightedHashingEmbedder() {
    BaseEmbedder base = wordsOnly();
    base.name = "hashing";
    base.fingerprint = "1";
    return base;
}

BaseEmbedder openBaseEmbedder(const Workspace* workspace, const std::string& name, ProgressSink& progress, const std::stop_token& stop) {
    if (name == "hashing")
        return unweightedHashingEmbedder();
    if (workspace) {
        if (const auto endpoint = findEndpoint(workspace->folder(), name))
            return openEndpointEmbedder(*endpoint, progress, stop);
    }
    return openModelEmbedder(name, resolveModel(workspace, name).path);
}

BaseEmbedder openEmbedderOf(const Workspace& workspace, const KnowledgeStore& store, ProgressSink& progress, const std::stop_token& stop) {
    const std::string name = store.settings().value("embedder", "");
    if (name.empty())
        return wordsOnly();
    return embedderFor(store, openBaseEmbedder(&workspace, name, progress, stop));
}

std::string defaultEmbedder(const Workspace* workspace) {
    for (const char* name : {"multilingual-e5-small", "all-minilm-l6-v2"}) {
        try {
            resolveModel(workspace, name);
            return name;
        } catch (const Error&) { // is not there
        }
    }
    return "hashing";
}

} // namespace triptych
