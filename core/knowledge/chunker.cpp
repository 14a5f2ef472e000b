#include "knowledge/chunker.h"

#include "base/error.h"
#include "base/progress.h"
#include "knowledge/embedder.h"
#include "knowledge/semantic_breaks.h"
#include "knowledge/text_cuts.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace triptych {

namespace {

constexpr std::array<std::string_view, 6> kNames = {"fixed", "recursive", "sentence", "markdown", "semantic", "none"};
constexpr int kMinSize = 16;
constexpr int kMaxSize = 8192;

/// Cuts one text; begins and ends are code points throughout.
class Splitter {
public:
    Splitter(std::u32string_view text, const ChunkerSettings& settings, const TokenCounter& counter, const std::stop_token& stop)
        : m_text(text), m_settings(settings), m_stop(stop), m_begins(tokenBegins(text, counter, stop)), m_cuts(cutsOf(text)) {}

    const std::vector<Cut>& cuts() const { return m_cuts; }

    /// Chunks of [begin, end), which overlap with nothing outside.
    void split(std::size_t begin, std::size_t end) {
        std::size_t covered = begin; // what stands before is in a chunk
        for (std::size_t start = begin;;) {
            throwIfStopped(m_stop);
            while (covered < end && isWhiteSpace(m_text[covered]))
                ++covered;
            if (covered == end)
                return;
            std::size_t stopAt = endOfChunk(start, covered + 1, end);
            if (start < covered && tokensBefore(stopAt) - tokensBefore(start) > static_cast<std::size_t>(m_settings.chunk_size)) {
                start = covered; // one character of so many tokens that it leaves no room for an overlap
                stopAt = endOfChunk(start, covered + 1, end);
            }
            add(start, stopAt);
            start = overlapBefore(start, stopAt);
            covered = stopAt;
        }
    }

    void add(std::size_t begin, std::size_t end) {
        while (begin < end && isWhiteSpace(m_text[begin]))
            ++begin;
        while (begin < end && isWhiteSpace(m_text[end - 1]))
            --end;
        if (begin == end)
            return;
        Chunk chunk;
        chunk.begin = static_cast<std::int64_t>(begin);
        chunk.end = static_cast<std::int64_t>(end);
        chunk.tokens = static_cast<int>(tokensBefore(end) - tokensBefore(begin));
        chunks.push_back(std::move(chunk));
    }

    std::vector<Chunk> chunks;

private:
    std::size_t tokensBefore(std::size_t place) const {
        return static_cast<std::size_t>(std::lower_bound(m_begins.begin(), m_begins.end(), static_cast<std::int32_t>(place)) - m_begins.begin());
    }
    /// Where the token of that number begins; the end of the text where there is none.
    std::size_t beginOf(std::size_t token) const { return token < m_begins.size() ? static_cast<std::size_t>(m_begins[token]) : m_text.size(); }

    /// The best place for a chunk from `start` to end, at least at `least`.
    std::size_t endOfChunk(std::size_t start, std::size_t least, std::size_t end) const {
        const auto size = static_cast<std::size_t>(m_settings.chunk_size);
        const std::size_t first = tokensBefore(start);
        const std::size_t most = std::min(end, beginOf(first + size)); // where the token begins that does not fit
        if (most == end)
            return end;
        // Found from the back: the last place of each worth or better.
        constexpr std::size_t kNowhere = 0;
        std::array<std::size_t, 6> last{};
        for (std::size_t i = most; i >= least && last.back() == kNowhere; --i) {
            for (auto worth = static_cast<std::size_t>(m_cuts[i]); worth > 0 && last[worth] == kNowhere; --worth)
                last[worth] = i;
            if (last[static_cast<std::size_t>(sufficient())] != kNowhere)
                break;
        }
        const auto at = [&](Cut cut) { return last[static_cast<std::size_t>(cut)]; };
        if (sufficient() == Cut::Sentence && at(Cut::Sentence) != kNowhere)
            return at(Cut::Sentence);
        if (sufficient() == Cut::Paragraph) {
            const std::size_t quarter = beginOf(first + size / 4); // a good place is not worth a chunk with hardly anything in it
            for (const Cut cut : {Cut::Paragraph, Cut::Line, Cut::Sentence}) {
                if (at(cut) != kNowhere && at(cut) >= quarter)
                    return at(cut);
            }
        }
        if (sufficient() != Cut::Character && at(Cut::Word) != kNowhere)
            return at(Cut::Word);
        return at(Cut::Character) != kNowhere ? at(Cut::Character) : std::min(end, nextCharacter(std::max(most, least)));
    }
    /// No better place needs to be looked for once one of this worth was found.
    Cut sufficient() const {
        switch (m_settings.chunker) {
        case ChunkerKind::Fixed:
            return Cut::Character;
        case ChunkerKind::Sentence:
        case ChunkerKind::Semantic:
            return Cut::Sentence;
        default:
            return Cut::Paragraph;
        }
    }
    std::size_t nextCharacter(std::size_t place) const {
        while (m_cuts[place] == Cut::Never)
            ++place;
        return place;
    }

    /// Where the chunk after [start, end) begins: at a sentence, else at a word, else a character.
    std::size_t overlapBefore(std::size_t start, std::size_t end) const {
        if (m_settings.overlap == 0)
            return end;
        const std::size_t tokens = tokensBefore(end);
        const std::size_t before = std::min(static_cast<std::size_t>(m_settings.overlap), tokens - tokensBefore(start));
        const std::size_t from = std::max(start + 1, beginOf(tokens - before));
        std::array<std::size_t, 6> first{};
        const Cut enough = m_settings.chunker == ChunkerKind::Fixed ? Cut::Character : Cut::Sentence;
        for (std::size_t i = from; i < end && first[static_cast<std::size_t>(enough)] == 0; ++i) {
            for (auto worth = static_cast<std::size_t>(m_cuts[i]); worth > 0 && first[worth] == 0; --worth)
                first[worth] = i;
        }
        for (const Cut cut : {enough, Cut::Word, Cut::Character}) {
            if (first[static_cast<std::size_t>(cut)] != 0)
                return first[static_cast<std::size_t>(cut)];
        }
        return end;
    }

    std::u32string_view m_text;
    const ChunkerSettings& m_settings;
    std::stop_token m_stop;
    std::vector<std::int32_t> m_begins;
    std::vector<Cut> m_cuts;
};

/// Begins of the sections; a heading with nothing but a further heading below goes with that one.
std::vector<std::size_t> sectionBegins(std::u32string_view text, std::span<const Heading> headings) {
    std::vector<std::size_t> begins;
    bool joins = false;
    for (std::size_t i = 0; i < headings.size(); ++i) {
        const auto begin = static_cast<std::size_t>(headings[i].begin);
        if (!joins)
            begins.push_back(begin);
        const std::size_t next = i + 1 < headings.size() ? static_cast<std::size_t>(headings[i + 1].begin) : text.size();
        const std::size_t line = std::min(text.find(U'\n', begin), next);
        joins = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(line), text.begin() + static_cast<std::ptrdiff_t>(next), isWhiteSpace);
    }
    return begins;
}

void addHeadingPaths(std::span<const Heading> headings, std::vector<Chunk>& chunks) {
    std::vector<const Heading*> path;
    auto heading = headings.begin();
    for (Chunk& chunk : chunks) {
        for (; heading != headings.end() && heading->begin <= chunk.begin; ++heading) {
            while (!path.empty() && path.back()->level >= heading->level)
                path.pop_back();
            path.push_back(&*heading);
        }
        for (const Heading* above : path)
            chunk.heading_path.push_back(above->title);
    }
}

/// Code points are only ever looked for forwards: chunks begin in order, and each ends behind the one before.
void addBytes(std::u32string_view text, std::vector<Chunk>& chunks) {
    const auto walk = [&](auto placeOf, auto byteOf) {
        std::size_t place = 0, byte = 0;
        for (Chunk& chunk : chunks) {
            for (; place < static_cast<std::size_t>(placeOf(chunk)); ++place)
                byte += static_cast<std::size_t>(utf8Length(text[place]));
            byteOf(chunk) = byte;
        }
    };
    walk([](const Chunk& chunk) { return chunk.begin; }, [](Chunk& chunk) -> std::size_t& { return chunk.begin_byte; });
    walk([](const Chunk& chunk) { return chunk.end; }, [](Chunk& chunk) -> std::size_t& { return chunk.end_byte; });
}

} // namespace

std::string_view chunkerName(ChunkerKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

ChunkerKind chunkerFromName(std::string_view name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end())
        throw Error(ErrorCode::InvalidArgument, fmt::format("there is no chunker '{}'", name), fmt::format("Choose one of {}.", fmt::join(kNames, ", ")));
    return static_cast<ChunkerKind>(found - kNames.begin());
}

void checkChunkerSettings(const ChunkerSettings& settings) {
    if (settings.chunker == ChunkerKind::None)
        return;
    if (settings.chunk_size < kMinSize || settings.chunk_size > kMaxSize)
        throw Error(ErrorCode::InvalidArgument, fmt::format("chunk_size is {}, outside {} to {}", settings.chunk_size, kMinSize, kMaxSize), "Some 200 to 500 tokens suit most texts and models.");
    if (settings.overlap < 0 || 2 * settings.overlap >= settings.chunk_size) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("overlap is {}, outside 0 to {}", settings.overlap, (settings.chunk_size - 1) / 2),
                    fmt::format("It has to be less than half of chunk_size, which is {}.", settings.chunk_size));
    }
    if (!(settings.breakpoint_percentile >= 50 && settings.breakpoint_percentile <= 100))
        throw Error(ErrorCode::InvalidArgument, fmt::format("breakpoint_percentile is {}, outside 50 to 100", settings.breakpoint_percentile));
}

std::vector<Chunk> splitIntoChunks(std::string_view utf8, std::span<const Heading> headings, const ChunkerSettings& settings, const TokenCounter& counter, Embedder* embedder,
                                   const std::stop_token& stop) {
    checkChunkerSettings(settings);
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Error(ErrorCode::InvalidArgument, "a text of more than 2 GB cannot be cut into chunks");
    if (!isUtf8(utf8))
        throw Error(ErrorCode::InvalidArgument, "the text to cut into chunks is not UTF-8");
    const std::u32string text = decodeUtf8(utf8);
    const auto isBefore = [](const Heading& a, const Heading& b) { return a.begin < b.begin; };
    if (!std::is_sorted(headings.begin(), headings.end(), isBefore) || (!headings.empty() && (headings.front().begin < 0 || headings.back().begin > static_cast<std::int64_t>(text.size()))))
        throw Error(ErrorCode::InvalidArgument, "the headings are not those of the text");
    Splitter splitter(text, settings, counter, stop);
    std::vector<std::size_t> begins;
    if (settings.chunker == ChunkerKind::Markdown) {
        begins = sectionBegins(text, headings);
    } else if (settings.chunker == ChunkerKind::Semantic) {
        if (!embedder)
            throw Error(ErrorCode::InvalidArgument, "the semantic chunker needs an embedder");
        begins = semanticBreaks(text, splitter.cuts(), settings.breakpoint_percentile, *embedder, stop);
    }
    begins.insert(begins.begin(), 0);
    begins.push_back(text.size());
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
        if (settings.chunker == ChunkerKind::None)
            splitter.add(begins[i], begins[i + 1]);
        else
            splitter.split(begins[i], begins[i + 1]);
    }
    addHeadingPaths(headings, splitter.chunks);
    addBytes(text, splitter.chunks);
    return std::move(splitter.chunks);
}

} // namespace triptych
