#include "kb_handlers.h"
#include "request_params.h"

#include "base/error.h"
#include "base/memory.h"
#include "datasets/retrieval_set.h"
#include "documents/reader_process.h"
#include "interop/knowledge_embedder.h"
#include "jobs/endpoint.h"
#include "jobs/knowledge_bases.h"
#include "jobs/model_lookup.h"
#include "knowledge/chunk_map.h"
#include "knowledge/chunk_preview.h"
#include "knowledge/duplicates.h"
#include "knowledge/index_honesty.h"
#include "knowledge/ingest.h"
#include "knowledge/retrieval_eval.h"
#include "knowledge/search_answer.h"
#include "knowledge/why_not_found.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <sys/stat.h>
#include <string_view>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostOpen = 2;
constexpr std::size_t kDefaultPoints = 5000, kDefaultGroups = 200;
constexpr double kDefaultThreshold = 0.95;
/// An answer is one line of the protocol, and what it shows is looked at by people.
constexpr int kMostHits = 100;
constexpr std::size_t kMostHitText = 20'000, kMostOfGroup = 50, kMostGroupText = 500;
constexpr std::uint64_t kSeed = 13;

/// Changes when another file comes in the place of this one.
std::string fileStamp(const fs::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0)
        return "none";
    return fmt::format("{} {}", found.st_dev, found.st_ino);
}

/// Changes when another model comes in the place of this one.
std::string modelStamp(const Workspace* workspace, const std::string& name) {
    if (name.empty() || name == "hashing")
        return {};
    if (const auto endpoint = workspace ? findEndpoint(workspace->folder(), name) : std::nullopt)
        return fmt::format("{} {}", endpoint->base_url, endpoint->model);
    std::error_code error;
    const fs::path path = resolveModel(workspace, name).path;
    const auto written = fs::last_write_time(path / "config.json", error);
    return fmt::format("{} {} {}", path.string(), fileStamp(path / "config.json"), error ? 0 : written.time_since_epoch().count());
}

std::vector<SearchMode> modesParam(const Json& params, const char* method) {
    std::vector<SearchMode> modes;
    for (const std::string& name : stringsParam(params, method, "modes"))
        modes.push_back(searchModeFromName(name));
    return modes;
}

SearchSettings settingsParam(const Json& params, const char* method) {
    SearchSettings settings;
    settings.k = static_cast<int>(std::clamp<std::int64_t>(integerParam(params, method, "k", settings.k), 0, 1'000'000)); // search says what it takes
    settings.document_prefix = method == std::string_view("kb.search") ? stringParam(params, method, "document", std::string()) : std::string();
    settings.type = stringParam(params, method, "type", std::string());
    settings.tag = stringParam(params, method, "tag", std::string());
    settings.modified_since = integerParam(params, method, "modified_since", 0);
    settings.diversity = numberParam(params, method, "diversity", 1);
    settings.neighbours = static_cast<int>(std::clamp<std::int64_t>(integerParam(params, method, "neighbours", 0), -1, 1'000'000));
    settings.exact = flagParam(params, method, "exact");
    return settings;
}

ChunkerSettings chunkerParam(const Json& params, const char* method, ChunkerSettings settings) {
    settings.chunker = chunkerFromName(stringParam(params, method, "chunker", std::string(chunkerName(settings.chunker))));
    settings.chunk_size = static_cast<int>(std::clamp<std::int64_t>(integerParam(params, method, "chunk_size", settings.chunk_size), 0, 1'000'000));
    settings.overlap = static_cast<int>(std::clamp<std::int64_t>(integerParam(params, method, "overlap", settings.overlap), -1, 1'000'000));
    checkChunkerSettings(settings);
    return settings;
}

RetrievalSet questionsParam(const Json& params, const char* method) {
    const bool isBeir = params.contains("beir"), hasCorpus = !stringParam(params, method, "corpus", std::string()).empty();
    if (isBeir == params.contains("squad"))
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' wants \"beir\", a folder, or \"squad\", a file", method));
    RetrievalSet set = isBeir ? readBeir(pathParam(params, method, "beir"))
                              : readSquad(pathParam(params, method, "squad"), hasCorpus ? std::optional(pathParam(params, method, "corpus")) : std::nullopt);
    if (const std::int64_t sample = integerParam(params, method, "sample", 0); sample > 0)
        sampleQueries(set, static_cast<std::size_t>(sample));
    return set;
}

fs::path evaluationCache(const Workspace& workspace) { return workspace.folder() / "cache" / "kb_eval"; }

/// A document that is in a base, as its file's reader left it.
ExtractedDocument storedDocument(const KnowledgeStore& store, const std::string& name) {
    const auto record = store.document(name);
    if (!record)
        throw Error(ErrorCode::NotFound, fmt::format("there is no document '{}' in the knowledge base", name));
    ExtractedDocument document;
    document.text = store.documentText(record->id);
    document.type = record->type;
    for (const Json& heading : record->outline.value("headings", Json::array()))
        document.headings.push_back({heading.value("begin", std::int64_t{0}), heading.value("level", 1), heading.value("title", std::string())});
    return document;
}

} // namespace

/// One call, with what all of them have.
struct KnowledgeHandlers::Request {
    const char* method;
    const Json& params;
    const std::stop_token& stop;
    RequestSink& sink;

    Workspace workspace() const { return Workspace::open(pathParam(params, method, "workspace")); }
    std::string base() const { return stringParam(params, method, "base"); }
};

class KnowledgeHandlers::Relay final : public ProgressSink {
public:
    void progress(const Progress& progress) override {
        if (to)
            to->progress(progress);
    }
    void metric(std::string_view name, std::int64_t step, double value) override {
        if (to)
            to->metric(name, step, value);
    }
    void log(LogLevel level, std::string_view message) override {
        if (to)
            to->log(level, message);
    }
    ProgressSink* to = nullptr;
};

struct KnowledgeHandlers::OpenEmbedder {
    std::string name, stamp;
    BaseEmbedder embedder;
};

struct KnowledgeHandlers::OpenBase {
    fs::path folder;
    std::string stamp; ///< of the database, its vectors and their model
    std::unique_ptr<KnowledgeBase> base;
};

KnowledgeHandlers::KnowledgeHandlers() : m_relay(std::make_unique<Relay>()) {}
KnowledgeHandlers::~KnowledgeHandlers() = default;

void KnowledgeHandlers::addTo(RequestHandlers& handlers) {
    const auto add = [&](const char* method, Json (KnowledgeHandlers::*handler)(const Request&)) {
        handlers[method] = [this, method, handler](const Json& params, std::stop_token stop, RequestSink& sink) {
            m_relay->to = &sink;
            struct Over {
                ProgressSink*& to;
                ~Over() { to = nullptr; }
            } over{m_relay->to};
            try {
                return (this->*handler)(Request{method, params, stop, sink});
            } catch (const Error& error) {
                // A server that did not answer, a file that is damaged: the next request begins anew.
                if (error.code() != ErrorCode::Cancelled && error.code() != ErrorCode::InvalidArgument && error.code() != ErrorCode::NotFound) {
                    m_open.clear();
                    m_embedders.clear();
                }
                throw;
            }
        };
    };
    add("kb.search", &KnowledgeHandlers::search);
    add("kb.preview", &KnowledgeHandlers::preview);
    add("kb.why", &KnowledgeHandlers::why);
    add("kb.honesty", &KnowledgeHandlers::honesty);
    add("kb.map", &KnowledgeHandlers::map);
    add("kb.duplicates", &KnowledgeHandlers::duplicates);
    add("kb.eval", &KnowledgeHandlers::evaluate);
    add("kb.sweep", &KnowledgeHandlers::sweep);
}

BaseEmbedder KnowledgeHandlers::embedder(const Workspace* workspace, const std::string& name, const std::stop_token& stop) {
    if (name.empty())
        return wordsOnly();
    const std::string stamp = (workspace ? workspace->folder().string() : std::string()) + modelStamp(workspace, name);
    const auto known = std::find_if(m_embedders.begin(), m_embedders.end(), [&](const OpenEmbedder& one) { return one.name == name && one.stamp == stamp; });
    if (known != m_embedders.end()) {
        m_embedders.splice(m_embedders.begin(), m_embedders, known);
        return known->embedder;
    }
    while (m_embedders.size() >= kMostOpen)
        m_embedders.pop_back();
    BaseEmbedder opened = openBaseEmbedder(workspace, name, *m_relay, stop);
    m_embedders.push_front({name, stamp, opened});
    return opened;
}

KnowledgeBase& KnowledgeHandlers::open(const Request& request) {
    const Workspace workspace = request.workspace();
    const fs::path folder = findKnowledgeBase(workspace, request.base());
    const KnowledgeStore store = KnowledgeStore::open(folder);
    const std::string name = store.settings().value("embedder", std::string());
    const auto set = store.activeSet();
    // The weights of a hashing embedder come with its set.
    const std::string stamp = fmt::format("{} {} {} {}", fileStamp(folder / "kb.sqlite"), set ? set->id : 0, name, modelStamp(&workspace, name));
    const auto known = std::find_if(m_open.begin(), m_open.end(), [&](const OpenBase& one) { return one.folder == folder; });
    if (known != m_open.end() && known->stamp == stamp) {
        m_open.splice(m_open.begin(), m_open, known);
        known->base->refresh(*m_relay, request.stop);
        return *known->base;
    }
    if (known != m_open.end())
        m_open.erase(known);
    while (m_open.size() >= kMostOpen)
        m_open.pop_back();
    returnFreedMemory();
    const BaseEmbedder base = embedderFor(store, embedder(&workspace, name, request.stop));
    auto opened = std::make_unique<KnowledgeBase>(KnowledgeBase::open(folder, base, *m_relay, request.stop));
    try {
        opened->saveIndexes(); // what was far behind is not built again by the next process
    } catch (const Error& error) {
        m_relay->log(LogLevel::Warning, error.message());
    }
    m_open.push_front({folder, stamp, std::move(opened)});
    return *m_open.front().base;
}

Json KnowledgeHandlers::search(const Request& request) {
    KnowledgeBase& base = open(request);
    SearchRequest wanted;
    wanted.query = stringParam(request.params, request.method, "query");
    wanted.modes = modesParam(request.params, request.method);
    wanted.settings = settingsParam(request.params, request.method);
    wanted.most_text = kMostHitText;
    if (wanted.settings.k > kMostHits)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'k' is {}, outside 1 to {}", wanted.settings.k, kMostHits));
    return searchAnswer(base, base.store(), wanted, request.stop);
}

Json KnowledgeHandlers::preview(const Request& request) {
    const Json& params = request.params;
    const ChunkerSettings settings = chunkerParam(params, request.method, ChunkerSettings());
    std::optional<Workspace> workspace;
    if (!stringParam(params, request.method, "workspace", std::string()).empty())
        workspace = request.workspace();
    const BaseEmbedder base = embedder(workspace ? &*workspace : nullptr, stringParam(params, request.method, "embedder", std::string()), request.stop);
    if (params.contains("document")) {
        const std::string name = stringParam(params, request.method, "document");
        const KnowledgeStore store = KnowledgeStore::open(findKnowledgeBase(request.workspace(), request.base()));
        return chunkPreview(name, storedDocument(store, name), settings, embedderFor(store, base), request.stop);
    }
    if (params.contains("path")) {
        const fs::path path = pathParam(params, request.method, "path");
        return chunkPreview(path.filename().string(), DocumentReader().read(path, request.stop), settings, base, request.stop);
    }
    ExtractedDocument document;
    document.text = stringParam(params, request.method, "text");
    return chunkPreview(std::string(), document, settings, base, request.stop);
}

Json KnowledgeHandlers::why(const Request& request) {
    WhyQuestion question;
    question.query = stringParam(request.params, request.method, "query");
    question.document = stringParam(request.params, request.method, "document");
    if (const std::int64_t chunk = integerParam(request.params, request.method, "chunk", -1); chunk >= 0)
        question.chunk = chunk;
    question.settings = settingsParam(request.params, request.method);
    if (const std::string mode = stringParam(request.params, request.method, "mode", std::string()); !mode.empty())
        question.settings.mode = searchModeFromName(mode);
    const KnowledgeStore store = KnowledgeStore::open(findKnowledgeBase(request.workspace(), request.base()));
    return whyToJson(whyNotFound(store, [&]() -> const KnowledgeBase& { return open(request); }, question, request.stop));
}

Json KnowledgeHandlers::honesty(const Request& request) {
    HonestyOptions options;
    options.k = static_cast<int>(std::clamp<std::int64_t>(integerParam(request.params, request.method, "k", options.k), 0, 1'000'000));
    options.forced = flagParam(request.params, request.method, "forced");
    const std::vector<std::string> queries = stringsParam(request.params, request.method, "queries");
    KnowledgeBase& base = open(request);
    return honestyToJson(indexHonesty(base, base.store(), queries, options, request.sink, request.stop));
}

Json KnowledgeHandlers::map(const Request& request) {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(0, integerParam(request.params, request.method, "most", kDefaultPoints)));
    const std::string query = stringParam(request.params, request.method, "query", std::string());
    KnowledgeBase& base = open(request);
    return mapToJson(chunkMap(base, base.store(), query, most, request.sink, request.stop));
}

Json KnowledgeHandlers::duplicates(const Request& request) {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(0, integerParam(request.params, request.method, "most", kDefaultGroups)));
    const double threshold = numberParam(request.params, request.method, "threshold", kDefaultThreshold);
    KnowledgeBase& base = open(request);
    return duplicatesToJson(findDuplicates(base, base.store(), threshold, most, request.sink, request.stop), base.store(), kMostOfGroup, kMostGroupText);
}

Json KnowledgeHandlers::evaluate(const Request& request) {
    const auto begin = std::chrono::steady_clock::now();
    const Workspace workspace = request.workspace();
    const Json settings = KnowledgeStore::open(findKnowledgeBase(workspace, request.base())).settings();
    std::vector<SearchMode> modes = modesParam(request.params, request.method);
    const RetrievalSet set = questionsParam(request.params, request.method);
    const std::string name = settings.value("embedder", std::string());
    const Json cut = knowledgeSettings(name, chunkerSettings(settings), settings.value("int8", false));
    const KnowledgeBase base = evaluationBase(evaluationCache(workspace), set, cut, embedder(&workspace, name, request.stop), request.sink, request.stop);
    if (modes.empty())
        modes = base.modes();
    Json results = Json::object();
    for (const RetrievalEvaluation& evaluation : evaluateRetrieval(base, set, modes, kSeed, request.sink, request.stop))
        results[std::string(searchModeName(evaluation.mode))] = evaluationToJson(evaluation);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return {{"queries", set.queries.size()}, {"documents", set.documents.size()}, {"chunks", base.visibleChunks()}, {"results", std::move(results)}, {"seconds", seconds}};
}

Json KnowledgeHandlers::sweep(const Request& request) {
    const Workspace workspace = request.workspace();
    Json settings = KnowledgeStore::open(findKnowledgeBase(workspace, request.base())).settings();
    settings["chunker"] = stringParam(request.params, request.method, "chunker", settings.value("chunker", std::string("recursive")));
    const std::string name = settings.value("embedder", std::string());
    SweepGrid grid;
    grid.chunk_sizes = integersParam(request.params, request.method, "chunk_sizes");
    grid.overlaps = integersParam(request.params, request.method, "overlaps");
    const std::string mode = stringParam(request.params, request.method, "mode", std::string());
    grid.mode = !mode.empty() ? searchModeFromName(mode) : name.empty() ? SearchMode::Lexical : SearchMode::Hybrid;
    grid.metric = stringParam(request.params, request.method, "metric", grid.metric);
    const RetrievalSet set = questionsParam(request.params, request.method);
    return sweepToJson(sweepChunking(evaluationCache(workspace), set, settings, embedder(&workspace, name, request.stop), grid, kSeed, request.sink, request.stop));
}

} // namespace triptych
