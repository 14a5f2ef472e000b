#include "knowledge/lexical_index.h"

#include "base/checksum.h"
#include "base/error.h"
#include "base/files.h"
#include "knowledge/lexical_scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace triptych {

namespace {

constexpr std::string_view kMagic = "TriLEX01";
/// To be raised whenever the same text may give other terms: older files are then built anew.
constexpr std::uint32_t kAnalysisVersion = 1;

struct FileHeader {
    char magic[8] = {};
    std::uint32_t analysis = 0;
    float k1 = 0, b = 0;
    char language[12] = {};
    std::uint64_t generation = 0;
    std::uint64_t checksum = 0; ///< over the header with 0 here, and all that follows
};
static_assert(sizeof(FileHeader) == 48);

FileHeader headerOf(const Analyzer& analyzer, const Bm25Settings& settings) {
    FileHeader header;
    std::memcpy(header.magic, kMagic.data(), kMagic.size());
    header.analysis = kAnalysisVersion;
    header.k1 = settings.k1;
    header.b = settings.b;
    std::memcpy(header.language, analyzer.language().data(), std::min(analyzer.language().size(), sizeof header.language));
    return header;
}

std::uint64_t fileChecksum(FileHeader header, std::span<const std::byte> body) {
    header.checksum = 0;
    return checksumOf(body, checksumOf(std::as_bytes(std::span(&header, 1))));
}

} // namespace

LexicalIndex::LexicalIndex(Analyzer analyzer, const Bm25Settings& settings) : m_analyzer(std::move(analyzer)), m_settings(settings) {
    if (!(settings.k1 > 0 && settings.k1 <= 10 && settings.b >= 0 && settings.b <= 1))
        throw Error(ErrorCode::InvalidArgument, fmt::format("BM25 with k1 {} and b {} is outside 0 < k1 <= 10, 0 <= b <= 1", settings.k1, settings.b));
}

void LexicalIndex::update(std::span<const std::int64_t> removed, std::span<const LexicalText> added) {
    const auto segment = added.empty() ? nullptr : LexicalSegment::build(added, m_analyzer, m_settings);
    for (Part& part : m_parts) {
        std::vector<std::uint32_t> gone;
        const auto remove = [&](std::int64_t row) {
            const auto ordinal = part.segment->ordinalOf(row);
            if (!ordinal || part.isRemoved(*ordinal))
                return;
            part.removed.resize(part.segment->size());
            part.removed[*ordinal] = true;
            ++part.removedRows;
            part.removedLength += part.segment->lengths()[*ordinal];
            gone.push_back(*ordinal);
        };
        for (const std::int64_t row : removed)
            remove(row);
        for (const LexicalText& text : added)
            remove(text.row);
        if (gone.empty() || part.size() == 0)
            continue;
        std::sort(gone.begin(), gone.end());
        for (std::uint32_t term = 0; term < part.segment->termCount(); ++term) {
            if (const std::uint32_t count = part.segment->countAmong(term, gone))
                part.removedFrequency[term] += count;
        }
    }
    std::erase_if(m_parts, [](const Part& part) { return part.size() == 0; });
    if (!segment)
        return;
    m_parts.push_back({segment, {}, 0, 0, {}});
    // What is no larger than all that is younger is merged with it: sizes at least double, so there are few, and no row
    // is written anew more often than its base has doubled.
    std::size_t first = m_parts.size() - 1;
    for (std::uint64_t younger = m_parts[first].size(); first > 0 && m_parts[first - 1].size() <= younger; --first)
        younger += m_parts[first - 1].size();
    if (first + 1 < m_parts.size()) {
        auto whole = merged(first);
        m_parts.resize(first);
        m_parts.push_back({std::move(whole), {}, 0, 0, {}});
    }
}

std::shared_ptr<const LexicalSegment> LexicalIndex::merged(std::size_t firstPart) const {
    std::vector<const LexicalSegment*> segments;
    for (std::size_t i = firstPart; i < m_parts.size(); ++i)
        segments.push_back(m_parts[i].segment.get());
    return LexicalSegment::merge(segments, [&](std::size_t part, std::uint32_t ordinal) { return m_parts[firstPart + part].isRemoved(ordinal); },
                                 m_settings);
}

std::int64_t LexicalIndex::size() const {
    std::int64_t rows = 0;
    for (const Part& part : m_parts)
        rows += part.size();
    return rows;
}

bool LexicalIndex::contains(std::int64_t row) const {
    return std::any_of(m_parts.begin(), m_parts.end(), [row](const Part& part) {
        const auto ordinal = part.segment->ordinalOf(row);
        return ordinal && !part.isRemoved(*ordinal);
    });
}

double LexicalIndex::meanLength() const {
    std::uint64_t length = 0;
    for (const Part& part : m_parts)
        length += part.segment->totalLength() - part.removedLength;
    return length > 0 ? static_cast<double>(length) / static_cast<double>(size()) : 0;
}

std::vector<QueryTerm> LexicalIndex::terms(std::string_view query) const {
    std::vector<QueryTerm> strong, weak;
    std::unordered_map<std::string, std::size_t> known;
    std::size_t seen = 0;
    m_analyzer.analyze(query, [&](const Term& term) {
        if (seen++ >= LexicalScoring::kMaxQueryTerms)
            return;
        auto& list = term.weak ? weak : strong;
        // A term that is weak at one place may be strong at another.
        const auto [entry, fresh] = known.emplace(std::string(term.weak ? "-" : "+").append(term.text), list.size());
        if (fresh)
            list.push_back({std::string(term.text)});
        else
            ++list[entry->second].repeats;
    });
    std::vector<QueryTerm>& asked = strong.empty() ? weak : strong;
    const auto rows = static_cast<double>(size());
    for (QueryTerm& term : asked) {
        for (const Part& part : m_parts) {
            const auto found = part.segment->findTerm(term.text);
            if (!found)
                continue;
            const auto gone = part.removedFrequency.find(*found);
            term.documents += part.segment->documentFrequency(*found) - (gone == part.removedFrequency.end() ? 0 : gone->second);
        }
        const auto documents = static_cast<double>(term.documents);
        if (term.documents > 0)
            term.idf = std::log(1 + (rows - documents + 0.5) / (documents + 0.5));
    }
    return std::move(asked);
}

std::vector<LexicalHit> LexicalIndex::search(std::string_view query, std::size_t k, const Filter& allowed) const {
    return search(terms(query), k, allowed);
}

std::vector<TermMatch> LexicalIndex::explain(std::string_view query, std::int64_t row) const { return explain(terms(query), row); }

std::vector<float> LexicalIndex::score(std::string_view query, std::span<const std::int64_t> rows) const { return score(terms(query), rows); }

std::vector<TermMatch> LexicalIndex::explain(std::span<const QueryTerm> terms, std::int64_t row) const {
    const LexicalScoring scoring(m_settings, meanLength());
    std::vector<TermMatch> matches;
    for (const QueryTerm& term : terms) {
        TermMatch match = {term.text, term.documents, 0, 0};
        for (const Part& part : m_parts) {
            const auto ordinal = part.segment->ordinalOf(row);
            const auto found = part.segment->findTerm(term.text);
            if (!ordinal || part.isRemoved(*ordinal) || !found)
                continue;
            match.count = part.segment->count(*found, *ordinal);
            if (match.count > 0)
                match.score = static_cast<float>(scoring.points(scoring.weight(term.idf, term.repeats), static_cast<float>(match.count),
                                                                part.segment->lengths()[*ordinal])) / LexicalScoring::kUnit;
        }
        matches.push_back(std::move(match));
    }
    return matches;
}

std::vector<float> LexicalIndex::score(std::span<const QueryTerm> terms, std::span<const std::int64_t> rows) const {
    const LexicalScoring scoring(m_settings, meanLength());
    std::vector<std::uint32_t> points(rows.size());
    for (const Part& part : m_parts) {
        std::vector<std::pair<std::uint32_t, float>> found; // terms of the part with their weights
        for (const QueryTerm& term : terms) {
            if (const auto number = part.segment->findTerm(term.text); number && term.idf > 0)
                found.emplace_back(*number, scoring.weight(term.idf, term.repeats));
        }
        for (std::size_t i = 0; i < rows.size() && !found.empty(); ++i) {
            const auto ordinal = part.segment->ordinalOf(rows[i]);
            if (!ordinal || part.isRemoved(*ordinal))
                continue;
            for (const auto& [term, weight] : found) {
                if (const std::uint32_t count = part.segment->count(term, *ordinal))
                    points[i] += scoring.points(weight, static_cast<float>(count), part.segment->lengths()[*ordinal]);
            }
        }
    }
    std::vector<float> scores;
    for (const std::uint32_t sum : points)
        scores.push_back(static_cast<float>(sum) / LexicalScoring::kUnit);
    return scores;
}

void LexicalIndex::compact() {
    if (m_parts.empty() || (m_parts.size() == 1 && m_parts.front().removedRows == 0))
        return;
    auto whole = merged(0);
    m_parts.clear();
    m_parts.push_back({std::move(whole), {}, 0, 0, {}});
}

void LexicalIndex::save(const std::filesystem::path& file, std::uint64_t generation) const {
    LexicalIndex compacted = *this;
    if (m_parts.empty())
        compacted.m_parts.push_back({merged(0), {}, 0, 0, {}});
    compacted.compact();
    const auto body = compacted.m_parts.front().segment->bytes();
    FileHeader header = headerOf(m_analyzer, m_settings);
    header.generation = generation;
    header.checksum = fileChecksum(header, body);
    AtomicFile out(file);
    out.write(std::as_bytes(std::span(&header, 1)));
    out.write(body);
    out.commit();
}

LexicalIndex LexicalIndex::open(const std::filesystem::path& file, const Analyzer& analyzer, const Bm25Settings& settings) {
    LexicalIndex index(analyzer, settings);
    const auto mapped = std::make_shared<const MappedFile>(file);
    const auto fail = [&](std::string_view what) {
        throw Error(ErrorCode::Corrupt, fmt::format("the index file '{}' cannot be used: {}", file.string(), what),
                    "Build the index again from its texts; nothing else is lost.");
    };
    const auto bytes = mapped->bytes();
    FileHeader header;
    if (bytes.size() < sizeof header)
        fail("it is cut off");
    std::memcpy(&header, bytes.data(), sizeof header);
    FileHeader expected = headerOf(analyzer, settings);
    if (std::memcmp(header.magic, expected.magic, sizeof header.magic) != 0)
        fail("it is not an index of ours");
    const auto body = bytes.subspan(sizeof header);
    if (header.checksum != fileChecksum(header, body))
        fail("its checksum does not fit");
    if (header.analysis != expected.analysis || header.k1 != expected.k1 || header.b != expected.b ||
        std::memcmp(header.language, expected.language, sizeof header.language) != 0)
        fail("it was made with other settings");
    try {
        auto segment = LexicalSegment::view(body, mapped);
        if (segment->size() > 0)
            index.m_parts.push_back({std::move(segment), {}, 0, 0, {}});
    } catch (const Error& error) {
        fail(error.message());
    }
    index.m_generation = header.generation;
    return index;
}

} // namespace triptych
