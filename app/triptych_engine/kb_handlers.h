#pragma once

#include "jobs/protocol.h"
#include "knowledge/base_embedder.h"

#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace triptych {

class KnowledgeBase;
class Workspace;

/// What the Knowledge page asks the engine. All methods take {workspace: absolute path, base: its name}; the bases and models that
/// were asked last stay open, and what others have changed in a base meanwhile is taken in before each answer.
/// `kb.search {query, k, modes?, document?, type?, tag?, modified_since?, diversity?, neighbours?, exact?}` -> searchAnswer();
/// k up to 100, modified_since in nanoseconds since 1970; of a text the first 20,000 characters.
/// `kb.preview {embedder, document | path | text, chunker, chunk_size, overlap}` -> chunkPreview(); base and workspace may be empty where no document is asked for.
/// `kb.why {query, document, chunk?, k, mode? and the filters of kb.search}` -> whyToJson().
/// `kb.honesty {queries?, k?, forced?}` -> honestyToJson(). forced: of a graph that is made for it, where the base has none.
/// `kb.map {query?, most?}` -> mapToJson().
/// `kb.duplicates {threshold?, most?}` -> duplicatesToJson(), of a group the first 50 chunks.
/// `kb.eval {beir | squad, corpus?, sample?, modes?}` -> {queries, documents, chunks, results: {mode: evaluationToJson()}, seconds}.
/// `kb.sweep {beir | squad, corpus?, sample?, chunker?, chunk_sizes, overlaps, mode?, metric?}` -> sweepToJson().
class KnowledgeHandlers {
public:
    KnowledgeHandlers();
    ~KnowledgeHandlers();
    /// Under their names; they refer to this object.
    void addTo(RequestHandlers& handlers);

private:
    struct Request;
    struct OpenBase;
    struct OpenEmbedder;
    class Relay;
    Json search(const Request& request);
    Json preview(const Request& request);
    Json why(const Request& request);
    Json honesty(const Request& request);
    Json map(const Request& request);
    Json duplicates(const Request& request);
    Json evaluate(const Request& request);
    Json sweep(const Request& request);

    KnowledgeBase& open(const Request& request);
    BaseEmbedder embedder(const Workspace* workspace, const std::string& name, const std::stop_token& stop);

    std::unique_ptr<Relay> m_relay; ///< to whoever asks now; embedders of servers keep what they report to
    std::list<OpenEmbedder> m_embedders; ///< newest use first, as the bases
    std::list<OpenBase> m_open;
};

} // namespace triptych
