#include "knowledge/hnsw_file.h"

#include "base/checksum.h"
#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

namespace triptych {

static_assert(std::endian::native == std::endian::little, "graphs lie in files as they lie in memory");

namespace {

constexpr std::string_view kMagic = "TriHNSW2";
constexpr std::size_t kHashChars = 64;
constexpr std::size_t kLabelBytes = 8;
constexpr std::size_t kMaxLayersAbove = 63;

struct FileHeader {
    char magic[8] = {};
    std::uint64_t checksum = 0; ///< over the header with 0 here, and all that follows
    std::uint64_t rows = 0, elementBytes = 0, vectorBytes = 0, upperBytes = 0, noteBytes = 0;
    std::uint32_t dimension = 0, int8 = 0, M = 0, ef_construction = 0, entryPoint = 0, reserved = 0;
    char identity[kHashChars] = {};
};
static_assert(sizeof(FileHeader) == 144);

std::uint64_t checksumOfFile(FileHeader header, std::span<const std::span<const std::byte>> parts) {
    header.checksum = 0;
    std::uint64_t sum = checksumOf(std::as_bytes(std::span(&header, 1)));
    for (const std::span<const std::byte> part : parts)
        sum = checksumOf(part, sum);
    return sum;
}

std::uint32_t wordAt(const std::byte* from) {
    std::uint32_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

/// Complaints name the file.
class Check {
public:
    explicit Check(const std::filesystem::path& file) : m_file(file) {}
    [[noreturn]] void fail(std::string_view what) const {
        throw Error(ErrorCode::Corrupt, fmt::format("the index file '{}' cannot be used: {}", m_file.string(), what),
                    "Build the index again from its vectors; nothing else is lost.");
    }
    void require(bool holds, std::string_view what) const {
        if (!holds)
            fail(what);
    }

private:
    const std::filesystem::path& m_file;
};

void checkSizes(const FileHeader& header, std::uint64_t fileBytes, const Check& check) {
    const bool possible = header.dimension >= 1 && header.dimension <= 1'000'000 && header.int8 <= 1 && header.M >= 2 && header.M <= 256 &&
                          header.ef_construction >= 1 && header.ef_construction <= 10'000 && header.rows >= 1 && header.rows <= UINT32_MAX &&
                          header.entryPoint < header.rows && header.vectorBytes <= 4'000'000 && header.vectorBytes % 4 == 0;
    check.require(possible, "its header has impossible sizes");
    const auto format = header.int8 ? VectorFormat::Int8 : VectorFormat::Float32;
    check.require(header.vectorBytes == 0 || header.vectorBytes >= vectorBytes(format, header.dimension), "its vectors are shorter than their dimension");
    const std::uint64_t links = 4 + 8 * std::uint64_t{header.M};
    check.require(header.elementBytes == links + (header.vectorBytes ? header.vectorBytes + kLabelBytes : 0), "its header has impossible sizes");
    // Both factors are below 2^32: no product overflows, and each part alone must fit first.
    const std::uint64_t body = fileBytes - sizeof(FileHeader);
    check.require(header.upperBytes <= body && header.noteBytes <= body && header.rows * (header.elementBytes + 1) <= body &&
                      header.rows * (header.elementBytes + 1) + header.upperBytes + header.noteBytes == body,
                  "it is cut off, or longer than it says");
}

/// `layer` 0 is the lowest one.
void checkLinks(const std::byte* list, std::size_t layer, const HnswGraph& graph, const Check& check) {
    const std::uint32_t count = wordAt(list);
    if (count > (layer == 0 ? 2 * graph.M : graph.M))
        check.fail(fmt::format("a row has {} links on layer {}", count, layer));
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t target = wordAt(list + 4 + 4 * std::size_t{i});
        if (target >= graph.rows || std::to_integer<std::size_t>(graph.layersAbove[target]) < layer)
            check.fail(fmt::format("a link on layer {} goes to row {}, which is not there", layer, target));
    }
}

void checkGraph(const HnswGraph& graph, const Check& check) {
    std::size_t above = 0, highest = 0;
    for (const std::byte layers : graph.layersAbove) {
        const auto count = std::to_integer<std::size_t>(layers);
        check.require(count <= kMaxLayersAbove, "a row is on too many layers");
        above += count;
        highest = std::max(highest, count);
    }
    check.require(above * graph.upperBytes() == graph.upper.size(), "its further layers have another size than its rows say");
    check.require(std::to_integer<std::size_t>(graph.layersAbove[graph.entryPoint]) == highest, "its entry point is not on the top layer");
    const std::byte* list = graph.upper.data();
    for (std::size_t row = 0; row < graph.rows; ++row) {
        const std::byte* element = graph.elements.data() + row * graph.elementBytes;
        checkLinks(element, 0, graph, check);
        if (graph.vectorBytes) {
            std::uint64_t label = 0;
            std::memcpy(&label, element + graph.elementBytes - kLabelBytes, sizeof label);
            check.require(label == row, "a row has another number than its place");
        }
        for (std::size_t layer = 1; layer <= std::to_integer<std::size_t>(graph.layersAbove[row]); ++layer, list += graph.upperBytes())
            checkLinks(list, layer, graph, check);
    }
}

} // namespace

void writeHnswFile(const std::filesystem::path& file, const HnswGraph& graph) {
    FileHeader header;
    std::memcpy(header.magic, kMagic.data(), kMagic.size());
    header.rows = graph.rows;
    header.elementBytes = graph.elementBytes;
    header.vectorBytes = graph.vectorBytes;
    header.upperBytes = graph.upper.size();
    header.noteBytes = graph.note.size();
    header.dimension = graph.dimension;
    header.int8 = graph.format == VectorFormat::Int8;
    header.M = graph.M;
    header.ef_construction = graph.ef_construction;
    header.entryPoint = graph.entryPoint;
    std::memcpy(header.identity, graph.identity.data(), std::min(graph.identity.size(), kHashChars));
    const std::span<const std::byte> parts[] = {graph.elements, graph.upper, graph.layersAbove, graph.note};
    header.checksum = checksumOfFile(header, parts);
    AtomicFile out(file);
    out.write(std::as_bytes(std::span(&header, 1)));
    for (const std::span<const std::byte> part : parts)
        out.write(part);
    out.commit();
}

HnswGraph readHnswFile(const std::filesystem::path& file) {
    const auto mapped = std::make_shared<const MappedFile>(file);
    const std::span<const std::byte> bytes = mapped->bytes();
    const Check check(file);
    FileHeader header;
    check.require(bytes.size() >= sizeof header, "it is cut off");
    std::memcpy(&header, bytes.data(), sizeof header);
    check.require(std::string_view(header.magic, sizeof header.magic) == kMagic, "it is not an index of ours, or of another version");
    checkSizes(header, bytes.size(), check);
    HnswGraph graph;
    graph.dimension = header.dimension;
    graph.format = header.int8 ? VectorFormat::Int8 : VectorFormat::Float32;
    graph.M = header.M;
    graph.ef_construction = header.ef_construction;
    graph.entryPoint = header.entryPoint;
    graph.rows = header.rows;
    graph.elementBytes = header.elementBytes;
    graph.vectorBytes = header.vectorBytes;
    graph.identity.assign(header.identity, kHashChars);
    std::span<const std::byte> rest = bytes.subspan(sizeof header);
    const auto take = [&rest](std::uint64_t size) {
        const std::span<const std::byte> part = rest.first(size);
        rest = rest.subspan(size);
        return part;
    };
    graph.elements = take(header.rows * header.elementBytes);
    graph.upper = take(header.upperBytes);
    graph.layersAbove = take(header.rows);
    graph.note = take(header.noteBytes);
    const std::span<const std::byte> parts[] = {graph.elements, graph.upper, graph.layersAbove, graph.note};
    check.require(header.checksum == checksumOfFile(header, parts), "its checksum does not fit");
    checkGraph(graph, check);
    graph.owner = mapped;
    return graph;
}

} // namespace triptych
