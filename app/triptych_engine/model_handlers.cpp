#include "model_handlers.h"
#include "request_params.h"

#include "base/error.h"
#include "base/memory.h"
#include "generation/endpoint_check.h"
#include "generation/generator.h"
#include "interop/export_model.h"
#include "interop/fetch_model.h"
#include "interop/model_folder.h"
#include "models/encoder.h"
#include "models/lora_adapter.h"
#include "models/task_model.h"
#include "prediction/base_encoder.h"
#include "prediction/vector_file.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxTexts = 16;
constexpr int kMostNewTokens = 128;

Json described(const fs::path& folder) {
    Json document = modelSummaryToJson(describeModelFolder(folder));
    document["path"] = folder.string();
    document["tensors"] = tensorsToJson(describeTensors(folder));
    return document;
}

/// A row of cosines for each text; `vectors`: row-major (texts, width), of length 1.
Json similarities(const std::vector<float>& vectors, std::size_t texts) {
    const std::size_t width = vectors.size() / texts;
    Json rows = Json::array();
    for (std::size_t i = 0; i < texts; ++i) {
        Json row = Json::array();
        for (std::size_t j = 0; j < texts; ++j)
            row.push_back(dotProduct(std::span(vectors).subspan(i * width, width), std::span(vectors).subspan(j * width, width)));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

struct ModelHandlers::Model {
    fs::path folder;
    fs::file_time_type written; ///< of config.json, adapter_config.json or the GGUF file: a model put there anew is opened anew
    ModelSummary summary;
    std::unique_ptr<Encoder> encoder;       ///< this
    std::optional<TaskModel> classifier;    ///< or this
    std::unique_ptr<Tokenizer> tokenizer;   ///< the classifier's
    std::unique_ptr<Generator> generator;   ///< or this
};

Json ModelHandlers::describe(const Json& params, std::stop_token, ProgressSink&) { return described(pathParam(params, "model.describe", "path")); }

Json ModelHandlers::import(const Json& params, std::stop_token stop, ProgressSink& progress) {
    return described(importModel(pathParam(params, "model.import", "source"), stringParam(params, "model.import", "name"), pathParam(params, "model.import", "models"), progress, stop));
}

Json ModelHandlers::get(const Json& params, std::stop_token stop, ProgressSink& progress) {
    return described(fetchModel(knownModel(stringParam(params, "model.get", "name")), pathParam(params, "model.get", "models"), packageIndex(), progress, stop));
}

Json ModelHandlers::exportTo(const Json& params, std::stop_token stop, ProgressSink& progress) {
    constexpr const char* kMethod = "model.export";
    m_open.reset(); // an export takes the memory of the weights itself
    returnFreedMemory();
    ExportRequest request;
    request.model = pathParam(params, kMethod, "path");
    request.name = stringParam(params, kMethod, "name");
    request.format = exportFormat(stringParam(params, kMethod, "format"));
    request.type = stringParam(params, kMethod, "type");
    request.out = pathParam(params, kMethod, "out");
    return exportResultToJson(exportModel(request, progress, stop));
}

ModelHandlers::Model& ModelHandlers::open(const fs::path& folder) {
    std::error_code error;
    const fs::path path = decoderPath(folder);
    const auto written = fs::last_write_time(path != folder ? path : folder / (isAdapterFolder(folder) ? "adapter_config.json" : "config.json"), error);
    if (m_open && m_open->folder == folder && !error && m_open->written == written)
        return *m_open;
    m_open.reset(); // its memory goes before the next one's comes
    returnFreedMemory();
    auto model = std::make_shared<Model>();
    model->folder = folder;
    model->written = written;
    model->summary = describeModelFolder(folder);
    if (!model->summary.tokenizer) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' has no tokenizer, so no text can be tried", folder.string()),
                    "Put the tokenizer.json that came with the model beside its weights.");
    }
    if (model->summary.kind == "encoder") {
        model->encoder = Encoder::open(folder, Precision::Fast);
    } else if (!model->summary.labels.empty() && fs::exists(baseFolder(folder) / "config.json") && model->summary.architecture.ends_with("ForSequenceClassification")) {
        model->classifier = TaskModel::open(folder, Precision::Fast);
        model->tokenizer = Tokenizer::open(tokenizerFolder(folder));
    } else if (model->summary.kind == "decoder" || model->summary.kind == "seq2seq") {
        model->generator = openGenerator(folder, model->summary, Precision::Fast);
    } else {
        throw Error(ErrorCode::Unsupported, fmt::format("a model of the kind '{}' cannot be tried here yet", model->summary.kind),
                    "Encoders, classifiers, decoders and T5 can; results of runs are tried on the Compare page.");
    }
    m_open = std::move(model);
    return *m_open;
}

Json ModelHandlers::answer(Generator& generator, const std::string& text, const std::stop_token& stop, RequestSink& sink) {
    GeneratorRequest request;
    if (generator.takesMessages())
        request.messages = OrderedJson::array({{{"role", "user"}, {"content", text}}});
    else
        request.prompt = text;
    request.settings.max_tokens = kMostNewTokens;
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const auto secondsUntil = [](Clock::time_point from, Clock::time_point to) { return std::chrono::duration<double>(to - from).count(); };
    Clock::time_point first;
    std::int64_t tokens = 0;
    const auto pass = [&](std::string_view piece) {
        const auto now = Clock::now();
        if (tokens++ == 0)
            first = now;
        const double later = secondsUntil(first, now);
        if (!piece.empty()) {
            sink.token({{"text", std::string(piece)}, {"new_tokens", tokens}, {"tokens_per_s", later > 0 ? static_cast<double>(tokens - 1) / later : 0.0},
                        {"time_to_first_token_s", secondsUntil(begin, first)}});
        }
        return true;
    };
    const GeneratorAnswer answer = generator.answer(request, pass, sink, stop);
    return {{"tokens", answer.promptTokens > 0 ? Json::array({answer.promptTokens}) : Json::array()}, {"answer", answer.text}, {"new_tokens", answer.newTokens}, {"tokens_per_s", answer.decodeTokensPerS},
            {"time_to_first_token_s", answer.timeToFirstTokenS}, {"ms", 1000 * secondsUntil(begin, Clock::now())}};
}

Json ModelHandlers::testEndpoint(const Json& params, std::stop_token stop, ProgressSink& progress) {
    return checkEndpoint(pathParam(params, "endpoint.test", "workspace"), stringParam(params, "endpoint.test", "name"), progress, stop);
}

Json ModelHandlers::tryEndpoint(const Json& params, const std::stop_token& stop, RequestSink& sink) {
    const std::vector<std::string> texts = textsParam(params, "model.try", kMaxTexts);
    Endpoint endpoint = requireEndpoint(pathParam(params, "model.try", "workspace"), stringParam(params, "model.try", "endpoint"));
    endpoint.attempts = 1; // who waits at the box would rather read what is wrong
    EndpointClient client = EndpointClient::open(endpoint, stop);
    if (!endpoint.embedder)
        return answer(*openGenerator(std::move(client)), texts.front(), stop, sink);
    const auto begin = std::chrono::steady_clock::now();
    EndpointEmbedder embedder(std::move(client), sink, stop);
    Json rows = similarities(embedUnit(embedder, texts, stop), texts.size());
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    return {{"tokens", Json::array()}, {"similarities", std::move(rows)}, {"ms", ms}};
}

Json ModelHandlers::tryOut(const Json& params, std::stop_token stop, RequestSink& sink) {
    if (params.contains("endpoint"))
        return tryEndpoint(params, stop, sink);
    const std::vector<std::string> texts = textsParam(params, "model.try", kMaxTexts);
    Model& model = open(pathParam(params, "model.try", "path"));
    if (model.generator)
        return answer(*model.generator, texts.front(), stop, sink);
    Json tokens = Json::array(), rows = Json::array();
    const auto begin = std::chrono::steady_clock::now();
    if (model.encoder) {
        for (const std::string& text : texts)
            tokens.push_back(model.encoder->tokenizer().encode(text).ids.size());
        rows = similarities(embedUnit(*model.encoder, texts, stop), texts.size());
    } else {
        const at::NoGradGuard guard;
        for (const std::string& text : texts) {
            throwIfStopped(stop);
            Encoding encoding = model.tokenizer->encode(text);
            tokens.push_back(encoding.ids.size());
            model.tokenizer->truncate(encoding, model.classifier->bert().config().maxTokens());
            const Encoding* const one = &encoding;
            const at::Tensor logits = model.classifier->logits(model.classifier->bert().pack({&one, 1})); // (1, K)
            const at::Tensor scores = (logits.size(1) == 1 || model.summary.multi_label ? at::sigmoid(logits) : at::softmax(logits, 1)).contiguous();
            std::vector<std::pair<float, std::size_t>> order;
            for (std::size_t i = 0; i < model.summary.labels.size(); ++i)
                order.emplace_back(-scores.const_data_ptr<float>()[i], i);
            std::sort(order.begin(), order.end());
            Json labels = Json::array();
            for (const auto& [negative, i] : order)
                labels.push_back({{"label", model.summary.labels[i]}, {"score", -negative}});
            rows.push_back(std::move(labels));
        }
    }
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    return {{"tokens", tokens}, {model.encoder ? "similarities" : "labels", rows}, {"ms", ms}};
}

} // namespace triptych
