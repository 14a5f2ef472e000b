// Queries a second on one thread: our lexical index, SQLite FTS5 and, if it was there when this was built, Xapian. All get
// the same terms from our analysis, so that only the engines differ.

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "knowledge/language.h"
#include "knowledge/lexical_index.h"

#include <fmt/format.h>
#include <sqlite3.h>
#ifdef TRIPTYCH_XAPIAN
#include <xapian.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <unordered_map>

using namespace triptych;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kBest = 10;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::vector<std::string> readTexts(const char* file) {
    std::vector<std::string> texts;
    std::istringstream lines(readFile(file, 8ull << 30));
    for (std::string line; std::getline(lines, line);)
        texts.push_back(parseJson(line, file).get<std::string>());
    return texts;
}

/// Every query once, several times over; prints the median, the 95th percentile and the rate of the fastest pass.
void measure(const char* name, std::size_t queries, int passes, const std::function<std::size_t(std::size_t)>& search) {
    std::size_t hits = 0;
    std::vector<double> all;
    double best = 1e9;
    for (int pass = -1; pass < passes; ++pass) {
        const auto begin = Clock::now();
        for (std::size_t q = 0; q < queries; ++q) {
            const auto one = Clock::now();
            hits += search(q);
            if (pass >= 0)
                all.push_back(secondsSince(one));
        }
        if (pass >= 0)
            best = std::min(best, secondsSince(begin));
    }
    std::sort(all.begin(), all.end());
    fmt::print("{:<10}{:>10.0f} queries/s   p50 {:>8.3f} ms   p95 {:>8.3f} ms   {} hits\n", name, static_cast<double>(queries) / best,
               1e3 * all[all.size() / 2], 1e3 * all[all.size() * 95 / 100], hits / static_cast<std::size_t>(passes + 1));
    std::fflush(stdout);
}

void check(int status, sqlite3* database) {
    if (status != SQLITE_OK && status != SQLITE_ROW && status != SQLITE_DONE)
        throw Error(ErrorCode::Internal, sqlite3_errmsg(database));
}

/// Terms as words that SQLite's own tokenizer leaves alone.
class Numbered {
public:
    std::string word(std::string_view term) {
        const auto number = m_numbers.emplace(std::string(term), m_numbers.size()).first->second;
        return fmt::format("t{}", number);
    }

private:
    std::unordered_map<std::string, std::size_t> m_numbers;
};

void runFts5(const std::vector<std::string>& chunks, const std::vector<std::vector<QueryTerm>>& queries, const Analyzer& analyzer,
             const std::filesystem::path& folder, int passes) {
    sqlite3* database = nullptr;
    check(sqlite3_open((folder / "fts5.sqlite").c_str(), &database), database);
    const auto execute = [&](const char* sql) { check(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database); };
    execute("PRAGMA journal_mode = OFF; PRAGMA cache_size = -262144; CREATE VIRTUAL TABLE t USING fts5(body, content = ''); BEGIN");
    Numbered numbered;
    const auto begin = Clock::now();
    sqlite3_stmt* insert = nullptr;
    check(sqlite3_prepare_v2(database, "INSERT INTO t(rowid, body) VALUES (?, ?)", -1, &insert, nullptr), database);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        std::string body;
        analyzer.analyze(chunks[i], [&](const Term& term) {
            if (!term.weak)
                body += numbered.word(term.text) + " ";
        });
        sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(i));
        sqlite3_bind_text(insert, 2, body.data(), static_cast<int>(body.size()), SQLITE_TRANSIENT);
        check(sqlite3_step(insert), database);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    execute("COMMIT; INSERT INTO t(t) VALUES ('optimize')");
    fmt::print("fts5      built in {:.1f} s, {:.1f} MB\n", secondsSince(begin), static_cast<double>(sizeOnDisk(folder / "fts5.sqlite")) / 1e6);
    sqlite3_stmt* select = nullptr;
    check(sqlite3_prepare_v2(database, "SELECT rowid, rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10", -1, &select, nullptr), database);
    std::vector<std::string> matches;
    for (const auto& query : queries) {
        std::string match;
        for (const QueryTerm& term : query)
            match += (match.empty() ? "" : " OR ") + numbered.word(term.text);
        matches.push_back(match);
    }
    measure("fts5", queries.size(), passes, [&](std::size_t q) {
        sqlite3_bind_text(select, 1, matches[q].data(), static_cast<int>(matches[q].size()), SQLITE_STATIC);
        std::size_t hits = 0;
        while (sqlite3_step(select) == SQLITE_ROW)
            ++hits;
        sqlite3_reset(select);
        return hits;
    });
    sqlite3_finalize(select);
    sqlite3_close(database);
}

#ifdef TRIPTYCH_XAPIAN
void runXapian(const std::vector<std::string>& chunks, const std::vector<std::vector<QueryTerm>>& queries, const Analyzer& analyzer,
               const std::filesystem::path& folder, int passes) {
    const auto begin = Clock::now();
    {
        Xapian::WritableDatabase writer((folder / "xapian").string(), Xapian::DB_CREATE_OR_OVERWRITE);
        for (const std::string& chunk : chunks) {
            Xapian::Document document;
            analyzer.analyze(chunk, [&](const Term& term) {
                if (!term.weak)
                    document.add_term(std::string(term.text));
            });
            writer.add_document(document);
        }
        writer.commit();
    }
    fmt::print("xapian    built in {:.1f} s, {:.1f} MB\n", secondsSince(begin), static_cast<double>(sizeOnDisk(folder / "xapian")) / 1e6);
    Xapian::Database database((folder / "xapian").string());
    measure("xapian", queries.size(), passes, [&](std::size_t q) {
        std::vector<std::string> terms;
        for (const QueryTerm& term : queries[q])
            terms.push_back(term.text);
        Xapian::Enquire enquire(database);
        enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.75, 0));
        enquire.set_query(Xapian::Query(Xapian::Query::OP_OR, terms.begin(), terms.end()));
        return static_cast<std::size_t>(enquire.get_mset(0, kBest).size());
    });
}
#endif

int run(int argc, char** argv) {
    if (argc < 4) {
        fmt::print(stderr, "usage: lexical_speed CHUNKS.jsonl QUERIES.jsonl PASSES [ours]\n");
        return 2;
    }
    const std::vector<std::string> chunks = readTexts(argv[1]);
    const std::vector<std::string> queries = readTexts(argv[2]);
    const int passes = std::atoi(argv[3]);
    const std::vector<std::string_view> sample(chunks.begin(), chunks.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(200, chunks.size())));
    const Analyzer analyzer(guessLanguage(sample));
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("lexical_speed-{}", static_cast<long>(::getpid()));
    std::filesystem::create_directories(folder);

    double bytes = 0;
    for (const std::string& chunk : chunks)
        bytes += static_cast<double>(chunk.size());
    auto begin = Clock::now();
    LexicalIndex index(analyzer);
    constexpr std::size_t kBatch = 10'000;
    for (std::size_t at = 0; at < chunks.size(); at += kBatch) {
        std::vector<LexicalText> texts;
        for (std::size_t i = at; i < std::min(at + kBatch, chunks.size()); ++i)
            texts.push_back({static_cast<std::int64_t>(i), chunks[i]});
        index.update({}, texts);
    }
    index.compact();
    const double built = secondsSince(begin);
    begin = Clock::now();
    index.save(folder / "ours", 1);
    const double saved = secondsSince(begin);
    begin = Clock::now();
    index = LexicalIndex::open(folder / "ours", analyzer);
    fmt::print("{} chunks, {:.1f} MB, language {}, {} queries\n", chunks.size(), bytes / 1e6, analyzer.language(), queries.size());
    fmt::print("ours      built in {:.1f} s, saved in {:.2f} s, opened in {:.3f} s, {:.1f} MB\n", built, saved, secondsSince(begin),
               static_cast<double>(sizeOnDisk(folder / "ours")) / 1e6);
    begin = Clock::now();
    const std::vector<LexicalText> changed = {{5, "a changed text about aeroelastic models"}};
    index.update({}, changed);
    const std::size_t found = index.search("aeroelastic models changed", 1).size();
    fmt::print("ours      one changed text searchable in {:.1f} ms ({} hit)\n", 1e3 * secondsSince(begin), found);
    index = LexicalIndex::open(folder / "ours", analyzer);

    std::vector<std::vector<QueryTerm>> terms;
    for (const std::string& query : queries)
        terms.push_back(index.terms(query));
    measure("ours", queries.size(), passes, [&](std::size_t q) { return index.search(queries[q], kBest).size(); });
    measure("ours 10%", queries.size(), passes, [&](std::size_t q) { return index.search(queries[q], kBest, [](std::int64_t row) { return row % 10 == 0; }).size(); });
    if (argc == 4) {
#ifdef TRIPTYCH_XAPIAN
        runXapian(chunks, terms, analyzer, folder, passes);
#else
        fmt::print("xapian    was not there when this was built (Debian: libxapian-dev)\n");
#endif
        runFts5(chunks, terms, analyzer, folder, passes);
    }
    std::filesystem::remove_all(folder);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n{}\n", error.message(), error.hint());
        return 1;
    }
}
