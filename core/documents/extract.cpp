#include "documents/extract.h"

#include "base/error.h"
#include "base/files.h"
#include "datasets/decoding.h"
#include "documents/readers.h"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <regex>

namespace triptych {

namespace fs = std::filesystem;

namespace {

/// Where so much cannot be decoded, the file is no text, or of an encoding that nobody guesses.
constexpr std::int64_t kMostUndecodable = 20; ///< characters for one that is none

/// What a page says of its own encoding in its first bytes.
std::optional<std::string> declaredEncoding(std::string_view html) {
    static const std::regex pattern("charset\\s*=\\s*[\"']?\\s*([A-Za-z0-9_:.-]+)", std::regex::icase);
    const std::string head(html.substr(0, 2048));
    std::smatch match;
    if (!std::regex_search(head, match, pattern))
        return std::nullopt;
    std::string name = match[1];
    // Names that pages use for more than they mean; and a page whose letters can be read here is not UTF-16.
    for (char& c : name)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    if (name == "gb2312" || name == "gbk")
        return "GB18030";
    if (name == "iso-8859-1" || name == "latin1" || name == "us-ascii")
        return "windows-1252";
    if (name.starts_with("utf-16") || name.starts_with("utf-32"))
        return std::nullopt;
    return name;
}

std::string readText(const fs::path& path, DocumentFormat format, std::uintmax_t maxBytes, TextBuilder& out) {
    const std::string bytes = readFile(path, maxBytes);
    const auto encoding = format == DocumentFormat::Html ? declaredEncoding(bytes) : std::nullopt;
    DecodedText decoded;
    try {
        decoded = decodeText(bytes, encoding);
    } catch (const Error&) { // a name that no encoding has
        decoded = decodeText(bytes);
    }
    if (encoding && decoded.undecodable > 0) { // the page may be wrong about itself
        DecodedText guessed = decodeText(bytes);
        if (guessed.undecodable < decoded.undecodable)
            decoded = std::move(guessed);
    }
    if (decoded.undecodable * kMostUndecodable > codePointCount(decoded.text)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("it is not text: {} bytes cannot be read as {}", decoded.undecodable, decoded.encoding),
                    "Save it as UTF-8, or as a document of its own format.");
    }
    if (decoded.undecodable > 0)
        out.warn(fmt::format("{} bytes cannot be read as {} and are shown as U+FFFD", decoded.undecodable, decoded.encoding));
    return std::move(decoded.text);
}

void readPlain(std::string text, const ExtractLimits& limits, TextBuilder& out) {
    if (text.size() > limits.text_bytes)
        throw Error(ErrorCode::InvalidInput, fmt::format("the document holds more than {} MB of text", limits.text_bytes >> 20), "Split it into several files.");
    out.document().text = std::move(text);
}

void read(const fs::path& path, DocumentFormat format, const ExtractLimits& limits, TextBuilder& out) {
    const bool isBinary = format == DocumentFormat::Pdf || format == DocumentFormat::Docx || format == DocumentFormat::Xlsx;
    const std::uintmax_t allowed = isBinary ? limits.binary_file_bytes : limits.text_file_bytes;
    std::error_code error;
    if (const std::uintmax_t size = fs::file_size(path, error); !error && size > allowed)
        throw Error(ErrorCode::InvalidInput, fmt::format("it has {} MB, more than the {} MB that are read of this kind", size >> 20, allowed >> 20), "Split it into several files.");
    switch (format) {
    case DocumentFormat::Pdf:
        return readPdf(path, out);
    case DocumentFormat::Docx:
        return readDocx(path, out);
    case DocumentFormat::Xlsx:
        return readXlsx(path, out);
    case DocumentFormat::Csv:
    case DocumentFormat::Tsv:
        return readCsv(path, format, out);
    default:
        break;
    }
    std::string text = readText(path, format, allowed, out);
    switch (format) {
    case DocumentFormat::Html:
        return readHtml(text, out);
    case DocumentFormat::Markdown:
        return readMarkdown(text, out);
    case DocumentFormat::JsonValue:
        return readJson(text, out);
    case DocumentFormat::JsonLines:
        return readJsonLines(text, out);
    default:
        return readPlain(std::move(text), limits, out);
    }
}

} // namespace

ExtractedDocument extractDocument(const fs::path& path, const ExtractLimits& limits) {
    const DocumentType type = documentType(path);
    try {
        TextBuilder out(limits.text_bytes);
        read(path, type.format, limits, out);
        ExtractedDocument document = out.finish();
        document.type = type.name;
        if (document.text.empty())
            throw Error(ErrorCode::InvalidInput, "it holds no text", "There is nothing in it to search; leave it out.");
        return document;
    } catch (const Error& error) {
        if (error.message().find(path.string()) != std::string::npos)
            throw;
        throw Error(error.code(), fmt::format("'{}' cannot be imported: {}", path.string(), error.message()), error.hint());
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("'{}' cannot be imported: reading it takes more memory than is allowed", path.string()), "Split it into several files.");
    }
}

} // namespace triptych
