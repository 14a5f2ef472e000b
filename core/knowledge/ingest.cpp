#include "knowledge/ingest.h"

#include "base/error.h"
#include "base/files.h"
#include "documents/folder.h"
#include "documents/reader_process.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "knowledge/knowledge_base.h"
#include "knowledge/language.h"
#include "knowledge/reembed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kTextsForLanguage = 64;

class Stopwatch {
public:
    explicit Stopwatch(double& seconds) : m_seconds(seconds) {}
    ~Stopwatch() { m_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count(); }

private:
    double& m_seconds;
    std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

std::string joined(const std::vector<std::string>& path) { return fmt::format("{}", fmt::join(path, " › ")); }

Json outlineOf(const ExtractedDocument& document) {
    Json headings = Json::array();
    for (const Heading& heading : document.headings)
        headings.push_back({{"begin", heading.begin}, {"level", heading.level}, {"title", heading.title}});
    return {{"headings", std::move(headings)}, {"pages", document.page_begins}, {"warnings", document.warnings}};
}

/// One ingest from beginning to end.
class Ingest {
public:
    Ingest(KnowledgeStore& store, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop)
        : m_store(store), m_base(base.embedder ? base : embedderFor(store, base)), m_chunker(chunkerSettings(store.settings())), m_progress(progress), m_stop(stop) {}

    void addFiles(std::span<const fs::path> paths, DocumentReader& reader, const IngestOptions& options);
    void addTexts(std::span<const PlainDocument> documents);
    void embed();
    IngestReport& report() { return m_report; }

private:
    void stage(DocumentRecord record, const ExtractedDocument& document);
    std::optional<EmbeddingSet> requireSet();
    void addFile(const FoundDocument& file, const std::string& root, DocumentReader& reader, const IngestOptions& options);
    void fail(FailedDocument failure);

    KnowledgeStore& m_store;
    BaseEmbedder m_base;
    ChunkerSettings m_chunker;
    ProgressSink& m_progress;
    std::stop_token m_stop;
    std::map<std::string, FailedDocument> m_failedBefore;
    IngestReport m_report;
};

void Ingest::stage(DocumentRecord record, const ExtractedDocument& document) {
    std::vector<NewChunk> chunks;
    {
        const Stopwatch watch(m_report.chunk_s);
        for (const Chunk& chunk : splitIntoChunks(document.text, document.headings, m_chunker, *m_base.counter, m_base.embedder.get(), m_stop)) {
            chunks.push_back({chunk.begin, chunk.end, chunk.tokens, joined(chunk.heading_path),
                              document.text.substr(chunk.begin_byte, chunk.end_byte - chunk.begin_byte)});
        }
        const std::string_view text = document.text;
        record.language = guessLanguage(std::span(&text, 1));
    }
    const Stopwatch watch(m_report.store_s);
    record.type = document.type;
    record.title = document.title;
    record.characters = codePointCount(document.text);
    record.outline = outlineOf(document);
    m_store.stage({std::move(record), document.text}, chunks);
    m_report.chunks += static_cast<std::int64_t>(chunks.size());
}

void Ingest::fail(FailedDocument failure) {
    m_store.saveFailure(failure);
    m_progress.log(LogLevel::Warning, fmt::format("'{}' was left out: {}", failure.name, failure.reason));
    m_report.failed.push_back(std::move(failure));
}

void Ingest::addFile(const FoundDocument& file, const std::string& root, DocumentReader& reader, const IngestOptions& options) {
    const std::int64_t modified = documentTime(file.modified);
    const auto known = m_store.document(file.name);
    if (known && known->modified == modified && known->bytes == static_cast<std::int64_t>(file.bytes)) {
        ++m_report.unchanged;
        return;
    }
    if (const auto failed = m_failedBefore.find(file.name); failed != m_failedBefore.end() && !options.retry_failed && failed->second.modified == modified) {
        ++m_report.unchanged;
        return;
    }
    DocumentRecord record;
    record.name = file.name;
    record.source = file.path.string();
    record.root = root;
    record.bytes = static_cast<std::int64_t>(file.bytes);
    record.modified = modified;
    try {
        ExtractedDocument document;
        {
            const Stopwatch watch(m_report.read_s);
            record.hash = sha256File(file.path);
            if (known && known->hash == record.hash) {
                m_store.touch(known->id, record.bytes, modified);
                ++m_report.unchanged;
                return;
            }
            if (m_store.stagedHash(file.name) == record.hash) // read by a run that was killed
                return;
            document = reader.read(file.path, m_stop);
        }
        if (known)
            record.tags = known->tags;
        stage(std::move(record), document);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Cancelled)
            throw;
        fail({file.name, record.source, root, record.hash, error.message(), error.hint(), modified});
    }
}

void Ingest::addFiles(std::span<const fs::path> paths, DocumentReader& reader, const IngestOptions& options) {
    struct Root {
        KnowledgeRoot root;
        DocumentListing listing;
    };
    // Everything is listed before anything is stored: two files of one name are an error that changes nothing.
    std::vector<Root> roots;
    std::map<std::string, std::string> sources;
    for (const DocumentRecord& record : m_store.documents())
        sources.emplace(record.name, record.source);
    const auto claim = [&](const std::string& name, const std::string& source) {
        const auto [place, isNew] = sources.emplace(name, source);
        if (!isNew && place->second != source) {
            throw Error(ErrorCode::AlreadyExists, fmt::format("'{}' and '{}' would both be the document '{}'", place->second, source, name),
                        "Rename one, or add the folder above them.");
        }
    };
    for (const fs::path& path : paths) {
        const fs::path absolute = (fs::absolute(path) / "").lexically_normal().parent_path();
        std::error_code error;
        Root root;
        root.listing = listDocuments(absolute, m_stop);
        root.root.path = absolute.string();
        root.root.is_folder = fs::is_directory(absolute, error);
        for (const FoundDocument& file : root.listing.documents)
            claim(file.name, file.path.string());
        roots.push_back(std::move(root));
    }
    for (const FailedDocument& failure : m_store.failures())
        m_failedBefore.emplace(failure.name, failure);
    const std::vector<KnowledgeRoot> remembered = m_store.roots();
    std::int64_t total = 0, done = 0;
    for (const Root& root : roots)
        total += static_cast<std::int64_t>(root.listing.documents.size());
    for (Root& root : roots) {
        for (const KnowledgeRoot& one : remembered) {
            if (one.path == root.root.path)
                root.root.watched = one.watched;
        }
        m_store.saveRoot(root.root);
        std::set<std::string> present;
        for (const FoundDocument& file : root.listing.documents) {
            throwIfStopped(m_stop);
            m_progress.progress({done++, total, "documents", "read"});
            present.insert(file.name);
            addFile(file, root.root.path, reader, options);
        }
        for (const SkippedFile& file : root.listing.skipped) {
            present.insert(file.name);
            if (!m_failedBefore.contains(file.name))
                fail({file.name, (fs::path(root.root.path) / file.name).string(), root.root.path, "", file.reason, file.hint, 0});
        }
        for (const DocumentRecord& record : m_store.documents()) {
            if (record.root == root.root.path && !present.contains(record.name)) {
                m_store.removeDocument(record.name);
                m_report.removed.push_back(record.name);
            }
        }
        for (const auto& [name, failure] : m_failedBefore) {
            if (failure.root == root.root.path && !present.contains(name))
                m_store.forgetFailure(name);
        }
    }
    m_progress.progress({total, total, "documents", "read"});
}

void Ingest::addTexts(std::span<const PlainDocument> documents) {
    std::int64_t done = 0;
    for (const PlainDocument& document : documents) {
        throwIfStopped(m_stop);
        m_progress.progress({done++, static_cast<std::int64_t>(documents.size()), "documents", "read"});
        DocumentRecord record;
        record.name = document.name;
        record.source = document.name;
        record.hash = sha256(document.text);
        record.bytes = static_cast<std::int64_t>(document.text.size());
        if (const auto known = m_store.document(document.name); (known && known->hash == record.hash) || m_store.stagedHash(document.name) == record.hash) {
            ++m_report.unchanged;
            continue;
        }
        ExtractedDocument extracted;
        extracted.text = document.text;
        extracted.type = "text";
        stage(std::move(record), extracted);
    }
}

/// The active set, made with the first documents; another embedder than its own is refused. None for a base without texts,
/// in which a hashing embedder would find nothing to weigh by.
std::optional<EmbeddingSet> Ingest::requireSet() {
    if (const auto set = m_store.activeSet()) {
        requireEmbedderOf(*set, m_base);
        return set;
    }
    if (!m_store.hasChunks())
        return std::nullopt;
    m_store.transaction([&] { m_store.activate(addEmbeddingSet(m_store, m_base).id); });
    m_base = embedderFor(m_store, m_base);
    return m_store.activeSet();
}

void Ingest::embed() {
    if (m_store.settings().value("language", "").empty()) {
        // One for the whole base, because a query is analysed like the documents.
        std::vector<std::string> texts;
        m_store.forEachChunk(0, [&](std::int64_t, std::string_view text, std::string_view) {
            if (texts.size() < kTextsForLanguage)
                texts.emplace_back(text);
        });
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        Json settings = m_store.settings();
        settings["language"] = guessLanguage(views);
        m_store.setSettings(settings);
    }
    if (m_base.embedder) {
        if (const auto set = requireSet()) {
            const EmbeddedChunks made = embedWaiting(m_store, *set, m_base, m_progress, m_stop);
            m_report.embedded += made.count;
            m_report.embed_s += made.seconds;
        }
    }
    std::set<std::string> before;
    for (const DocumentRecord& record : m_store.documents())
        before.insert(record.name);
    const Stopwatch watch(m_report.store_s);
    for (std::string& name : m_store.publish())
        (before.contains(name) ? m_report.changed : m_report.added).push_back(std::move(name));
    measureReliability(m_store, m_base, m_stop);
}

} // namespace

std::int64_t documentTime(fs::file_time_type time) {
    const auto system = std::chrono::file_clock::to_sys(time);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(system.time_since_epoch()).count();
}

Json knowledgeSettings(std::string_view embedder, const ChunkerSettings& chunker, bool int8) {
    return {{"embedder", embedder},
            {"chunker", chunkerName(chunker.chunker)},
            {"chunk_size", chunker.chunk_size},
            {"overlap", chunker.overlap},
            {"breakpoint_percentile", chunker.breakpoint_percentile},
            {"int8", int8}};
}

ChunkerSettings chunkerSettings(const Json& settings) {
    ChunkerSettings chunker;
    chunker.chunker = chunkerFromName(settings.value("chunker", std::string(chunkerName(chunker.chunker))));
    chunker.chunk_size = settings.value("chunk_size", chunker.chunk_size);
    chunker.overlap = settings.value("overlap", chunker.overlap);
    chunker.breakpoint_percentile = settings.value("breakpoint_percentile", chunker.breakpoint_percentile);
    checkChunkerSettings(chunker);
    return chunker;
}

IngestReport ingest(KnowledgeStore& store, const BaseEmbedder& base, std::span<const fs::path> paths, DocumentReader& reader, const IngestOptions& options,
                    ProgressSink& progress, const std::stop_token& stop) {
    Ingest work(store, base, progress, stop);
    work.addFiles(paths, reader, options);
    work.embed();
    return std::move(work.report());
}

IngestReport syncRoots(KnowledgeStore& store, const BaseEmbedder& base, DocumentReader& reader, const IngestOptions& options, ProgressSink& progress,
                       const std::stop_token& stop) {
    std::vector<fs::path> present;
    std::vector<FailedDocument> missing;
    for (const KnowledgeRoot& root : store.roots()) {
        std::error_code ignored;
        if (fs::exists(root.path, ignored)) {
            present.emplace_back(root.path);
        } else if (isDeletedFile(root)) {
            removeRootWithDocuments(store, root.path);
        } else {
            missing.push_back({root.path, root.path, root.path, "", fmt::format("there is no '{}' any more; its documents stay as they are", root.path),
                               "Bring it back, or take its documents out with `triptych-cli kb forget`.", 0});
            progress.log(LogLevel::Warning, missing.back().reason);
        }
    }
    IngestReport report = ingest(store, base, present, reader, options, progress, stop);
    report.failed.insert(report.failed.end(), missing.begin(), missing.end());
    return report;
}

IngestReport ingestTexts(KnowledgeStore& store, const BaseEmbedder& base, std::span<const PlainDocument> documents, ProgressSink& progress, const std::stop_token& stop) {
    Ingest work(store, base, progress, stop);
    work.addTexts(documents);
    work.embed();
    return std::move(work.report());
}

} // namespace triptych
