#pragma once

#include "jobs/protocol.h"

#include <filesystem>
#include <memory>

namespace triptych {

class Generator;

/// What the Models page asks the engine; paths are absolute.
/// `model.describe {path}` -> what `model info --tensors` gives.
/// `model.import {source, name, models}` -> the same of the copy in `models`.
/// `model.get {name, models}` -> the same of a known model, fetched unless it is there.
/// `model.export {path, name, format: "hf" | "gguf", type, out}` -> {path, bytes, type, notes, prompts, largest_difference, drift};
/// an empty type is the format's own choice.
/// `model.try {path, texts}` -> of an encoder {tokens, similarities: a row of cosines for each text}, of a classifier
/// {tokens, labels: [{label, score}] for each text, best first}, of a decoder or T5 {tokens, answer, new_tokens, tokens_per_s,
/// time_to_first_token_s}: what it writes to the first text, as a chat where it has a template; all with ms. Pieces of an answer come
/// as they are written: `token {text, new_tokens, tokens_per_s, time_to_first_token_s}`, the figures so far.
/// `model.try {workspace, endpoint, texts}` -> the same of an endpoint; `tokens` is empty where its server does not count.
/// `endpoint.test {workspace, name}` -> what `endpoint test` gives.
class ModelHandlers {
public:
    Json describe(const Json& params, std::stop_token stop, ProgressSink& progress);
    Json import(const Json& params, std::stop_token stop, ProgressSink& progress);
    Json get(const Json& params, std::stop_token stop, ProgressSink& progress);
    Json exportTo(const Json& params, std::stop_token stop, ProgressSink& progress);
    Json tryOut(const Json& params, std::stop_token stop, RequestSink& sink);
    Json testEndpoint(const Json& params, std::stop_token stop, ProgressSink& progress);

private:
    struct Model;
    static Json tryEndpoint(const Json& params, const std::stop_token& stop, RequestSink& sink);
    Model& open(const std::filesystem::path& folder);
    static Json answer(Generator& generator, const std::string& text, const std::stop_token& stop, RequestSink& sink);

    std::shared_ptr<Model> m_open; ///< the last one tried
};

} // namespace triptych
