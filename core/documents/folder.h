#pragma once

#include "documents/document_type.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

struct FoundDocument {
    std::filesystem::path path;
    std::string name; ///< relative to the folder, with '/'; of a single file its own name. Valid UTF-8, the document's name
    DocumentType type;
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type modified;
};

struct SkippedFile {
    std::string name;
    std::string reason; ///< a sentence that names the file
    std::string hint;
};

struct DocumentListing {
    std::vector<FoundDocument> documents; ///< by name
    std::vector<SkippedFile> skipped;     ///< by name: what is no document that can be read, and what leads out of the folder
};

/// The documents of a folder and the folders below, or the one that is named. What begins with a dot is passed over, links
/// below the folder are not followed: one that leads out of it is reported. Opens every file for its first bytes.
/// Throws Error{NotFound | Io} for the path itself, {Cancelled}.
DocumentListing listDocuments(const std::filesystem::path& path, const std::stop_token& stop = {});

} // namespace triptych
