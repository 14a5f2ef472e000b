#pragma once

#include "base/files.h"
#include "base/json.h"

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;
struct ChunkerSettings;

/// knowledge/<name> in the workspace. Throws Error{NotFound} naming the bases there are, {InvalidArgument} for a name that can be none.
std::filesystem::path knowledgeFolder(const CliContext& context, const std::string& name);
/// The right to change a base. Throws Error{Busy}.
FileLock lockKnowledge(const std::filesystem::path& folder, const std::string& name);

/// --chunker, --chunk-size, --overlap; what is given goes over what is there.
struct ChunkerOptions {
    std::string chunker;
    int chunk_size = 0, overlap = -1;
    void add(CLI::App& command);
    /// Throws Error{InvalidArgument}.
    void apply(ChunkerSettings& settings) const;
};

void addKnowledgeEval(CLI::App& group, CliContext& context);

} // namespace triptych
