#pragma once

#include <filesystem>
#include <string>

namespace triptych {

enum class DocumentFormat { Text, Source, Markdown, Html, Pdf, Docx, Xlsx, Csv, Tsv, JsonValue, JsonLines };

struct DocumentType {
    DocumentFormat format = DocumentFormat::Text;
    std::string name; ///< "text", "markdown", "html", "pdf", "docx", "xlsx", "csv", "tsv", "json", "jsonl"; of source its language
};

/// By the first bytes where they tell, else by the name's ending; text without a known ending is text. Reads 4 KB.
/// Throws Error{NotFound | Io}; {InvalidInput} for what is empty or no regular file (devices and pipes are not opened for
/// reading); {Unsupported} for what is no document that can be read, with the reason.
DocumentType documentType(const std::filesystem::path& path);

} // namespace triptych
