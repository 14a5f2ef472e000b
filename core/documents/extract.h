#pragma once

#include "documents/document.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace triptych {

/// What a file may be at most; memory and time are limited by the process that reads (see reader_process.h).
struct ExtractLimits {
    std::uintmax_t text_file_bytes = 64u << 20;    ///< of formats that are read whole: text, HTML, JSON, tables
    std::uintmax_t binary_file_bytes = 512u << 20; ///< of PDF, docx and xlsx
    std::size_t text_bytes = 64u << 20;            ///< of the text that comes out
};

/// The text of a file, whatever its format. Meant to run in triptych-reader: the libraries beneath meet files from anywhere.
///
/// Throws Error naming the file and what to do: {NotFound | Io}; {InvalidInput} for what is damaged, empty, without any text,
/// too large or built to harm; {Unsupported} for formats that are none of ours, for passwords and for scanned pages;
/// {OutOfMemory}.
ExtractedDocument extractDocument(const std::filesystem::path& path, const ExtractLimits& limits = {});

} // namespace triptych
