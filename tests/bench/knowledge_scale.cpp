// Builds, opens and searches a knowledge base of many chunks with the hashing embedder: see knowledge_scale.py.

#include "memory_use.h"
#include "serve.h"

#include "base/files.h"
#include "base/random.h"
#include "knowledge/chunker.h"
#include "knowledge/hnsw_file.h"
#include "knowledge/index_presets.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"
#include "knowledge/lexical_index.h"

#include <algorithm>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kDocumentsAtOnce = 2000;
constexpr std::size_t kCharactersADocument = 12'000;

std::vector<std::string> readTexts(const fs::path& file) {
    std::vector<std::string> texts;
    std::istringstream lines(readFile(file, 8ull << 30));
    for (std::string line; std::getline(lines, line);)
        texts.push_back(parseJson(line, file.string()).get<std::string>());
    return texts;
}

/// Mostly the next sentence, now and then another place: neighbours stay neighbours, no two documents are the same.
std::string documentOf(const std::vector<std::string>& sentences, std::int64_t number, Random& random) {
    std::string text = fmt::format("Document {}.", number);
    std::size_t at = random.below(sentences.size()), paragraph = 0;
    while (text.size() < kCharactersADocument) {
        at = random.uniform() < 0.7 ? (at + 1) % sentences.size() : random.below(sentences.size());
        text += ++paragraph % 6 == 0 ? "\n\n" : " ";
        text += sentences[at];
    }
    return text;
}

/// Seconds by what progress speaks of: the lexical index counts chunks, the vector index rows.
class Stages final : public ProgressSink {
public:
    void progress(const Progress& progress) override {
        const auto now = std::chrono::steady_clock::now();
        if (!m_unit.empty())
            seconds[m_unit] += std::chrono::duration<double>(now - m_last).count();
        m_unit = progress.stage == "index" ? progress.unit : std::string();
        m_last = now;
    }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}
    std::map<std::string, double> seconds;

private:
    std::string m_unit;
    std::chrono::steady_clock::time_point m_last;
};

/// build FOLDER SENTENCES CHUNKS PRESET float|int8
Json build(const std::vector<std::string>& words) {
    const fs::path folder = words.at(1);
    const std::vector<std::string> sentences = readTexts(words.at(2));
    const std::int64_t wanted = std::stoll(words.at(3));
    Json settings = knowledgeSettings("hashing", ChunkerSettings(), words.at(5) == "int8");
    settings["index"] = words.at(4);
    KnowledgeStore store = KnowledgeStore::create(folder, settings);
    Random random(31);
    std::int64_t chunks = 0, documents = 0;
    double chunk = 0, keep = 0, embed = 0;
    const double all = secondsOf([&] {
        while (chunks < wanted) {
            std::vector<PlainDocument> batch;
            for (std::size_t i = 0; i < std::min<std::size_t>(kDocumentsAtOnce, static_cast<std::size_t>((wanted - chunks) / 12 + 1)); ++i) {
                PlainDocument document;
                document.name = fmt::format("part{}/document{}.txt", documents / 1000, documents);
                document.text = documentOf(sentences, documents++, random);
                batch.push_back(std::move(document));
            }
            const IngestReport report = ingestTexts(store, hashingEmbedder(store), batch, nullProgress(), {});
            chunks += report.chunks;
            chunk += report.chunk_s;
            keep += report.store_s;
            embed += report.embed_s;
            fmt::print(stderr, "\r{} of {} chunks ", chunks, wanted);
        }
    });
    Stages stages;
    double saving = 0;
    const double indexing = secondsOf([&] {
        KnowledgeBase base = KnowledgeBase::open(folder, hashingEmbedder(store), stages, {});
        saving = secondsOf([&] { base.saveIndexes(true); });
    });
    fmt::print(stderr, "\n");
    return {{"chunks", chunks}, {"documents", documents}, {"ingest_s", all}, {"chunk_s", chunk}, {"store_s", keep}, {"embed_s", embed},
            {"index_s", indexing - saving}, {"lexical_s", stages.seconds["chunks"]}, {"vectors_s", stages.seconds["rows"]}, {"save_s", saving},
            {"database_bytes", store.bytes()}, {"lexical_bytes", sizeOnDisk(folder / "lexical.idx")}, {"vectors_bytes", sizeOnDisk(folder / "vectors.hnsw")}};
}

/// The kernel forgets what it has of these files, as after a start of the machine; no root is needed.
void forgetFiles(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        const int fd = ::open(entry.path().c_str(), O_RDONLY);
        if (fd >= 0) {
            ::fdatasync(fd);
            ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
            ::close(fd);
        }
    }
}

/// open FOLDER cold|warm: the whole, then where the time goes, with the files in memory
Json open(const std::vector<std::string>& words) {
    const fs::path folder = words.at(1);
    if (words.at(2) == "cold")
        forgetFiles(folder);
    const auto before = memoryUse();
    std::optional<KnowledgeBase> base;
    const double opening = secondsOf([&] { base = KnowledgeBase::open(folder, hashingEmbedder(KnowledgeStore::open(folder)), nullProgress(), {}); });
    const auto after = memoryUse();
    const std::int64_t chunks = base->visibleChunks();
    const KnowledgeStore& store = base->store();
    const std::int64_t set = store.activeSet()->id;
    Json parts;
    const auto part = [&](const char* name, const std::function<void()>& work) { parts[name] = secondsOf(work); };
    part("visible chunks", [&] { store.visibleChunks(); });
    part("chunks with vectors", [&] { store.vectorIds(set); });
    part("count of vectors", [&] { store.vectorCount(set); });
    part("lexical file, checked", [&] { LexicalIndex::open(folder / "lexical.idx", Analyzer(store.settings().value("language", "en"))); });
    if (fs::exists(folder / "vectors.hnsw"))
        part("vector file, checked", [&] { readHnswFile(folder / "vectors.hnsw"); });
    const auto each = [&](const char* kind) { return static_cast<double>(after.at(kind) - before.at(kind)) / static_cast<double>(chunks); };
    return {{"seconds", opening}, {"chunks", chunks}, {"bytes_per_chunk", each("Pss")}, {"own_bytes_per_chunk", each("Pss_Anon")}, {"parts", parts}};
}

Json timesOf(std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    return {{"p50_ms", 1e3 * seconds[seconds.size() / 2]}, {"p95_ms", 1e3 * seconds[seconds.size() * 95 / 100]}};
}

/// search FOLDER QUERIES
Json search(const std::vector<std::string>& words) {
    const fs::path folder = words.at(1);
    const std::vector<std::string> queries = readTexts(words.at(2));
    const KnowledgeBase base = KnowledgeBase::open(folder, hashingEmbedder(KnowledgeStore::open(folder)), nullProgress(), {});
    Json results;
    for (const SearchMode mode : {SearchMode::Hybrid, SearchMode::Dense, SearchMode::Lexical}) {
        SearchSettings settings;
        settings.mode = mode;
        std::vector<double> seconds;
        for (int pass = 0; pass < 2; ++pass) {
            seconds.clear();
            for (const std::string& query : queries)
                seconds.push_back(secondsOf([&] { base.search(query, settings); }));
        }
        results[std::string(searchModeName(mode))] = timesOf(std::move(seconds));
    }
    const auto use = memoryUse();
    results["bytes_per_chunk"] = static_cast<double>(use.at("Pss")) / static_cast<double>(base.visibleChunks());
    return results;
}

} // namespace

int main(int argc, char** argv) {
    return servedMain([&] {
        const std::vector<std::string> words(argv + 1, argv + argc);
        if (words.size() < 3)
            throw Error(ErrorCode::InvalidArgument, "usage: knowledge_scale build FOLDER SENTENCES CHUNKS PRESET float|int8 | open FOLDER cold|warm | search FOLDER QUERIES");
        const Json result = words[0] == "build" ? build(words) : words[0] == "open" ? open(words) : search(words);
        fmt::print("{}\n", result.dump());
    });
}
