// Our vector index over generated or given vectors, when told to: see vector_index.py.

#include "clustered.h"
#include "serve.h"

#include "base/files.h"
#include "base/memory.h"
#include "knowledge/index_presets.h"

#include <algorithm>
#include <set>
#include <sstream>

using namespace triptych;

namespace {

constexpr int kBest = 10;

class Bench {
public:
    explicit Bench(VectorSet set) : m_set(std::move(set)), m_exact(index(VectorFormat::Float32, exactSettings())) {}

    Json answer(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "build")
            return build(words);
        if (command == "time")
            return time(words);
        if (command == "recall")
            return recall(words);
        if (command == "reopen")
            return reopen(words);
        throw Error(ErrorCode::InvalidArgument, "unknown command " + line);
    }
    Json ready() const { return {{"ready", true}, {"rows", m_set.rows()}, {"queries", m_set.queryCount()}}; }

private:
    static HnswSettings exactSettings() {
        HnswSettings settings;
        settings.exact_below = INT64_MAX;
        return settings;
    }
    HnswIndex index(VectorFormat format, HnswSettings settings) const {
        settings.format = format;
        return HnswIndex::build(m_set.vectors, static_cast<int>(m_set.dimension), settings, nullProgress(), {});
    }
    std::span<const float> query(std::size_t q) const { return std::span(m_set.queries).subspan(q * m_set.dimension, m_set.dimension); }

    /// build PRESET float|int8 EXACT_BELOW
    Json build(std::istringstream& words) {
        std::string preset, format;
        std::int64_t exactBelow = 0;
        words >> preset >> format >> exactBelow;
        HnswSettings settings = indexPreset(preset).settings;
        settings.exact_below = exactBelow;
        m_index.reset();
        returnFreedMemory();
        const double seconds = secondsOf([&] { m_index = index(format == "int8" ? VectorFormat::Int8 : VectorFormat::Float32, settings); });
        return {{"seconds", seconds}, {"exact", m_index->isExact()}, {"ef", settings.ef}, {"M", settings.M}, {"ef_construction", settings.ef_construction},
                {"bytes_per_row", indexBytesPerChunk(m_index->settings(), static_cast<int>(m_set.dimension))}};
    }
    /// time EF: every query once; 0: that of the preset
    Json time(std::istringstream& words) {
        int ef = 0;
        words >> ef;
        std::size_t found = 0;
        const double seconds = secondsOf([&] {
            for (std::size_t q = 0; q < m_set.queryCount(); ++q)
                found += m_index->search(query(q), kBest, nullptr, ef).size();
        });
        return {{"seconds", seconds}, {"found", found}};
    }
    /// recall EF SHARE: against all compared as floats, among the rows that a filter of this share lets pass, with its time; "own":
    /// against all compared as the index has them
    Json recall(std::istringstream& words) {
        int ef = 0;
        double share = 1;
        words >> ef >> share;
        RowSet among;
        if (share < 1) {
            Random random(99);
            for (std::size_t row = 0; row < m_set.rows(); ++row) {
                among.has.push_back(random.uniform() < share);
                among.count += among.has.back();
            }
        }
        const RowSet* filter = share < 1 ? &among : nullptr;
        const int k = kBest + (m_set.queriesAreRows ? 1 : 0);
        std::size_t hits = 0, own = 0, wanted = 0;
        double seconds = 0;
        for (std::size_t q = 0; q < m_set.queryCount(); ++q) {
            std::vector<Neighbour> found;
            seconds += secondsOf([&] { found = m_index->search(query(q), k, filter, ef); });
            const auto count = [&](const HnswIndex& exact) {
                std::set<std::int64_t> expected;
                for (const Neighbour& one : exact.searchExactly(query(q), k, filter))
                    expected.insert(one.row);
                if (m_set.queriesAreRows)
                    expected.erase(static_cast<std::int64_t>(q));
                return static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [&](const Neighbour& one) { return expected.contains(one.row); }));
            };
            hits += count(m_exact);
            own += count(*m_index);
            wanted += std::min<std::size_t>(kBest, static_cast<std::size_t>(filter ? among.count : m_index->size()));
        }
        const auto shareOf = [wanted](std::size_t some) { return static_cast<double>(some) / static_cast<double>(wanted); };
        return {{"recall", shareOf(hits)}, {"own", shareOf(own)}, {"ms", 1e3 * seconds / static_cast<double>(m_set.queryCount())}};
    }
    /// reopen FILE: saved, forgotten, mapped
    Json reopen(std::istringstream& words) {
        std::string file, note;
        words >> file;
        const double saving = secondsOf([&] { m_index->save(file, "bench", ""); });
        const HnswSettings settings = m_index->settings();
        m_index.reset();
        const double opening = secondsOf([&] { m_index = HnswIndex::open(file, "bench", static_cast<int>(m_set.dimension), settings, note); });
        return {{"save_s", saving}, {"open_s", opening}, {"bytes", sizeOnDisk(file)}};
    }

    VectorSet m_set;
    HnswIndex m_exact;
    std::optional<HnswIndex> m_index;
};

} // namespace

int main(int argc, char** argv) {
    return servedMain([&] {
        Bench bench(vectorSetOf({argv + 1, argv + argc}));
        serve(bench.ready(), [&](const std::string& line) { return bench.answer(line); });
    });
}
