#pragma once

#include "models/precision.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;
struct ListedModel;

/// A line of an input file: a text, perhaps with a second one, or tokens.
struct ModelInput {
    std::int64_t line = 0;
    std::optional<std::string> text;
    std::optional<std::string> pair;
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> type_ids; ///< empty: all 0
    std::vector<bool> attention;        ///< empty: all true
    std::vector<std::int32_t> decoder_ids; ///< of a model with encoder and decoder; empty: its start token
};
/// JSON lines {"text", "pair"?} or {"ids", "attention_mask"?, "type_ids"?}, either with "decoder_ids"?; empty lines are passed over.
/// Throws Error{InvalidInput} naming file, line and key, and as readInput().
std::vector<ModelInput> readModelInputs(const std::filesystem::path& file);

/// --precision, as every command that runs a model has it; sets what is given, which must outlive the command.
void addPrecision(CLI::App& command, Precision& precision);

/// Kind of a listed model; "unreadable" for one that cannot be opened, which is listed too so that it can be removed.
std::string kindOf(const ListedModel& model);

/// tokenize, embed, logits.
void addModelInputCommands(CLI::App& group, CliContext& context);

} // namespace triptych
