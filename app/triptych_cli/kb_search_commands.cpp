#include "kb_commands.h"

#include "cli_context.h"
#include "table.h"

#include "base/error.h"
#include "documents/reader_process.h"
#include "interop/knowledge_embedder.h"
#include "knowledge/chunk_map.h"
#include "knowledge/chunk_preview.h"
#include "knowledge/duplicates.h"
#include "knowledge/index_honesty.h"
#include "knowledge/search_answer.h"
#include "knowledge/statistics.h"
#include "knowledge/why_not_found.h"

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <sstream>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownText = 200; ///< bytes of a chunk's text
constexpr std::size_t kShownGroups = 20, kShownOfGroup = 5;
constexpr std::size_t kMostQueries = 64u << 20; ///< bytes of a file of queries

KnowledgeBase openBase(const CliContext& context, const std::string& name) {
    at::set_num_threads(context.threads);
    const fs::path folder = knowledgeFolder(context, name);
    const BaseEmbedder embedder = openEmbedderOf(context.openWorkspace(), KnowledgeStore::open(folder), *context.progress, context.stop);
    return KnowledgeBase::open(folder, embedder, *context.progress, context.stop);
}

std::string shortened(const std::string& text) {
    std::string line;
    for (const char c : text.substr(0, kShownText))
        line += c == '\n' || c == '\t' ? ' ' : c;
    // No character is cut in half.
    while (text.size() > kShownText && !line.empty() && (static_cast<unsigned char>(text[line.size()]) & 0xc0) == 0x80)
        line.pop_back();
    return line + (text.size() > kShownText ? " ..." : "");
}

std::string rankText(const Json& rank) { return rank.is_null() ? "-" : rank.dump(); }

/// "2026-01-31", or with a time, "2026-01-31T12:30", of the clock on the wall: nanoseconds since 1970.
std::int64_t timeOf(const std::string& date) {
    for (const char* form : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
        std::tm parts{};
        parts.tm_isdst = -1;
        const char* const end = ::strptime(date.c_str(), form, &parts);
        if (end && *end == '\0') {
            constexpr std::int64_t kSecond = 1'000'000'000, kLast = std::numeric_limits<std::int64_t>::max() / kSecond;
            return std::clamp<std::int64_t>(std::mktime(&parts), -kLast, kLast) * kSecond;
        }
    }
    throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is no date", date), "Write it as 2026-01-31 or 2026-01-31T12:30.");
}

struct SearchOptions {
    std::string name, query, mode, since;
    SearchSettings settings;
    bool explain = false;

    /// Those that `search` and `why` have alike.
    void addTo(CLI::App& command) {
        command.add_option("N", name, "Name of the knowledge base")->required();
        command.add_option("QUERY", query, "What to look for")->required();
        command.add_option("-k", settings.k, "Hits at most (default: 10)")->check(CLI::Range(1, 10'000));
        command.add_option("--mode", mode, "hybrid (default), dense or lexical")->check(CLI::IsMember({"hybrid", "dense", "lexical"}));
        command.add_option("--type", settings.type, "Only documents of this type: pdf, markdown, ...");
        command.add_option("--tag", settings.tag, "Only documents with this tag");
        command.add_option("--since", since, "Only documents whose file has changed since then: 2026-01-31")->type_name("DATE");
        command.add_option("--diversity", settings.diversity, "Below 1, a hit that is like a better one comes later (default: 1)")->check(CLI::Range(0.0, 1.0));
        command.add_flag("--exact", settings.exact, "Compare every vector instead of using the graph");
    }
    SearchSettings wanted() const {
        SearchSettings result = settings;
        if (!mode.empty())
            result.mode = searchModeFromName(mode);
        if (!since.empty())
            result.modified_since = timeOf(since);
        return result;
    }
};

/// Why a hit is where it is, in two lines.
std::string explanation(const Json& hit) {
    std::string words;
    for (const Json& term : hit.at("terms")) {
        if (term.at("count").get<int>() > 0)
            words += fmt::format("{}{} x{} ({:.2f})", words.empty() ? "" : ", ", term.at("term").get<std::string>(), term.at("count").get<int>(), term.at("score").get<double>());
    }
    const Json& dense = hit.at("dense_score");
    const Json& lexical = hit.at("lexical_score");
    return fmt::format("    cosine {}, BM25 {}\n    words: {}\n", dense.is_null() ? "-" : fmt::format("{:.4f}", dense.get<double>()),
                       lexical.is_null() ? "-" : fmt::format("{:.3f}", lexical.get<double>()), words.empty() ? "none of the query" : words);
}

std::string hitText(std::size_t place, const Json& hit, bool explain) {
    const std::string heading = hit.at("heading").get<std::string>();
    const auto rank = [&](const char* key, const char* what) { return hit.at(key).is_null() ? std::string() : fmt::format(", {} {}", what, hit.at(key).get<int>()); };
    std::string text = fmt::format("{:>2}  {} #{}{}{}  score {:.3f}{}{}\n    {}\n", place, hit.at("document").get<std::string>(), hit.at("chunk").get<std::int64_t>(),
                                   hit.at("page").is_null() ? std::string() : fmt::format(", page {}", hit.at("page").get<int>()), heading.empty() ? "" : "  " + heading,
                                   hit.at("score").get<double>(), rank("dense_rank", "by meaning"), rank("lexical_rank", "by words"), shortened(hit.at("text").get<std::string>()));
    if (explain)
        text += explanation(hit);
    for (const Json& neighbour : hit.at("neighbours"))
        text += fmt::format("    #{}  {}\n", neighbour.at("chunk").get<std::int64_t>(), shortened(neighbour.at("text").get<std::string>()));
    return text;
}

void addSearch(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("search", "Chunks that fit a query");
    auto options = std::make_shared<SearchOptions>();
    options->addTo(*command);
    command->add_option("--document", options->settings.document_prefix, "Only documents whose name begins so")->type_name("PREFIX");
    command->add_option("--neighbours", options->settings.neighbours, "Chunks before and after each hit that come with it (default: 0)")->check(CLI::Range(0, 100));
    command->add_flag("--explain", options->explain, "Of each hit too: its scores and the words of the query in it");
    context.onRun(*command, [&context, options] {
        KnowledgeBase base = openBase(context, options->name);
        SearchRequest request;
        request.query = options->query;
        request.settings = options->wanted();
        const SearchMode mode = base.modeOf(request.settings);
        base.requireMode(mode);
        request.modes = {mode};
        const auto begin = std::chrono::steady_clock::now();
        Json answer = searchAnswer(base, base.store(), request, context.stop);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        Json hits = std::move(answer.at("results").at(std::string(searchModeName(mode))).at("hits"));
        std::string text;
        for (std::size_t i = 0; i < hits.size(); ++i)
            text += hitText(i + 1, hits[i], options->explain);
        context.print({{"hits", std::move(hits)}, {"mode", searchModeName(mode)}, {"exact", answer.at("exact")}, {"seconds", seconds}}, text.empty() ? "Nothing was found." : text);
        return kExitDone;
    });
}

// Each rung as a sentence, by its state.

std::string inBaseText(const Json& facts, bool broken) {
    if (!broken)
        return "The document is in the base.";
    if (const std::string file = facts.value("file", ""); !file.empty())
        return fmt::format("The file '{}' is there, but not in the base yet. `kb sync` takes it in.", file);
    const auto similar = facts.value("similar", std::vector<std::string>());
    return fmt::format("There is no such document among the {}.{}", facts.value("documents", 0), similar.empty() ? " Add it with `kb add`." : fmt::format(" Did you mean {}?", fmt::join(similar, ", ")));
}

std::string parsedText(const Json& facts, bool broken) {
    if (facts.contains("reason"))
        return fmt::format("{}{}{}", facts.value("reason", ""), facts.value("hint", "").empty() ? "" : " " + facts.value("hint", ""),
                           facts.value("older_answers", false) ? " An older version of it answers." : "");
    return broken ? "There is no text in it. A scan needs text recognition first." : fmt::format("It was read: {} characters.", facts.value("characters", 0));
}

std::string chunkedText(const Json& facts, bool broken) {
    const std::string cut = facts.contains("cut") ? fmt::format("What is asked for stands in {} to {}, which chunks {} cut in pieces.", facts.value("begin", 0), facts.value("end", 0),
                                                                fmt::join(facts.at("cut").get<std::vector<std::int64_t>>(), ", ")) : std::string();
    if (broken)
        return cut.empty() ? "It has no chunks." : cut + " More overlap or larger chunks keep it whole.";
    return cut.empty() ? fmt::format("Chunk {} of {} says most of it.", facts.value("chunk", 0), facts.value("chunks", 0)) : cut;
}

std::string embeddedText(const Json& facts, bool broken) {
    if (!broken)
        return fmt::format("It has a vector of '{}'.", facts.value("embedder", ""));
    if (facts.contains("reason"))
        return facts.value("reason", "");
    return fmt::format("{} waits for vectors ({} chunks wait in all). `kb sync` makes them.", facts.value("staged", false) ? "The document" : "The chunk", facts.value("waiting", 0));
}

std::string wordsText(const Json& facts) {
    std::string text = fmt::format("It has {} of the {} words that are asked for", facts.value("shared", 0), facts.value("asked", 0));
    if (const Json rank = facts.value("rank", Json()); !rank.is_null())
        text += fmt::format(" and is number {} by words", rank.get<std::int64_t>());
    if (const auto unknown = facts.value("unknown", std::vector<std::string>()); !unknown.empty())
        text += fmt::format("; no chunk has {}", fmt::join(unknown, ", "));
    return text + ".";
}

std::string fusedText(const Json& facts, bool broken) {
    if (facts.at("rank").is_null())
        return fmt::format("It is not among the {} candidates.", facts.value("candidates", 0));
    const std::string place = fmt::format("It is number {} ({} by meaning, {} by words)", facts.at("rank").get<int>(), rankText(facts.at("dense_rank")), rankText(facts.at("lexical_rank")));
    return broken ? fmt::format("{}, and {} were asked for. Ask for more hits, or in other words.", place, facts.value("k", 0)) : place + ".";
}

std::string filtersText(const Json& facts, bool broken) {
    const std::string filter = facts.value("filter", "");
    if (!broken)
        return "The filters let it through.";
    if (filter == "diversity")
        return "It is too like better hits. A diversity nearer to 1 keeps it.";
    return fmt::format("The filter '{}' wants {} and it has {}. Take the filter away.", filter, facts.at("wanted").at(filter).dump(), facts.at("has").at(filter).dump());
}

std::string rungText(const RungFinding& finding) {
    const Json& facts = finding.facts;
    const bool broken = finding.state == RungState::Broken;
    if (finding.state == RungState::Skipped && facts.empty())
        return "";
    switch (finding.rung) {
    case Rung::InBase: return inBaseText(facts, broken);
    case Rung::Parsed: return parsedText(facts, broken);
    case Rung::Chunked: return facts.empty() ? "" : chunkedText(facts, broken);
    case Rung::Enabled: return broken ? fmt::format("Chunk {} is switched off. `kb edit N DOC {} --on` brings it back.", facts.value("chunk", 0), facts.value("chunk", 0)) : "It is switched on.";
    case Rung::Embedded: return finding.state == RungState::Skipped ? "Only words are searched." : embeddedText(facts, broken);
    case Rung::Words: return wordsText(facts);
    case Rung::ExactRank:
        return fmt::format("By its vector it is number {} of {} (cosine {:.3f}, the best has {:.3f}).{}", facts.value("rank", 0), facts.value("of", 0), facts.value("score", 0.0),
                           facts.value("best", 0.0), broken ? " Ask in words nearer to its own, or try another embedder." : "");
    case Rung::IndexRank:
        return facts.value("exact", false) ? "All vectors are compared, no index can lose any."
            : facts.at("rank").is_null()   ? fmt::format("The graph loses it: ef {}, M {}. Search with --exact, or make the base with a more thorough index.", facts.value("ef", 0), facts.value("M", 0))
                                           : fmt::format("The graph finds it at number {}.", facts.at("rank").get<std::int64_t>());
    case Rung::FusedRank: return fusedText(facts, broken);
    case Rung::Filters: return filtersText(facts, broken);
    }
    return "";
}

void addWhy(CLI::App& group, CliContext& context) {
    struct Options : SearchOptions {
        std::string document;
        std::int64_t chunk = -1;
    };
    CLI::App* command = group.add_subcommand("why", "Why a document was not found: walks from its file to the hits and stops where it is lost");
    auto options = std::make_shared<Options>();
    options->addTo(*command);
    command->add_option("--document", options->document, "Name of the document that should have been found")->required();
    command->add_option("--chunk", options->chunk, "Its chunk that answers (default: the one that fits best)")->type_name("I")->check(CLI::NonNegativeNumber);
    context.onRun(*command, [&context, options] {
        WhyQuestion question;
        question.query = options->query;
        question.document = options->document;
        if (options->chunk >= 0)
            question.chunk = options->chunk;
        question.settings = options->wanted();
        const KnowledgeStore store = KnowledgeStore::open(knowledgeFolder(context, options->name));
        std::optional<KnowledgeBase> base;
        const auto open = [&]() -> const KnowledgeBase& { return base.emplace(openBase(context, options->name)); };
        const WhyNotFound why = whyNotFound(store, open, question, context.stop);
        std::string text = why.found ? fmt::format("It is found, at number {}.\n", *why.found) : std::string();
        Table table("lll", {"rung", "state", ""});
        for (const RungFinding& finding : why.rungs)
            table.add({std::string(rungName(finding.rung)), std::string(rungStateName(finding.state)), rungText(finding)});
        context.print(whyToJson(why), text + table.text());
        return kExitDone;
    });
}

std::vector<std::string> linesOf(const std::string& file) {
    std::vector<std::string> lines;
    std::istringstream text(readInput(file, kMostQueries));
    for (std::string line; std::getline(text, line);) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (line.find_first_not_of(" \t") != std::string::npos)
            lines.push_back(line);
    }
    if (lines.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no line with a query", file));
    return lines;
}

std::string honestyText(const IndexHonesty& honesty) {
    const auto fraction = [](const std::optional<double>& value) { return value ? fmt::format("{:.4f}", *value) : std::string("-"); };
    if (!honesty.graph && !honesty.forced) {
        return fmt::format("All vectors are compared ({} queries, {:.3f} ms each): nothing is lost. A graph is used from {} vectors on; --forced measures one all the same.\n", honesty.queries,
                           honesty.exact_ms, honesty.settings.exact_below);
    }
    std::string text = fmt::format("{}recall@{} of the graph {} ({} to {}) over {} queries; {:.3f} ms a query, {:.3f} ms with all vectors compared\nM {}, ef_construction {}, ef {}\n",
                                   honesty.forced ? "A graph that was made for this: " : "", honesty.k, fraction(honesty.recall.value), fraction(honesty.recall.low),
                                   fraction(honesty.recall.high), honesty.queries, honesty.graph_ms, honesty.exact_ms, honesty.settings.M, honesty.settings.ef_construction,
                                   honesty.settings.ef);
    Table table("rrr", {"ef", "recall", "ms"});
    for (const HonestyPoint& point : honesty.frontier)
        table.add({std::to_string(point.ef), fmt::format("{:.4f}", point.recall), fmt::format("{:.3f}", point.ms)});
    return text + table.text();
}

void addHonesty(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, queries;
        HonestyOptions honesty;
    };
    CLI::App* command = group.add_subcommand("honesty", "What the vector index loses: its recall beside a comparison of all vectors");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("--queries", options->queries, "A query a line (default: pieces of the base's own chunks)")->type_name("FILE");
    command->add_option("-k", options->honesty.k, "Nearest chunks that are looked for (default: 10)")->check(CLI::Range(1, 1000));
    command->add_flag("--forced", options->honesty.forced, "Measure a graph even where the base has so few vectors that it uses none");
    context.onRun(*command, [&context, options] {
        const std::vector<std::string> queries = options->queries.empty() ? std::vector<std::string>() : linesOf(options->queries);
        KnowledgeBase base = openBase(context, options->name);
        options->honesty.seed = context.seed;
        const IndexHonesty honesty = indexHonesty(base, base.store(), queries, options->honesty, *context.progress, context.stop);
        context.print(honestyToJson(honesty), honestyText(honesty));
        return kExitDone;
    });
}

void addMap(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name, query;
        std::size_t most = 5000;
    };
    CLI::App* command = group.add_subcommand("map", "The chunks as points of a plane, by their vectors");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("--query", options->query, "A query to draw with its hits")->type_name("Q");
    command->add_option("--most", options->most, "Points at most, chosen evenly (default: 5000)")->check(CLI::Range(1, 50'000));
    context.onRun(*command, [&context, options] {
        KnowledgeBase base = openBase(context, options->name);
        const ChunkMap map = chunkMap(base, base.store(), options->query, options->most, *context.progress, context.stop);
        std::string text = fmt::format("{} of {} chunks; the plane shows {:.0f} % and {:.0f} % of the differences. --json has all points.\n", map.points.size(), map.total,
                                       100 * map.explained[0], 100 * map.explained[1]);
        if (map.query)
            text += fmt::format("the query lies at {:.3f}, {:.3f}\n", (*map.query)[0], (*map.query)[1]);
        struct Sum {
            std::size_t count = 0;
            double x = 0, y = 0;
        };
        std::vector<Sum> sums(map.documents.size());
        for (const ChunkMap::Point& point : map.points) {
            Sum& sum = sums[point.document];
            ++sum.count;
            sum.x += point.x;
            sum.y += point.y;
        }
        Table table("lrrr", {"document", "chunks", "x", "y"});
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const auto count = static_cast<double>(sums[i].count);
            table.add({map.documents[i], std::to_string(sums[i].count), fmt::format("{:.3f}", sums[i].x / count), fmt::format("{:.3f}", sums[i].y / count)});
        }
        context.print(mapToJson(map), text + (sums.empty() ? "" : table.text()));
        return kExitDone;
    });
}

void addDuplicates(CLI::App& group, CliContext& context) {
    struct Options {
        std::string name;
        double threshold = 0.95;
        std::size_t most = 200;
    };
    CLI::App* command = group.add_subcommand("duplicates", "Chunks that say the same");
    auto options = std::make_shared<Options>();
    command->add_option("N", options->name, "Name of the knowledge base")->required();
    command->add_option("--threshold", options->threshold, "How like two chunks have to be: 0.5 to 1 (default: 0.95)")->check(CLI::Range(0.5, 1.0));
    command->add_option("--most", options->most, "Groups at most (default: 200)")->check(CLI::PositiveNumber);
    context.onRun(*command, [&context, options] {
        KnowledgeBase base = openBase(context, options->name);
        const Duplicates duplicates = findDuplicates(base, base.store(), options->threshold, options->most, *context.progress, context.stop);
        const Json document = duplicatesToJson(duplicates, base.store());
        std::string text = fmt::format("{} chunks compared, {} groups that say the same\n", duplicates.compared, duplicates.found);
        for (std::size_t i = 0; i < std::min(kShownGroups, duplicates.groups.size()); ++i) {
            const Json& found = document.at("groups")[i];
            const Json& chunks = found.at("chunks");
            text += fmt::format("{} chunks, {}\n    {}\n", chunks.size(), found.at("exact").get<bool>() ? "equal" : fmt::format("alike by {:.3f}", found.at("similarity").get<double>()),
                                shortened(chunks[0].at("text").get<std::string>()));
            for (std::size_t j = 0; j < std::min(kShownOfGroup, chunks.size()); ++j)
                text += fmt::format("    {} #{}\n", chunks[j].at("document").get<std::string>(), chunks[j].at("chunk").get<std::int64_t>());
            if (chunks.size() > kShownOfGroup)
                text += fmt::format("    ... and {} more\n", chunks.size() - kShownOfGroup);
        }
        if (duplicates.groups.size() > kShownGroups)
            text += fmt::format("... and {} more groups; --json lists them.\n", duplicates.groups.size() - kShownGroups);
        context.print(document, text);
        return kExitDone;
    });
}

void addStatistics(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("statistics", "What a base holds, counted: types, languages, sizes of chunks");
    auto name = std::make_shared<std::string>();
    command->add_option("N", *name, "Name of the knowledge base")->required();
    context.onRun(*command, [&context, name] {
        const KnowledgeStatistics statistics = knowledgeStatistics(KnowledgeStore::open(knowledgeFolder(context, *name)), context.stop);
        std::string text = fmt::format("{} documents, {} characters; {} chunks, {} tokens; {} failed, {} chunks switched off, {} edited\n", statistics.documents, statistics.characters,
                                       statistics.chunks, statistics.tokens, statistics.failed, statistics.disabled, statistics.edited);
        const auto counted = [&](const char* what, const std::map<std::string, std::int64_t>& counts) {
            std::vector<std::string> parts;
            for (const auto& [key, count] : counts)
                parts.push_back(fmt::format("{} {}", key.empty() ? "unknown" : key, count));
            if (!parts.empty())
                text += fmt::format("{}: {}\n", what, fmt::join(parts, ", "));
        };
        counted("types", statistics.types);
        counted("languages", statistics.languages);
        if (statistics.chunks > 0) {
            text += fmt::format("shortest chunk: {} #{}, {} tokens; longest: {} #{}, {} tokens\n", statistics.shortest.document, statistics.shortest.chunk, statistics.shortest.tokens,
                                statistics.longest.document, statistics.longest.chunk, statistics.longest.tokens);
            Table table("rr", {"tokens", "chunks"});
            for (const KnowledgeStatistics::Bin& bin : statistics.histogram)
                table.add({bin.to - bin.from == 1 ? std::to_string(bin.from) : fmt::format("{}-{}", bin.from, bin.to - 1), std::to_string(bin.count)});
            text += table.text();
        }
        for (const std::string& document : statistics.empty)
            text += fmt::format("without text: {}\n", document);
        context.print(statisticsToJson(statistics), text);
        return kExitDone;
    });
}

void addPreview(CLI::App& group, CliContext& context) {
    struct Options {
        std::string file, embedder;
        ChunkerOptions chunker;
    };
    CLI::App* command = group.add_subcommand("preview", "How a document would be cut into chunks");
    auto options = std::make_shared<Options>();
    command->add_option("FILE", options->file, "A document of any kind that `kb add` takes (default: text from standard input)");
    command->add_option("--embedder", options->embedder, "Whose tokens a chunk is counted in (default: words)")->type_name("M");
    options->chunker.add(*command);
    context.onRun(*command, [&context, options] {
        at::set_num_threads(context.threads);
        constexpr std::uintmax_t kMostBytes = 64u << 20;
        ChunkerSettings settings;
        options->chunker.apply(settings);
        const std::optional<Workspace> workspace = context.findWorkspace();
        const BaseEmbedder embedder = options->embedder.empty() ? wordsOnly() : openBaseEmbedder(workspace ? &*workspace : nullptr, options->embedder, *context.progress, context.stop);
        ExtractedDocument document;
        if (options->file.empty())
            document.text = readInput("/dev/stdin", kMostBytes);
        else
            document = DocumentReader().read(options->file, context.stop);
        const Json preview = chunkPreview(fs::path(options->file).filename().string(), document, settings, embedder, context.stop);
        std::string text = fmt::format("{} characters, {} tokens, {} chunks{}\n", preview.at("characters").get<std::int64_t>(), preview.at("tokens").get<std::int64_t>(),
                                       preview.at("chunks").size(), preview.at("truncated").get<bool>() ? " of the first 200,000 characters" : "");
        Table table("rrrrl", {"chunk", "begin", "end", "tokens", "heading"});
        for (std::size_t i = 0; i < preview.at("chunks").size(); ++i) {
            const Json& chunk = preview.at("chunks")[i];
            table.add({std::to_string(i), chunk.at("begin").dump(), chunk.at("end").dump(), chunk.at("tokens").dump(), chunk.at("heading").get<std::string>()});
        }
        context.print(preview, text + table.text());
        return kExitDone;
    });
}

} // namespace

void addKnowledgeSearch(CLI::App& group, CliContext& context) {
    addSearch(group, context);
    addWhy(group, context);
    addHonesty(group, context);
    addMap(group, context);
    addDuplicates(group, context);
    addStatistics(group, context);
    addPreview(group, context);
}

} // namespace triptych
