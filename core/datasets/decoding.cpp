#include "datasets/decoding.h"

#include "datasets/text_folding.h"

#include "base/descriptor.h"
#include "base/error.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kChunkBytes = 1u << 20;
constexpr char kUndecodable = '\xFF';

constexpr const char* kExportHint = "Export the sheet as CSV (UTF-8) and import that file.";
constexpr const char* kTextHint = "Labelled data comes as JSON lines, CSV or TSV.";
constexpr const char* kUnpackHint = "Unpack it first.";
constexpr BinaryFormat kBinaryFormats[] = {
    {{"PK\x03\x04", 4}, "a ZIP archive or an office document", kExportHint},
    {{"PK\x05\x06", 4}, "an empty ZIP archive", kExportHint},
    {{"\xD0\xCF\x11\xE0", 4}, "an old office document", kExportHint},
    {{"%PDF-", 5}, "a PDF document", kTextHint},
    {{"\x89PNG", 4}, "a PNG picture", kTextHint},
    {{"\xFF\xD8\xFF", 3}, "a JPEG picture", kTextHint},
    {{"GIF8", 4}, "a GIF picture", kTextHint},
    {{"\x1F\x8B", 2}, "a gzip archive", kUnpackHint},
    {{"BZh", 3}, "a bzip2 archive", kUnpackHint},
    {{"\xFD" "7zXZ", 5}, "an xz archive", kUnpackHint},
    {{"\x28\xB5\x2F\xFD", 4}, "a zstd archive", kUnpackHint},
    {{"7z\xBC\xAF", 4}, "a 7z archive", kUnpackHint},
    {{"Rar!\x1A", 5}, "a RAR archive", kUnpackHint},
    {{"{\\rtf", 5}, "a rich text document (RTF)", kTextHint},
    {{"SQLite format 3", 15}, "an SQLite database", kTextHint},
    {{"\x7F" "ELF", 4}, "a program", kTextHint},
    {{"PAR1", 4}, "a Parquet file", "Convert it to JSON lines or CSV first."},
};

TextEncoding byMark(std::string_view sample) {
    using namespace std::string_view_literals;
    if (sample.starts_with("\xEF\xBB\xBF"sv))
        return {"UTF-8", 3};
    if (sample.starts_with("\xFF\xFE\0\0"sv))
        return {"UTF-32LE", 4};
    if (sample.starts_with("\0\0\xFE\xFF"sv))
        return {"UTF-32BE", 4};
    if (sample.starts_with("\xFF\xFE"sv))
        return {"UTF-16LE", 2};
    if (sample.starts_with("\xFE\xFF"sv))
        return {"UTF-16BE", 2};
    if (sample.starts_with("\x84\x31\x95\x33"sv))
        return {"GB18030", 4};
    return {"", 0};
}

/// True if nearly all of it are characters that texts are made of, and none is half a character.
bool readsAsUtf16(std::string_view bytes, bool littleEndian) {
    std::vector<UChar> units(bytes.size() / 2);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto a = static_cast<unsigned char>(bytes[2 * i]), b = static_cast<unsigned char>(bytes[2 * i + 1]);
        units[i] = static_cast<UChar>(littleEndian ? a | b << 8 : a << 8 | b);
    }
    const auto isUsual = [](UChar c) {
        return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t' || (c >= 0xA0 && c < 0x530) || (c >= 0x2010 && c < 0x2040) ||
               (c >= 0x3000 && c < 0x3100) || (c >= 0x4E00 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xFF00 && c < 0xFFEF);
    };
    const auto usual = static_cast<std::size_t>(std::count_if(units.begin(), units.end(), isUsual));
    return units.size() >= 4 && usual * 20 >= units.size() * 19;
}

/// Letters, digits and line ends of UTF-16 leave zeros on one side of each pair; runs of NUL leave both.
std::string unmarkedUtf16(std::string_view sample) {
    const std::string_view head = sample.substr(0, 4096);
    const std::size_t pairs = head.size() / 2;
    std::size_t first = 0, second = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
        first += head[2 * i] == '\0';
        second += head[2 * i + 1] == '\0';
    }
    if (pairs >= 4 && second * 5 > pairs * 2 && first * 20 < pairs)
        return "UTF-16LE";
    if (pairs >= 4 && first * 5 > pairs * 2 && second * 20 < pairs)
        return "UTF-16BE";
    // Chinese has them only where a digit, a blank or a line ends, and some of its own characters have one on the other side: then
    // all must read as letters of one block or another.
    for (const bool littleEndian : {second >= first, second < first}) {
        if (first + second > 0 && readsAsUtf16(head, littleEndian))
            return littleEndian ? "UTF-16LE" : "UTF-16BE";
    }
    return {};
}

bool decodesWhole(const std::string& bytes, const char* encoding) {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(encoding, &status), ucnv_close);
    if (U_FAILURE(status))
        return false;
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    std::vector<UChar> buffer(bytes.size() + 1);
    ucnv_toUChars(converter.get(), buffer.data(), static_cast<std::int32_t>(buffer.size()), bytes.data(),
                  static_cast<std::int32_t>(bytes.size()), &status);
    return U_SUCCESS(status) && std::none_of(buffer.begin(), buffer.end() - 1, [](UChar c) { return c >= 0x80 && c < 0xA0; });
}

std::string byStatistics(const std::string& lines) {
    constexpr std::int32_t kMinConfidence = 30;
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&status), ucsdet_close);
    ucsdet_setText(detector.get(), lines.data(), static_cast<std::int32_t>(lines.size()), &status);
    std::int32_t found = 0;
    const UCharsetMatch** matches = ucsdet_detectAll(detector.get(), &found, &status);
    if (U_FAILURE(status))
        return {};
    for (std::int32_t i = 0; i < found; ++i) {
        const std::string name = ucsdet_getName(matches[i], &status);
        // The stateful and the wide ones would have shown their escapes, marks or zeros.
        if (U_FAILURE(status) || name.starts_with("UTF-") || name.starts_with("ISO-2022") || name.starts_with("IBM"))
            continue;
        if (ucsdet_getConfidence(matches[i], &status) >= kMinConfidence && decodesWhole(lines, name.c_str()))
            return name;
    }
    return {};
}

} // namespace

const BinaryFormat* knownBinaryFormat(std::string_view head) {
    const auto found = std::find_if(std::begin(kBinaryFormats), std::end(kBinaryFormats), [&](const BinaryFormat& format) { return head.starts_with(format.bytes); });
    return found == std::end(kBinaryFormats) ? nullptr : found;
}

TextEncoding detectEncoding(std::string_view sample, std::size_t minBadLines) {
    if (TextEncoding marked = byMark(sample); !marked.name.empty())
        return marked;
    if (std::string wide = unmarkedUtf16(sample); !wide.empty())
        return {std::move(wide), 0};

    constexpr std::size_t kStatisticsBytes = 64u << 10;
    std::size_t goodLines = 0, badLines = 0;
    std::string foreign;
    for (std::size_t begin = 0; begin < sample.size();) {
        const std::size_t end = sample.find('\n', begin);
        if (end == std::string_view::npos && badLines + goodLines > 0)
            break; // may be cut off inside a character
        const std::string_view line = sample.substr(begin, end == std::string_view::npos ? end : end + 1 - begin);
        begin += line.size();
        if (std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
            continue;
        if (!invalidUtf8At(line)) {
            ++goodLines;
            continue;
        }
        ++badLines;
        if (foreign.size() + line.size() <= kStatisticsBytes)
            foreign += line;
    }
    if (badLines >= minBadLines && badLines > goodLines) {
        if (std::string name = byStatistics(foreign); !name.empty())
            return {std::move(name), 0};
    }
    return {};
}

struct DecodedFile::Converter {
    UConverter* handle = nullptr;
    explicit Converter(const std::string& name) {
        UErrorCode status = U_ZERO_ERROR;
        handle = ucnv_open(name.c_str(), &status);
        if (U_FAILURE(status)) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is not a known encoding", name),
                        "Give a name such as UTF-8, UTF-16LE, GB18030 or ISO-8859-1.");
        }
        ucnv_setToUCallBack(handle, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    }
    ~Converter() { ucnv_close(handle); }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    void decode(std::string_view bytes, bool last, std::string& out) {
        std::vector<UChar> buffer(16u << 10);
        const char* source = bytes.data();
        const char* const sourceEnd = source + bytes.size();
        std::ptrdiff_t carried = 0;
        for (;;) {
            UErrorCode status = U_ZERO_ERROR;
            UChar* target = buffer.data() + carried;
            ucnv_toUnicode(handle, &target, buffer.data() + buffer.size(), &source, sourceEnd, nullptr, last, &status);
            // A full buffer may end between the halves of a character; the second half comes first in the next round.
            carried = status == U_BUFFER_OVERFLOW_ERROR && U16_IS_LEAD(target[-1]) ? 1 : 0;
            appendUtf8(buffer.data(), target - carried, out);
            if (carried)
                buffer.front() = target[-1];
            if (status == U_BUFFER_OVERFLOW_ERROR)
                continue;
            if (U_SUCCESS(status))
                return;
            out += kUndecodable;
            if (source == sourceEnd)
                return;
        }
    }

private:
    static void appendUtf8(const UChar* begin, const UChar* end, std::string& out) {
        const auto units = static_cast<std::int32_t>(end - begin);
        for (std::int32_t at = 0; at < units;) {
            UChar32 c = 0;
            U16_NEXT(begin, at, units, c);
            if (U_IS_SURROGATE(c)) {
                out += kUndecodable;
                continue;
            }
            char bytes[U8_MAX_LENGTH];
            std::int32_t length = 0;
            U8_APPEND_UNSAFE(bytes, length, c);
            out.append(bytes, static_cast<std::size_t>(length));
        }
    }
};

DecodedText decodeText(std::string_view bytes, const std::optional<std::string>& encoding) {
    constexpr std::size_t kSampleBytes = 1u << 20;
    TextEncoding taken = detectEncoding(bytes.substr(0, kSampleBytes), 1);
    if (encoding && taken.bom == 0)
        taken.name = *encoding;
    bytes.remove_prefix(taken.bom);
    DecodedText result;
    result.encoding = taken.name;
    std::string decoded;
    if (ucnv_compareNames(taken.name.c_str(), "UTF-8") != 0) {
        DecodedFile::Converter(taken.name).decode(bytes, true, decoded);
        bytes = decoded;
    }
    result.text.reserve(bytes.size());
    while (!bytes.empty()) {
        // What the converter cannot decode is 0xFF, which is no UTF-8 either.
        const std::size_t good = invalidUtf8At(bytes).value_or(bytes.size());
        for (std::size_t at = 0; at < good;) {
            const std::size_t end = std::min(good, bytes.find_first_of({"\r\0", 2}, at));
            result.text.append(bytes.substr(at, end - at));
            if (end < good && bytes[end] == '\r' && bytes.substr(end + 1, 1) != "\n")
                result.text += '\n';
            at = end + 1;
        }
        if (good < bytes.size()) {
            result.text += "\xEF\xBF\xBD";
            ++result.undecodable;
        }
        bytes.remove_prefix(std::min(good + 1, bytes.size()));
    }
    return result;
}

DecodedFile::DecodedFile(const fs::path& path, const std::optional<std::string>& encoding) : m_path(path), m_fd(openRegular(path)) {
    try {
        struct stat info {};
        if (::fstat(m_fd, &info) != 0)
            throwIo("read", path, errno);
        m_size = info.st_size;
        m_atEnd = !readRaw(m_firstRaw);
        if (const BinaryFormat* binary = knownBinaryFormat(m_firstRaw))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is {}, not a text file", path.string(), binary->what), binary->hint);
        m_encoding = detectEncoding(m_firstRaw);
        if (encoding) {
            const TextEncoding marked = byMark(m_firstRaw);
            if (ucnv_compareNames(encoding->c_str(), marked.name.c_str()) == 0)
                m_encoding = marked;
            else
                m_encoding = {ucnv_compareNames(encoding->c_str(), "UTF-8") == 0 ? "UTF-8" : *encoding, 0};
        }
        m_firstRaw.erase(0, m_encoding.bom);
        if (m_encoding.name != "UTF-8")
            m_converter = std::make_unique<Converter>(m_encoding.name);
        decodeNext(m_head);
    } catch (...) {
        ::close(m_fd);
        throw;
    }
}

DecodedFile::~DecodedFile() { ::close(m_fd); }

bool DecodedFile::readRaw(std::string& bytes) {
    bytes.resize(kChunkBytes);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::read(m_fd, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throwIo("read", m_path, errno);
        if (n == 0)
            break;
        done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    m_bytesRead += static_cast<std::int64_t>(done);
    return done > 0;
}

bool DecodedFile::decodeNext(std::string& chunk) {
    std::string raw;
    if (!m_firstRaw.empty())
        raw = std::exchange(m_firstRaw, {});
    else if (m_atEnd || !readRaw(raw))
        m_atEnd = true;
    if (!m_converter) {
        chunk = std::move(raw);
        return !chunk.empty();
    }
    chunk.clear();
    if (raw.empty()) {
        if (!std::exchange(m_flushed, true))
            m_converter->decode({}, true, chunk);
        return !chunk.empty();
    }
    m_converter->decode(raw, false, chunk);
    return true;
}

bool DecodedFile::next(std::string& chunk) {
    if (m_onChunk)
        m_onChunk();
    if (!std::exchange(m_headGiven, true)) {
        chunk = m_head;
        return !chunk.empty();
    }
    // A chunk of a wide encoding may hold no whole character.
    while (decodeNext(chunk)) {
        if (!chunk.empty())
            return true;
    }
    return false;
}

} // namespace triptych
