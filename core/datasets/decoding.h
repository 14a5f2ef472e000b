#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace triptych {

/// What the bytes of a text file are taken for.
struct TextEncoding {
    std::string name = "UTF-8"; ///< as ICU knows it
    std::size_t bom = 0;        ///< bytes of the byte-order mark to skip
};

/// By byte-order mark, by the zero bytes of UTF-16, by UTF-8's own structure, else statistically; only if the
/// guess decodes every line of the sample and UTF-8 decodes hardly any, of at least `minBadLines` that are not ASCII. In
/// doubt UTF-8, so that a stray byte spoils its own row and not the reading of the others.
TextEncoding detectEncoding(std::string_view sample, std::size_t minBadLines = 3);

struct DecodedText {
    std::string text;     ///< UTF-8, lines ended by \n, no NUL
    std::string encoding;
    std::int64_t undecodable = 0; ///< places that were no characters and are U+FFFD now
};
/// A whole text at once. An encoding that is named is taken unless a byte-order mark says otherwise; a single line that is
/// not UTF-8 is enough to look for another. Throws Error{InvalidArgument} for a name that no encoding has.
DecodedText decodeText(std::string_view bytes, const std::optional<std::string>& encoding = std::nullopt);

/// A format that is no text, by its first bytes.
struct BinaryFormat {
    std::string_view bytes;
    const char* what; ///< "a PNG picture"
    const char* hint; ///< for whoever wanted labelled data
};
/// Null if none of those known begins so.
const BinaryFormat* knownBinaryFormat(std::string_view head);

/// A file as a stream of UTF-8 chunks. What cannot be decoded arrives as the byte 0xFF, which is never part
/// of UTF-8: whoever checks a row finds it there. Memory stays at two chunks.
class DecodedFile {
public:
    /// Throws Error{NotFound | Io}, {InvalidInput} for a folder or a known binary format, {InvalidArgument} for
    /// an encoding that does not exist.
    DecodedFile(const std::filesystem::path& path, const std::optional<std::string>& encoding = std::nullopt);
    ~DecodedFile();
    DecodedFile(const DecodedFile&) = delete;
    DecodedFile& operator=(const DecodedFile&) = delete;

    /// The first chunk, decoded; next() gives it first.
    const std::string& head() const { return m_head; }
    /// Called with every chunk that next() gives, however long a line is; may throw to end the reading.
    void onChunk(std::function<void()> callback) { m_onChunk = std::move(callback); }
    /// False at the end of the file. Throws Error{Io}.
    bool next(std::string& chunk);
    const std::string& encoding() const { return m_encoding.name; }
    std::int64_t bytesRead() const { return m_bytesRead; }
    std::int64_t size() const { return m_size; }
    const std::filesystem::path& path() const { return m_path; }

private:
    struct Converter;
    friend DecodedText decodeText(std::string_view bytes, const std::optional<std::string>& encoding);
    bool readRaw(std::string& bytes);
    bool decodeNext(std::string& chunk);

    std::function<void()> m_onChunk;
    std::filesystem::path m_path;
    int m_fd = -1;
    std::int64_t m_size = 0;
    std::int64_t m_bytesRead = 0;
    TextEncoding m_encoding;
    std::unique_ptr<Converter> m_converter; ///< null for UTF-8
    std::string m_firstRaw;
    std::string m_head;
    bool m_headGiven = false;
    bool m_atEnd = false;
    bool m_flushed = false;
};

} // namespace triptych
