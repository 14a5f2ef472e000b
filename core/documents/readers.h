#pragma once

#include "documents/document_type.h"
#include "documents/text_builder.h"

#include <filesystem>
#include <string_view>

namespace triptych {

/// One function a format; the text goes to the builder. They throw Error{InvalidInput | Unsupported} that says what is wrong
/// and leave it to readDocument() to name the file.
void readHtml(std::string_view utf8, TextBuilder& out);
void readMarkdown(std::string_view utf8, TextBuilder& out);
void readPdf(const std::filesystem::path& path, TextBuilder& out);
void readDocx(const std::filesystem::path& path, TextBuilder& out);
void readXlsx(const std::filesystem::path& path, TextBuilder& out);
void readCsv(const std::filesystem::path& path, DocumentFormat format, TextBuilder& out);
void readJson(std::string_view utf8, TextBuilder& out);
void readJsonLines(std::string_view utf8, TextBuilder& out);

} // namespace triptych
