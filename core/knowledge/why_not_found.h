#pragma once

#include "base/json.h"
#include "knowledge/knowledge_base.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Where a chunk may get lost on its way into the hits, in the order of that way.
enum class Rung {
    InBase,     ///< the document is in the base
    Parsed,     ///< its file could be read and has text
    Chunked,    ///< what is asked for stands within one chunk
    Enabled,    ///< that chunk is not switched off
    Embedded,   ///< it has a vector, of the model that embeds the query
    Words,      ///< it shares words with the query
    ExactRank,  ///< its vector is near the query's
    IndexRank,  ///< the graph finds it where comparing all vectors does
    FusedRank,  ///< it is among the first k of the mode
    Filters,    ///< no filter and no wish for diversity takes it out
};
/// "in_base", "parsed", …
std::string_view rungName(Rung rung);

enum class RungState {
    Ok,
    Broken,  ///< it is lost here
    Unknown, ///< not as one would wish, but it may be found all the same
    Skipped, ///< has no meaning here, or lies behind the broken one
};
std::string_view rungStateName(RungState state);

struct RungFinding {
    Rung rung = Rung::InBase;
    RungState state = RungState::Skipped;
    Json facts = Json::object(); ///< numbers and names for the sentence that tells of it
};

struct WhyNotFound {
    std::string document;
    std::optional<std::int64_t> chunk; ///< ordinal of the one that was looked into, once there is one
    std::vector<RungFinding> rungs;    ///< all, in their order
    std::optional<Rung> broken;        ///< the first; empty: it is found
    std::optional<int> found;          ///< its place among the hits
};

struct WhyQuestion {
    std::string query, document;
    std::optional<std::int64_t> chunk; ///< ordinal; empty: whichever fits the query best
    SearchSettings settings;           ///< of the search that did not find it
};

/// Walks the rungs until one is broken. openBase: called once; where it fails because there is no model for the query that goes with the
/// base's vectors, that is what is found out at the latest. Throws Error{NotFound} for a chunk that the document does not have, and as
/// search() does.
WhyNotFound whyNotFound(const KnowledgeStore& store, const std::function<const KnowledgeBase&()>& openBase, const WhyQuestion& question, const std::stop_token& stop);

/// {document, chunk, rungs: [{id, state, facts}], broken, found}
Json whyToJson(const WhyNotFound& why);

} // namespace triptych
