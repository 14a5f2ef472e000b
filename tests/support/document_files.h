#pragma once

#include "documents/reader_process.h"

#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace triptych {

/// A folder of files for a reader to read, and that reader.
struct DocumentFiles {
    QTemporaryDir folder;
    DocumentReader reader;

    std::filesystem::path path(const std::string& name) const { return std::filesystem::path(folder.path().toStdString()) / name; }
    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }
    ExtractedDocument read(const std::string& name, std::string_view bytes) { return reader.read(write(name, bytes)); }
};

/// Headings as "1 Title".
inline std::string headingList(const ExtractedDocument& document) {
    std::string list;
    for (const Heading& heading : document.headings)
        list += std::to_string(heading.level) + " " + heading.title + "\n";
    return list;
}

} // namespace triptych
