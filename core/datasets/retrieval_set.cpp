#include "datasets/retrieval_set.h"

#include "datasets/json_row_reader.h"
#include "datasets/text_folding.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

namespace triptych {

namespace {

constexpr std::size_t kMaxLineBytes = 16u << 20;
constexpr std::uintmax_t kMaxSquadBytes = 256u << 20;

[[noreturn]] void refuse(const std::filesystem::path& file, std::int64_t line, const std::string& what) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}', line {}: {}", file.string(), line, what));
}

/// Rows with a string or a whole number under `_id`, each id once.
class BeirRows {
public:
    explicit BeirRows(const std::filesystem::path& path) : m_path(path), m_file(path), m_rows(m_file, kMaxLineBytes) {}

    bool next() {
        if (!m_rows.next(m_row))
            return false;
        if (m_row.problem)
            refuse(m_path, m_row.line, rowProblemText(*m_row.problem));
        if (!m_row.value.is_object())
            refuse(m_path, m_row.line, "it is not a JSON object");
        const auto found = m_row.value.find("_id");
        if (found == m_row.value.end() || !(found->is_string() || found->is_number_integer()))
            refuse(m_path, m_row.line, "field '_id' is missing or is neither a text nor a whole number");
        id = found->is_string() ? found->get<std::string>() : found->dump();
        if (const auto [entry, fresh] = m_lines.emplace(id, m_row.line); !fresh)
            refuse(m_path, m_row.line, fmt::format("the _id {} is that of line {} too", quotedValue(id), entry->second));
        return true;
    }
    std::string text(const char* field, bool required) const {
        const auto found = m_row.value.find(field);
        if (!required && (found == m_row.value.end() || found->is_null()))
            return {};
        if (found == m_row.value.end() || !found->is_string())
            refuse(m_path, m_row.line, fmt::format("field '{}' is missing or is not a text", field));
        return found->get<std::string>();
    }
    std::string id;

private:
    std::filesystem::path m_path;
    DecodedFile m_file;
    JsonRowReader m_rows;
    JsonRow m_row;
    std::unordered_map<std::string, std::int64_t> m_lines;
};

/// By tabs, where there are none by blanks.
std::vector<std::string_view> columnsOf(std::string_view line) {
    const std::string_view separators = line.find('\t') != std::string_view::npos ? "\t" : " ";
    std::vector<std::string_view> columns;
    for (std::size_t at = 0; at <= line.size();) {
        const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
        if (const std::string_view column = trimmed(line.substr(at, end - at)); !column.empty())
            columns.push_back(column);
        at = end + 1;
    }
    return columns;
}

std::optional<double> scoreOf(std::string_view text) {
    double score = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), score);
    if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(score))
        return std::nullopt;
    return score;
}

void readJudgments(const std::filesystem::path& path, const std::unordered_map<std::string, std::size_t>& queries, RetrievalSet& set) {
    DecodedFile file(path);
    LineReader lines(file, kMaxLineBytes);
    bool first = true;
    for (Line line; lines.next(line);) {
        if (line.overlong)
            refuse(path, line.number, "it is longer than a judgment can be");
        const auto columns = columnsOf(line.text);
        if (columns.empty())
            continue;
        const bool headings = std::exchange(first, false) && !scoreOf(columns.back());
        if (headings)
            continue;
        if (columns.size() != 3 && columns.size() != 4)
            refuse(path, line.number, fmt::format("it has {} columns; a judgment has query, document, score, or query, iteration, document, score", columns.size()));
        const auto score = scoreOf(columns.back());
        if (!score)
            refuse(path, line.number, fmt::format("the score {} is not a number", quotedValue(columns.back())));
        const auto query = queries.find(std::string(columns.front()));
        if (query != queries.end())
            set.queries[query->second].judgments[std::string(columns[columns.size() - 2])] = *score;
    }
}

std::vector<std::filesystem::path> judgmentFiles(const std::filesystem::path& folder) {
    for (const char* name : {"qrels.tsv", "qrels/test.tsv"}) {
        if (std::filesystem::exists(folder / name))
            return {folder / name};
    }
    std::vector<std::filesystem::path> files;
    std::error_code failure; // no such folder: no files
    for (const auto& entry : std::filesystem::directory_iterator(folder / "qrels", failure)) {
        if (entry.path().extension() == ".tsv")
            files.push_back(entry.path());
    }
    if (files.empty())
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has neither qrels.tsv nor a file qrels/*.tsv", folder.string()),
                    "A BEIR folder has corpus.jsonl, queries.jsonl and judgments in one of these.");
    std::sort(files.begin(), files.end());
    return files;
}

/// Values of a JSON document, with the place for the message.
const Json& member(const Json& value, const char* key, Json::value_t type, const std::filesystem::path& file, const std::string& where) {
    const auto found = value.is_object() ? value.find(key) : value.end();
    if (!value.is_object() || found == value.end() || found->type() != type)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {} has no {} '{}'", file.string(), where,
                                                         type == Json::value_t::array ? "list" : "text", key),
                    "SQuAD is {\"data\": [{\"title\", \"paragraphs\": [{\"context\", \"qas\": [{\"id\", \"question\"}]}]}]}.");
    return *found;
}

} // namespace

RetrievalSet readBeir(const std::filesystem::path& folder) {
    RetrievalSet set;
    BeirRows corpus(folder / "corpus.jsonl");
    while (corpus.next()) {
        const std::string title = corpus.text("title", false);
        std::string text = corpus.text("text", true);
        set.documents.push_back({corpus.id, title.empty() ? std::move(text) : title + ". " + text});
    }
    std::unordered_map<std::string, std::size_t> numbers;
    BeirRows queries(folder / "queries.jsonl");
    while (queries.next()) {
        numbers.emplace(queries.id, set.queries.size());
        set.queries.push_back({queries.id, queries.text("text", true), {}});
    }
    for (const auto& file : judgmentFiles(folder))
        readJudgments(file, numbers, set);
    return set;
}

RetrievalSet readSquad(const std::filesystem::path& file, const std::optional<std::filesystem::path>& corpus) {
    RetrievalSet set;
    std::unordered_map<std::string, int> paragraphs; // so far, by title
    std::unordered_map<std::string, std::string> documentOf; // by question id
    const auto read = [&](const std::filesystem::path& path, bool documents, bool questions) {
        const Json root = readJsonFile(path, kMaxSquadBytes);
        const Json& data = member(root, "data", Json::value_t::array, path, "it");
        for (std::size_t a = 0; a < data.size(); ++a) {
            const std::string article = fmt::format("data[{}]", a);
            const Json& list = member(data[a], "paragraphs", Json::value_t::array, path, article);
            const std::string title = data[a].contains("title") ? member(data[a], "title", Json::value_t::string, path, article).get<std::string>() : article;
            for (std::size_t p = 0; p < list.size(); ++p) {
                const std::string where = fmt::format("{}.paragraphs[{}]", article, p);
                std::string name;
                if (documents) {
                    name = fmt::format("{}/{}", title, paragraphs[title]++);
                    set.documents.push_back({name, member(list[p], "context", Json::value_t::string, path, where).get<std::string>()});
                }
                const Json& qas = member(list[p], "qas", Json::value_t::array, path, where);
                for (std::size_t q = 0; q < qas.size(); ++q) {
                    const std::string place = fmt::format("{}.qas[{}]", where, q);
                    const std::string id = member(qas[q], "id", Json::value_t::string, path, place).get<std::string>();
                    if (documents && !documentOf.emplace(id, name).second)
                        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {} has the id {} of another question", path.string(), place, quotedValue(id)));
                    if (!questions)
                        continue;
                    RetrievalSet::Query query = {id, member(qas[q], "question", Json::value_t::string, path, place).get<std::string>(), {}};
                    const auto impossible = qas[q].find("is_impossible");
                    const bool answered = impossible == qas[q].end() || !impossible->is_boolean() || !impossible->get<bool>();
                    const auto document = documentOf.find(id);
                    if (answered && document != documentOf.end())
                        query.judgments[document->second] = 1;
                    set.queries.push_back(std::move(query));
                }
            }
        }
    };
    if (corpus)
        read(*corpus, true, false);
    read(file, !corpus, true);
    return set;
}

void sampleQueries(RetrievalSet& set, std::size_t count) {
    const std::size_t n = set.queries.size();
    if (count >= n)
        return;
    // Ascending, and never behind the place that is written.
    for (std::size_t i = 0; i < count; ++i) {
        if (const std::size_t from = i * n / count; from != i)
            set.queries[i] = std::move(set.queries[from]);
    }
    set.queries.resize(count);
}

} // namespace triptych
