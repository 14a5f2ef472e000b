#include "knowledge/statistics.h"

#include "base/progress.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace triptych {

namespace {

constexpr std::int64_t kMostBins = 20;

/// The least width of bins, 1, 2 or 5 times a power of ten, with which there are not too many.
std::int64_t binWidth(std::int64_t longest) {
    for (std::int64_t power = 1;; power *= 10) {
        for (const std::int64_t step : std::array<std::int64_t, 3>{1, 2, 5}) {
            if (longest / (step * power) < kMostBins)
                return step * power;
        }
    }
}

std::vector<KnowledgeStatistics::Bin> histogramOf(const std::vector<ChunkSize>& sizes) {
    if (sizes.empty())
        return {};
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end(), [](const ChunkSize& a, const ChunkSize& b) { return a.tokens < b.tokens; });
    const std::int64_t width = binWidth(most->tokens), first = least->tokens / width;
    std::vector<KnowledgeStatistics::Bin> bins;
    for (std::int64_t bin = first; bin <= most->tokens / width; ++bin)
        bins.push_back({bin * width, (bin + 1) * width, 0});
    for (const ChunkSize& size : sizes)
        ++bins[static_cast<std::size_t>(size.tokens / width - first)].count;
    return bins;
}

} // namespace

KnowledgeStatistics knowledgeStatistics(const KnowledgeStore& store, const std::stop_token& stop) {
    KnowledgeStatistics statistics;
    const KnowledgeCounts counts = store.counts();
    statistics.failed = counts.failed;
    statistics.disabled = counts.disabled;
    statistics.edited = counts.edited;
    throwIfStopped(stop);
    std::unordered_map<std::int64_t, std::string> names;
    for (const DocumentRecord& record : store.documents()) {
        throwIfStopped(stop);
        names.emplace(record.id, record.name);
        ++statistics.documents;
        statistics.characters += record.characters;
        ++statistics.types[record.type];
        ++statistics.languages[record.language];
        if (record.chunks == 0)
            statistics.empty.push_back(record.name);
    }
    const std::vector<ChunkSize> sizes = store.chunkSizes();
    throwIfStopped(stop);
    const auto extreme = [&](const ChunkSize& size) { return KnowledgeStatistics::Extreme{names[size.document_id], size.ordinal, size.tokens}; };
    for (const ChunkSize& size : sizes) {
        if (statistics.chunks == 0 || size.tokens < statistics.shortest.tokens)
            statistics.shortest = extreme(size);
        if (statistics.chunks == 0 || size.tokens > statistics.longest.tokens)
            statistics.longest = extreme(size);
        ++statistics.chunks;
        statistics.tokens += size.tokens;
    }
    statistics.histogram = histogramOf(sizes);
    return statistics;
}

Json statisticsToJson(const KnowledgeStatistics& statistics) {
    Json bins = Json::array();
    for (const KnowledgeStatistics::Bin& bin : statistics.histogram)
        bins.push_back({{"from", bin.from}, {"to", bin.to}, {"count", bin.count}});
    const auto extreme = [](const KnowledgeStatistics::Extreme& one) {
        return one.document.empty() ? Json() : Json{{"document", one.document}, {"chunk", one.chunk}, {"tokens", one.tokens}};
    };
    return {{"documents", statistics.documents}, {"chunks", statistics.chunks}, {"characters", statistics.characters}, {"tokens", statistics.tokens},
            {"types", statistics.types}, {"languages", statistics.languages}, {"histogram", std::move(bins)}, {"shortest", extreme(statistics.shortest)},
            {"longest", extreme(statistics.longest)}, {"empty", statistics.empty}, {"failed", statistics.failed}, {"disabled", statistics.disabled},
            {"edited", statistics.edited}};
}

} // namespace triptych
