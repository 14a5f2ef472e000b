#include "documents/document_type.h"

#include "base/descriptor.h"
#include "base/error.h"
#include "datasets/decoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kHeadBytes = 4096;

struct Ending {
    std::string_view ending;
    DocumentFormat format;
    const char* name;
};
constexpr Ending kEndings[] = {
    {"txt", DocumentFormat::Text, "text"}, {"text", DocumentFormat::Text, "text"}, {"log", DocumentFormat::Text, "text"},
    {"rst", DocumentFormat::Text, "text"}, {"adoc", DocumentFormat::Text, "text"}, {"org", DocumentFormat::Text, "text"},
    {"md", DocumentFormat::Markdown, "markdown"}, {"markdown", DocumentFormat::Markdown, "markdown"}, {"mdx", DocumentFormat::Markdown, "markdown"},
    {"html", DocumentFormat::Html, "html"}, {"htm", DocumentFormat::Html, "html"}, {"xhtml", DocumentFormat::Html, "html"},
    {"pdf", DocumentFormat::Pdf, "pdf"}, {"docx", DocumentFormat::Docx, "docx"}, {"docm", DocumentFormat::Docx, "docx"},
    {"xlsx", DocumentFormat::Xlsx, "xlsx"}, {"xlsm", DocumentFormat::Xlsx, "xlsx"},
    {"csv", DocumentFormat::Csv, "csv"}, {"tsv", DocumentFormat::Tsv, "tsv"}, {"tab", DocumentFormat::Tsv, "tsv"},
    {"json", DocumentFormat::JsonValue, "json"}, {"geojson", DocumentFormat::JsonValue, "json"},
    {"jsonl", DocumentFormat::JsonLines, "jsonl"}, {"ndjson", DocumentFormat::JsonLines, "jsonl"},
    {"c", DocumentFormat::Source, "c"}, {"h", DocumentFormat::Source, "c"}, {"cc", DocumentFormat::Source, "cpp"},
    {"cpp", DocumentFormat::Source, "cpp"}, {"cxx", DocumentFormat::Source, "cpp"}, {"hpp", DocumentFormat::Source, "cpp"},
    {"hh", DocumentFormat::Source, "cpp"}, {"cu", DocumentFormat::Source, "cuda"}, {"cs", DocumentFormat::Source, "csharp"},
    {"py", DocumentFormat::Source, "python"}, {"pyi", DocumentFormat::Source, "python"}, {"js", DocumentFormat::Source, "javascript"},
    {"mjs", DocumentFormat::Source, "javascript"}, {"jsx", DocumentFormat::Source, "javascript"}, {"ts", DocumentFormat::Source, "typescript"},
    {"tsx", DocumentFormat::Source, "typescript"}, {"java", DocumentFormat::Source, "java"}, {"kt", DocumentFormat::Source, "kotlin"},
    {"scala", DocumentFormat::Source, "scala"}, {"go", DocumentFormat::Source, "go"}, {"rs", DocumentFormat::Source, "rust"},
    {"rb", DocumentFormat::Source, "ruby"}, {"php", DocumentFormat::Source, "php"}, {"swift", DocumentFormat::Source, "swift"},
    {"m", DocumentFormat::Source, "objective-c"}, {"lua", DocumentFormat::Source, "lua"}, {"pl", DocumentFormat::Source, "perl"},
    {"pm", DocumentFormat::Source, "perl"}, {"r", DocumentFormat::Source, "r"}, {"jl", DocumentFormat::Source, "julia"},
    {"hs", DocumentFormat::Source, "haskell"}, {"ml", DocumentFormat::Source, "ocaml"}, {"ex", DocumentFormat::Source, "elixir"},
    {"erl", DocumentFormat::Source, "erlang"}, {"clj", DocumentFormat::Source, "clojure"}, {"el", DocumentFormat::Source, "lisp"},
    {"dart", DocumentFormat::Source, "dart"}, {"f90", DocumentFormat::Source, "fortran"}, {"s", DocumentFormat::Source, "assembly"},
    {"asm", DocumentFormat::Source, "assembly"}, {"sh", DocumentFormat::Source, "shell"}, {"bash", DocumentFormat::Source, "shell"},
    {"ps1", DocumentFormat::Source, "powershell"}, {"bat", DocumentFormat::Source, "batch"}, {"sql", DocumentFormat::Source, "sql"},
    {"css", DocumentFormat::Source, "css"}, {"scss", DocumentFormat::Source, "css"}, {"xml", DocumentFormat::Source, "xml"},
    {"qml", DocumentFormat::Source, "qml"}, {"vue", DocumentFormat::Source, "vue"}, {"yaml", DocumentFormat::Source, "yaml"},
    {"yml", DocumentFormat::Source, "yaml"}, {"toml", DocumentFormat::Source, "toml"}, {"ini", DocumentFormat::Source, "ini"},
    {"cfg", DocumentFormat::Source, "ini"}, {"conf", DocumentFormat::Source, "ini"}, {"cmake", DocumentFormat::Source, "cmake"},
    {"mk", DocumentFormat::Source, "make"}, {"proto", DocumentFormat::Source, "protobuf"}, {"tex", DocumentFormat::Source, "latex"},
};

std::string lowerAscii(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    }
    return text;
}

std::optional<DocumentType> byEnding(const fs::path& path) {
    const std::string ending = lowerAscii(path.extension().string());
    for (const Ending& known : kEndings) {
        if (!ending.empty() && known.ending == std::string_view(ending).substr(1))
            return DocumentType{known.format, known.name};
    }
    return std::nullopt;
}

std::string headOf(const fs::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.fd < 0) {
        const int error = errno;
        throw Error(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io, fmt::format("cannot open '{}': {}", path.string(), std::strerror(error)),
                    error == ENOENT ? "Check that the path is spelt right." : "Check the permissions of the file and its folder.");
    }
    struct stat info {};
    if (::fstat(file.fd, &info) != 0 || !S_ISREG(info.st_mode))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a regular file", path.string()), "Give a document, or a folder of documents.");
    if (info.st_size == 0)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is empty", path.string()), "There is nothing in it to search; leave it out.");
    std::string head(kHeadBytes, '\0');
    const ssize_t n = ::read(file.fd, head.data(), head.size());
    if (n < 0)
        throw Error(ErrorCode::Io, fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
    head.resize(static_cast<std::size_t>(n));
    return head;
}

[[noreturn]] void refuse(const fs::path& path, std::string_view what, const char* hint) {
    throw Error(ErrorCode::Unsupported, fmt::format("'{}' is {}, which cannot be read as a document", path.string(), what), hint);
}

bool isWide(const TextEncoding& encoding) { return encoding.name.starts_with("UTF-16") || encoding.name.starts_with("UTF-32"); }

bool looksBinary(std::string_view head) {
    const auto odd = std::count_if(head.begin(), head.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && (byte < 0x07 || byte > 0x0D) && byte != 0x1B) || byte == 0x7F;
    });
    return head.find('\0') != std::string_view::npos || odd * 20 > static_cast<std::ptrdiff_t>(head.size());
}

} // namespace

DocumentType documentType(const fs::path& path) {
    const std::string head = headOf(path);
    const auto named = byEnding(path);
    const auto isNamed = [&](DocumentFormat format) { return named && named->format == format; };
    if (std::string_view(head).substr(0, 1024).find("%PDF-") != std::string_view::npos && (!named || isNamed(DocumentFormat::Pdf) || head.starts_with("%PDF-")))
        return {DocumentFormat::Pdf, "pdf"};
    if (head.starts_with("PK\x03\x04") && (isNamed(DocumentFormat::Docx) || isNamed(DocumentFormat::Xlsx)))
        return *named;
    if (const BinaryFormat* binary = knownBinaryFormat(head)) {
        if (std::string_view(binary->bytes).starts_with("\xD0\xCF"))
            refuse(path, "an old office document, or one with a password", "Save it as .docx or .xlsx, without a password.");
        if (head.starts_with("PK"))
            refuse(path, "a ZIP archive or an office document of another kind", "Unpack it first, or save it as .docx, .xlsx or .pdf.");
        refuse(path, binary->what, "Convert it to text, Markdown, HTML, PDF or .docx first.");
    }
    for (const auto& [format, what] : {std::pair(DocumentFormat::Pdf, "PDF document"), std::pair(DocumentFormat::Docx, ".docx document"), std::pair(DocumentFormat::Xlsx, ".xlsx sheet")}) {
        if (isNamed(format))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is named as a {}, but does not begin like one", path.string(), what),
                        "The file is damaged or has the wrong ending; save it again from the program that made it.");
    }
    if (!isWide(detectEncoding(head, 1)) && looksBinary(head))
        refuse(path, "binary data of an unknown kind", "Convert it to text, Markdown, HTML, PDF or .docx first.");
    if (named)
        return *named;
    const std::string start = lowerAscii(head.substr(0, 1024));
    if (start.find("<!doctype html") != std::string::npos || start.find("<html") != std::string::npos)
        return {DocumentFormat::Html, "html"};
    return {DocumentFormat::Text, "text"};
}

} // namespace triptych
