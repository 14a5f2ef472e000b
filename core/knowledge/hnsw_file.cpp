#include "knowledge/hnsw_file.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace triptych {

namespace {

constexpr std::string_view kMagic = "TriHNSW1";
constexpr std::size_t kHashChars = 64;
constexpr std::size_t kHeaderBytes = 8 + 7 * 8 + 2 * kHashChars;
constexpr std::uintmax_t kMaxFileBytes = 16ull << 30;
constexpr std::size_t kMaxLayers = 64;

void put(std::string& bytes, std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i)
        bytes += static_cast<char>(value >> (8 * i));
}

/// Reads little-endian numbers; running out of bytes is the file's fault.
class Reader {
public:
    Reader(std::string_view bytes, const std::filesystem::path& file) : m_bytes(bytes), m_file(file) {}
    std::uint64_t number(int size) {
        const std::string_view part = take(static_cast<std::size_t>(size));
        std::uint64_t value = 0;
        for (int i = size; i-- > 0;)
            value = value << 8 | static_cast<unsigned char>(part[static_cast<std::size_t>(i)]);
        return value;
    }
    std::string_view take(std::size_t size) {
        if (size > m_bytes.size())
            fail("it is cut off");
        const std::string_view part = m_bytes.substr(0, size);
        m_bytes.remove_prefix(size);
        return part;
    }
    std::string_view rest() const { return m_bytes; }
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::Corrupt, fmt::format("the index file '{}' cannot be used: {}", m_file.string(), what),
                    "Build the index again from its vectors; nothing else is lost.");
    }

private:
    std::string_view m_bytes;
    const std::filesystem::path& m_file;
};

} // namespace

void writeHnswFile(const std::filesystem::path& file, const HnswGraph& graph) {
    std::string payload;
    for (const auto& layers : graph.links) {
        put(payload, layers.size(), 1);
        for (const auto& links : layers) {
            put(payload, links.size(), 2);
            for (const std::uint32_t target : links)
                put(payload, target, 4);
        }
    }
    std::string bytes(kMagic);
    for (const std::uint64_t value : {std::uint64_t(1), std::uint64_t(graph.dimension), std::uint64_t(graph.links.size()), std::uint64_t(graph.M),
                                      std::uint64_t(graph.ef_construction), std::uint64_t(graph.entryPoint), std::uint64_t(payload.size())})
        put(bytes, value, 8);
    bytes += graph.identity;
    // Over the header too, so that no flipped bit passes.
    bytes += sha256(bytes + payload);
    bytes += payload;
    atomicWrite(file, bytes);
}

HnswGraph readHnswFile(const std::filesystem::path& file) {
    const std::string bytes = readFile(file, kMaxFileBytes);
    Reader reader(bytes, file);
    if (bytes.size() < kHeaderBytes || reader.take(kMagic.size()) != kMagic)
        reader.fail("it is not an index of ours");
    if (const std::uint64_t version = reader.number(8); version != 1)
        reader.fail(fmt::format("its version is {}, this program reads 1", version));
    const std::uint64_t dimension = reader.number(8);
    const std::uint64_t rows = reader.number(8);
    const std::uint64_t m = reader.number(8);
    const std::uint64_t efConstruction = reader.number(8);
    const std::uint64_t entryPoint = reader.number(8);
    const std::uint64_t payloadBytes = reader.number(8);
    HnswGraph graph;
    graph.identity = reader.take(kHashChars);
    const std::string_view checksum = reader.take(kHashChars);
    if (payloadBytes != reader.rest().size())
        reader.fail(fmt::format("it announces {} bytes of links and has {}", payloadBytes, reader.rest().size()));
    std::string covered = bytes.substr(0, kHeaderBytes - kHashChars);
    covered += reader.rest();
    if (sha256(covered) != checksum)
        reader.fail("its checksum does not fit");
    // A node takes three bytes at least.
    if (rows == 0 || rows > payloadBytes / 3 || rows > UINT32_MAX || entryPoint >= rows || m < 2 || m > 256 || efConstruction < 1 ||
        efConstruction > 10'000 || dimension < 1 || dimension > 1'000'000)
        reader.fail("its header has impossible sizes");
    graph.dimension = static_cast<std::uint32_t>(dimension);
    graph.M = static_cast<std::uint32_t>(m);
    graph.ef_construction = static_cast<std::uint32_t>(efConstruction);
    graph.entryPoint = static_cast<std::uint32_t>(entryPoint);

    graph.links.resize(rows);
    std::size_t highest = 0;
    for (auto& layers : graph.links) {
        const std::uint64_t count = reader.number(1);
        if (count < 1 || count > kMaxLayers)
            reader.fail(fmt::format("a node has {} layers", count));
        layers.resize(count);
        highest = std::max(highest, layers.size());
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            const std::uint64_t links = reader.number(2);
            if (links > (layer == 0 ? 2 * m : m))
                reader.fail(fmt::format("a node has {} links on layer {}", links, layer));
            layers[layer].reserve(links);
            for (std::uint64_t i = 0; i < links; ++i)
                layers[layer].push_back(static_cast<std::uint32_t>(reader.number(4)));
        }
    }
    if (!reader.rest().empty())
        reader.fail("bytes follow the last node");
    for (const auto& layers : graph.links) {
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            for (const std::uint32_t target : layers[layer]) {
                if (target >= rows || graph.links[target].size() <= layer)
                    reader.fail(fmt::format("a link on layer {} goes to node {}, which is not there", layer, target));
            }
        }
    }
    if (graph.links[graph.entryPoint].size() != highest)
        reader.fail("its entry point is not on the top layer");
    return graph;
}

} // namespace triptych
