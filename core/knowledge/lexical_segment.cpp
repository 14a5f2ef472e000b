#include "knowledge/lexical_segment.h"

#include "base/error.h"
#include "knowledge/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <queue>
#include <type_traits>
#include <unordered_map>

namespace triptych {

static_assert(std::endian::native == std::endian::little, "segments lie in files as they lie in memory");

struct LexicalSegment::Header {
    std::uint64_t rows, terms, slots, blocks, payload, texts, totalLength, reserved;
};

namespace {

constexpr std::uint32_t kMaxCount = 255;
constexpr std::uint32_t kGone = UINT32_MAX;
constexpr std::uint64_t kMaxItems = 1ull << 31;

struct Posting {
    std::uint32_t ordinal = 0;
    std::uint32_t count = 0;
};

std::uint64_t hashOf(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u; // FNV-1a, mixed so that the low bits are good
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash ^ (hash >> 29);
}

std::size_t padded(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }
std::size_t widthOf(const LexicalSegment::Block& block) { return block.last - block.first > 0xffff ? 4 : 2; }

std::uint32_t ordinalAt(const LexicalSegment::Block& block, const std::byte* payload, std::uint32_t i) {
    if (widthOf(block) == 2) {
        std::uint16_t value = 0;
        std::memcpy(&value, payload + 2 * i, 2);
        return block.first + value;
    }
    std::uint32_t value = 0;
    std::memcpy(&value, payload + 4 * std::size_t(i), 4);
    return block.first + value;
}

} // namespace

/// Collects the sections; terms come in ascending order, each with its postings.
class LexicalSegment::Writer {
public:
    Writer(std::vector<std::int64_t> rows, std::vector<std::uint32_t> lengths, const Bm25Settings& settings)
        : m_rows(std::move(rows)), m_lengths(std::move(lengths)), m_settings(settings) {
        for (const std::uint32_t length : m_lengths)
            m_totalLength += length;
        if (m_totalLength > 0)
            m_mean = static_cast<float>(static_cast<double>(m_totalLength) / static_cast<double>(m_rows.size()));
    }

    void add(std::string_view text, std::span<const Posting> postings) {
        if (m_terms.size() >= kMaxItems || m_blocks.size() >= kMaxItems || m_texts.size() + text.size() > UINT32_MAX)
            throw Error(ErrorCode::InvalidArgument, "one lexical index cannot hold that many terms");
        m_terms.push_back({static_cast<std::uint32_t>(m_texts.size()), static_cast<std::uint32_t>(postings.size()),
                           static_cast<std::uint32_t>(m_blocks.size())});
        m_texts += text;
        for (std::size_t at = 0; at < postings.size(); at += kBlock)
            addBlock(postings.subspan(at, std::min<std::size_t>(kBlock, postings.size() - at)));
    }

    std::shared_ptr<const LexicalSegment> finish() {
        m_terms.push_back({static_cast<std::uint32_t>(m_texts.size()), 0, static_cast<std::uint32_t>(m_blocks.size())});
        const std::size_t terms = m_terms.size() - 1;
        std::vector<std::uint32_t> slots(std::bit_ceil(2 * terms + 1));
        for (std::size_t i = 0; i < terms; ++i) {
            const std::string_view text = std::string_view(m_texts).substr(m_terms[i].text, m_terms[i + 1].text - m_terms[i].text);
            std::size_t at = hashOf(text) & (slots.size() - 1);
            while (slots[at])
                at = (at + 1) & (slots.size() - 1);
            slots[at] = static_cast<std::uint32_t>(i + 1);
        }
        const Header header = {m_rows.size(), terms, slots.size(), m_blocks.size(), m_payload.size(), m_texts.size(), m_totalLength, 0};
        auto bytes = std::make_shared<std::vector<std::byte>>();
        const auto append = [&](const auto& section) {
            const auto part = std::as_bytes(std::span(section));
            bytes->insert(bytes->end(), part.begin(), part.end());
            bytes->resize(padded(bytes->size(), 8));
        };
        bytes->reserve(sizeof(Header) + m_rows.size() * 12 + m_terms.size() * 12 + slots.size() * 4 + m_blocks.size() * 16 + m_payload.size() +
                       m_texts.size() + 64);
        append(std::span(&header, 1));
        append(m_rows);
        append(m_lengths);
        append(m_terms);
        append(slots);
        append(m_blocks);
        append(m_payload);
        append(m_texts);
        const std::span<const std::byte> view(*bytes);
        return LexicalSegment::view(view, std::move(bytes));
    }

private:
    void addBlock(std::span<const Posting> postings) {
        Block block = {postings.front().ordinal, postings.back().ordinal, static_cast<std::uint32_t>(m_payload.size() / 4), 0};
        if (m_payload.size() / 4 > UINT32_MAX)
            throw Error(ErrorCode::InvalidArgument, "one lexical index cannot hold that many postings");
        for (const Posting& posting : postings) {
            const float count = static_cast<float>(posting.count);
            const float length = m_mean > 0 ? static_cast<float>(m_lengths[posting.ordinal]) / m_mean : 0;
            block.bound = std::max(block.bound, count / (count + m_settings.k1 * (1 - m_settings.b + m_settings.b * length)));
            const std::uint32_t offset = posting.ordinal - block.first;
            const auto* bytes = reinterpret_cast<const std::byte*>(&offset);
            m_payload.insert(m_payload.end(), bytes, bytes + widthOf(block));
        }
        for (const Posting& posting : postings)
            m_payload.push_back(static_cast<std::byte>(posting.count));
        m_payload.resize(padded(m_payload.size(), 4));
        m_blocks.push_back(block);
    }

    std::vector<std::int64_t> m_rows;
    std::vector<std::uint32_t> m_lengths;
    Bm25Settings m_settings;
    float m_mean = 0;
    std::uint64_t m_totalLength = 0;
    std::vector<TermEntry> m_terms;
    std::vector<Block> m_blocks;
    std::vector<std::byte> m_payload;
    std::string m_texts;
};

std::shared_ptr<const LexicalSegment> LexicalSegment::build(std::span<const LexicalText> texts, const Analyzer& analyzer,
                                                            const Bm25Settings& settings) {
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return texts[a].row < texts[b].row; });
    std::vector<std::int64_t> rows;
    std::vector<std::uint32_t> lengths;
    std::vector<std::vector<Posting>> postings;
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return hashOf(text); }
    };
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> numbers;
    for (const std::size_t i : order) {
        const auto ordinal = static_cast<std::uint32_t>(rows.size());
        if (!rows.empty() && rows.back() == texts[i].row)
            throw Error(ErrorCode::InvalidArgument, fmt::format("row {} is to be indexed twice at once", texts[i].row));
        rows.push_back(texts[i].row);
        std::uint32_t length = 0;
        analyzer.analyze(texts[i].text, [&](const Term& term) {
            length += !term.weak;
            auto found = numbers.find(term.text);
            if (found == numbers.end()) {
                found = numbers.emplace(term.text, postings.size()).first;
                postings.emplace_back();
            }
            auto& list = postings[found->second];
            if (list.empty() || list.back().ordinal != ordinal)
                list.push_back({ordinal, 0});
            list.back().count = std::min(list.back().count + 1, kMaxCount);
        });
        lengths.push_back(length);
    }
    std::vector<std::pair<std::string_view, std::size_t>> sorted(numbers.begin(), numbers.end());
    std::sort(sorted.begin(), sorted.end());
    Writer writer(std::move(rows), std::move(lengths), settings);
    for (const auto& [text, number] : sorted)
        writer.add(text, postings[number]);
    return writer.finish();
}

std::shared_ptr<const LexicalSegment> LexicalSegment::merge(std::span<const LexicalSegment* const> segments,
                                                            const std::function<bool(std::size_t, std::uint32_t)>& isRemoved,
                                                            const Bm25Settings& settings) {
    struct Source {
        std::int64_t row;
        std::size_t segment;
        std::uint32_t ordinal;
    };
    std::vector<Source> live;
    std::vector<std::vector<std::uint32_t>> renumbered;
    for (std::size_t s = 0; s < segments.size(); ++s) {
        renumbered.emplace_back(segments[s]->size(), kGone);
        for (std::uint32_t i = 0; i < segments[s]->size(); ++i) {
            if (!isRemoved(s, i))
                live.push_back({segments[s]->m_rows[i], s, i});
        }
    }
    std::sort(live.begin(), live.end(), [](const Source& a, const Source& b) { return a.row < b.row; });
    std::vector<std::int64_t> rows(live.size());
    std::vector<std::uint32_t> lengths(live.size());
    for (std::size_t i = 0; i < live.size(); ++i) {
        rows[i] = live[i].row;
        lengths[i] = segments[live[i].segment]->m_lengths[live[i].ordinal];
        renumbered[live[i].segment][live[i].ordinal] = static_cast<std::uint32_t>(i);
    }
    Writer writer(std::move(rows), std::move(lengths), settings);

    using Next = std::pair<std::string_view, std::size_t>; // term and segment
    std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
    std::vector<std::uint32_t> position(segments.size());
    for (std::size_t s = 0; s < segments.size(); ++s) {
        if (segments[s]->termCount() > 0)
            queue.emplace(segments[s]->term(0), s);
    }
    std::vector<Posting> postings;
    Postings block;
    while (!queue.empty()) {
        const std::string_view text = queue.top().first;
        postings.clear();
        while (!queue.empty() && queue.top().first == text) {
            const std::size_t s = queue.top().second;
            queue.pop();
            const LexicalSegment& segment = *segments[s];
            const std::uint32_t term = position[s]++;
            for (std::size_t b = 0; b < segment.blocks(term).size(); ++b) {
                segment.read(term, b, block);
                for (std::uint32_t i = 0; i < block.count; ++i) {
                    if (const std::uint32_t ordinal = renumbered[s][block.ordinals[i]]; ordinal != kGone)
                        postings.push_back({ordinal, static_cast<std::uint32_t>(block.counts[i])});
                }
            }
            if (position[s] < segment.termCount())
                queue.emplace(segment.term(position[s]), s);
        }
        const auto before = [](const Posting& a, const Posting& b) { return a.ordinal < b.ordinal; };
        if (!std::is_sorted(postings.begin(), postings.end(), before))
            std::sort(postings.begin(), postings.end(), before);
        if (!postings.empty())
            writer.add(text, postings);
    }
    return writer.finish();
}

std::shared_ptr<const LexicalSegment> LexicalSegment::view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
    const auto require = [](bool good, const char* what) {
        if (!good)
            throw Error(ErrorCode::Corrupt, what);
    };
    require(bytes.size() >= sizeof(Header), "it is cut off");
    Header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    for (const std::uint64_t items : {header.rows, header.terms, header.slots, header.blocks})
        require(items <= 2 * kMaxItems, "its header has impossible sizes");
    require(header.payload <= bytes.size() && header.texts <= bytes.size(), "its header has impossible sizes");
    std::shared_ptr<LexicalSegment> segment(new LexicalSegment);
    std::size_t at = sizeof(Header);
    const auto section = [&]<typename T>(std::span<const T>& view, std::uint64_t items) {
        const std::size_t size = padded(items * sizeof(T), 8);
        require(size <= bytes.size() - at, "it is cut off");
        view = {reinterpret_cast<const T*>(bytes.data() + at), items};
        at += size;
    };
    std::span<const char> texts;
    section(segment->m_rows, header.rows);
    section(segment->m_lengths, header.rows);
    section(segment->m_terms, header.terms + 1);
    section(segment->m_slots, header.slots);
    section(segment->m_blocks, header.blocks);
    section(segment->m_payload, header.payload);
    section(texts, header.texts);
    require(at == bytes.size(), "bytes follow its end");
    segment->m_texts = {texts.data(), texts.size()};
    segment->m_bytes = bytes;
    segment->m_owner = std::move(owner);
    segment->m_totalLength = header.totalLength;

    require(std::has_single_bit(header.slots) && header.slots > header.terms, "its table of terms has an impossible size");
    require(std::all_of(segment->m_slots.begin(), segment->m_slots.end(), [&](std::uint32_t slot) { return slot <= header.terms; }),
            "its table of terms names a term that is not there");
    require(std::is_sorted(segment->m_rows.begin(), segment->m_rows.end(), std::less_equal<>()), "its rows are out of order");
    require(segment->m_terms.front().firstBlock == 0 && segment->m_terms.back().firstBlock == header.blocks &&
                segment->m_terms.front().text == 0 && segment->m_terms.back().text == header.texts,
            "its terms do not cover it");
    for (std::uint32_t term = 0; term < header.terms; ++term) {
        const TermEntry& entry = segment->m_terms[term];
        const TermEntry& next = segment->m_terms[term + 1];
        require(entry.text <= next.text && entry.frequency > 0 && entry.frequency <= header.rows &&
                    std::uint64_t(entry.firstBlock) + (entry.frequency + kBlock - 1) / kBlock == next.firstBlock,
                "a term points outside of it");
        std::uint64_t free = 0; // the first ordinal that the next block may have
        for (std::size_t b = 0; b < segment->blocks(term).size(); ++b) {
            const Block& block = segment->blocks(term)[b];
            require(block.first >= free && block.last >= block.first && block.last < header.rows, "postings are out of order");
            require(std::uint64_t(block.offset) * 4 + segment->blockSize(term, b) * (widthOf(block) + 1) <= header.payload,
                    "postings lie outside of it");
            free = std::uint64_t(block.last) + 1;
        }
    }
    return segment;
}

std::optional<std::uint32_t> LexicalSegment::ordinalOf(std::int64_t row) const {
    const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), row);
    if (found == m_rows.end() || *found != row)
        return std::nullopt;
    return static_cast<std::uint32_t>(found - m_rows.begin());
}

std::string_view LexicalSegment::term(std::uint32_t term) const {
    return m_texts.substr(m_terms[term].text, m_terms[term + 1].text - m_terms[term].text);
}

std::optional<std::uint32_t> LexicalSegment::findTerm(std::string_view text) const {
    const std::size_t mask = m_slots.size() - 1;
    // A table with a free slot ends the search; a damaged one is walked once.
    for (std::size_t at = hashOf(text) & mask, steps = 0; m_slots[at] != 0 && steps < m_slots.size(); at = (at + 1) & mask, ++steps) {
        if (term(m_slots[at] - 1) == text)
            return m_slots[at] - 1;
    }
    return std::nullopt;
}

std::span<const LexicalSegment::Block> LexicalSegment::blocks(std::uint32_t term) const {
    return m_blocks.subspan(m_terms[term].firstBlock, m_terms[term + 1].firstBlock - m_terms[term].firstBlock);
}

std::uint32_t LexicalSegment::blockSize(std::uint32_t term, std::size_t block) const {
    return std::min<std::uint32_t>(kBlock, m_terms[term].frequency - static_cast<std::uint32_t>(block) * kBlock);
}

void LexicalSegment::read(std::uint32_t term, std::size_t index, Postings& postings) const {
    const Block block = blocks(term)[index];
    const std::byte* payload = m_payload.data() + std::size_t(block.offset) * 4;
    const std::uint32_t size = blockSize(term, index);
    postings.count = size;
    // Nearly all postings stand in full blocks, and loops of a known length are done eight at a time. A file that lies
    // about an ordinal is kept inside the block.
    const auto expand = [&](auto count) {
        if (widthOf(block) == 2) {
            std::uint16_t offsets[kBlock];
            std::memcpy(offsets, payload, 2 * count);
            for (std::uint32_t i = 0; i < count; ++i)
                postings.ordinals[i] = std::min(block.first + offsets[i], block.last);
        } else {
            std::uint32_t offsets[kBlock];
            std::memcpy(offsets, payload, 4 * count);
            for (std::uint32_t i = 0; i < count; ++i)
                postings.ordinals[i] = block.first + std::min(offsets[i], block.last - block.first);
        }
        const auto* counts = reinterpret_cast<const std::uint8_t*>(payload) + widthOf(block) * count;
        for (std::uint32_t i = 0; i < count; ++i)
            postings.counts[i] = counts[i];
    };
    if (size == kBlock)
        expand(std::integral_constant<std::uint32_t, kBlock>());
    else
        expand(size);
}

std::uint32_t LexicalSegment::count(std::uint32_t term, std::uint32_t ordinal) const {
    const auto all = blocks(term);
    const auto found = std::lower_bound(all.begin(), all.end(), ordinal, [](const Block& block, std::uint32_t value) { return block.last < value; });
    if (found == all.end() || found->first > ordinal)
        return 0;
    const std::uint32_t size = blockSize(term, static_cast<std::size_t>(found - all.begin()));
    const std::byte* payload = m_payload.data() + std::size_t(found->offset) * 4;
    std::uint32_t low = 0, high = size;
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (ordinalAt(*found, payload, middle) < ordinal)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == size || ordinalAt(*found, payload, low) != ordinal)
        return 0;
    return std::to_integer<std::uint32_t>(payload[widthOf(*found) * size + low]);
}

std::uint32_t LexicalSegment::countAmong(std::uint32_t term, std::span<const std::uint32_t> ordinals) const {
    std::uint32_t found = 0;
    for (const Block& block : blocks(term)) {
        auto at = std::lower_bound(ordinals.begin(), ordinals.end(), block.first);
        for (; at != ordinals.end() && *at <= block.last; ++at)
            found += count(term, *at) > 0;
    }
    return found;
}

} // namespace triptych
