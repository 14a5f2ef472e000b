#pragma once

#include "knowledge/knowledge_store.h"

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;
struct ChunkerSettings;
struct SupervisedRun;

/// knowledge/<name> in the workspace. Throws Error{NotFound} naming the bases there are, {InvalidArgument} for a name that can be none.
std::filesystem::path knowledgeFolder(const CliContext& context, const std::string& name);
/// Throws Error{NotFound}.
DocumentRecord requireDocument(const KnowledgeStore& store, const std::string& name);

/// --chunker, --chunk-size, --overlap; what is given goes over what is there.
struct ChunkerOptions {
    std::string chunker;
    int chunk_size = 0, overlap = -1;
    void add(CLI::App& command);
    /// Throws Error{InvalidArgument}.
    void apply(ChunkerSettings& settings) const;
};

/// What came of a run that changed a base: for `kb add` and its like, and for `job resume --wait`.
void printKnowledgeRun(const CliContext& context, const SupervisedRun& run);

void addKnowledgeIngest(CLI::App& group, CliContext& context); ///< add, sync, reembed, watch
void addKnowledgeChunks(CLI::App& group, CliContext& context); ///< chunks, edit
void addKnowledgeSearch(CLI::App& group, CliContext& context); ///< search, why, honesty, map, duplicates, statistics, preview
void addKnowledgeEval(CLI::App& group, CliContext& context);   ///< eval, sweep

} // namespace triptych
