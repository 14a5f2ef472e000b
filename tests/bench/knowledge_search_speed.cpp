// Whole searches of a knowledge base, when told to: see knowledge_search_speed.py.

#include "serve.h"

#include "base/files.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"

#include <sstream>

using namespace triptych;

namespace {

std::vector<std::string> readTexts(const std::filesystem::path& file) {
    std::vector<std::string> texts;
    std::istringstream lines(readFile(file, 8ull << 30));
    for (std::string line; std::getline(lines, line);)
        texts.push_back(parseJson(line, file.string()).get<std::string>());
    return texts;
}

void writeVectors(const std::filesystem::path& file, std::span<const float> values) {
    atomicWrite(file, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

} // namespace

/// FOLDER with chunks.jsonl and queries.jsonl; leaves chunks.f32 and queries.f32 there for the other side.
int main(int argc, char** argv) {
    return servedMain([&] {
        if (argc != 2)
            throw Error(ErrorCode::InvalidArgument, "usage: knowledge_search_speed FOLDER");
        const std::filesystem::path folder = argv[1];
        const std::vector<std::string> queries = readTexts(folder / "queries.jsonl");
        std::vector<PlainDocument> documents;
        for (std::string& text : readTexts(folder / "chunks.jsonl")) {
            PlainDocument document;
            document.name = std::to_string(documents.size());
            document.text = std::move(text);
            documents.push_back(std::move(document));
        }
        ChunkerSettings chunker;
        chunker.chunker = ChunkerKind::None;
        KnowledgeStore store = KnowledgeStore::create(folder / "kb", knowledgeSettings("hashing", chunker, false));
        const double ingesting = secondsOf([&] { ingestTexts(store, hashingEmbedder(store), documents, nullProgress(), {}); });
        std::optional<KnowledgeBase> base;
        const double indexing = secondsOf([&] { base = KnowledgeBase::open(folder / "kb", hashingEmbedder(store), nullProgress(), {}); });
        std::vector<float> vectors;
        store.forEachVector(*store.activeSet(), 0, [&](std::int64_t, std::span<const float> vector) { vectors.insert(vectors.end(), vector.begin(), vector.end()); });
        writeVectors(folder / "chunks.f32", vectors);
        const std::vector<float> asked = base->embedQueries(queries);
        writeVectors(folder / "queries.f32", asked);
        const std::size_t dimension = asked.size() / queries.size();
        const SearchSettings settings;
        serve({{"ready", true}, {"chunks", base->visibleChunks()}, {"ingest_s", ingesting}, {"index_s", indexing}}, [&](const std::string& line) -> Json {
            std::size_t characters = 0;
            const double seconds = secondsOf([&] {
                for (std::size_t q = 0; q < queries.size(); ++q) {
                    const auto hits = line == "embed" ? base->search(queries[q], settings) : base->search(queries[q], std::span(asked).subspan(q * dimension, dimension), settings);
                    for (const SearchHit& hit : hits)
                        characters += hit.chunk.text.size();
                }
            });
            return {{"seconds", seconds}, {"characters", characters}};
        });
    });
}
