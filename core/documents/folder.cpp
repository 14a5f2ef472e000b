#include "documents/folder.h"

#include "base/error.h"
#include "base/progress.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

class Walk {
public:
    Walk(fs::path root, const std::stop_token& stop) : m_root(std::move(root)), m_stop(stop) {
        std::error_code error;
        m_canonicalRoot = fs::canonical(m_root, error);
    }

    void folder(const fs::path& folder) {
        std::error_code error;
        fs::directory_iterator entries(folder, error);
        if (error && folder == m_root)
            throw Error(ErrorCode::Io, fmt::format("cannot read the folder '{}': {}", folder.string(), error.message()), "Check its permissions.");
        if (error)
            return skip(nameOf(folder), fmt::format("the folder '{}' cannot be read: {}", folder.string(), error.message()), "Check its permissions.");
        for (; entries != fs::directory_iterator() && !error; entries.increment(error)) {
            throwIfStopped(m_stop);
            const fs::directory_entry& entry = *entries;
            if (entry.path().filename().native().starts_with('.'))
                continue;
            std::error_code ignored;
            if (entry.is_symlink(ignored))
                link(entry.path());
            else if (entry.is_directory(ignored))
                this->folder(entry.path());
            else
                file(entry.path(), nameOf(entry.path()));
        }
    }

    void file(const fs::path& path, std::string name) {
        if (m_names.contains(name))
            return skip(name, fmt::format("'{}' has the same name as another file once what is not UTF-8 in both is replaced", path.string()), "Rename one of them.");
        try {
            FoundDocument found{path, name, documentType(path), 0, {}};
            std::error_code ignored;
            found.bytes = fs::file_size(path, ignored);
            found.modified = fs::last_write_time(path, ignored);
            m_names.insert(std::move(name));
            m_listing.documents.push_back(std::move(found));
        } catch (const Error& error) {
            skip(std::move(name), error.message(), error.hint());
        }
    }

    DocumentListing listing() {
        const auto byName = [](const auto& a, const auto& b) { return a.name < b.name; };
        std::sort(m_listing.documents.begin(), m_listing.documents.end(), byName);
        std::sort(m_listing.skipped.begin(), m_listing.skipped.end(), byName);
        return std::move(m_listing);
    }

private:
    std::string nameOf(const fs::path& path) const { return withValidUtf8(path.lexically_relative(m_root).generic_string()); }

    void skip(std::string name, std::string reason, std::string hint) { m_listing.skipped.push_back({std::move(name), withValidUtf8(reason), std::move(hint)}); }

    /// What a link means inside the folder is found there anyway.
    void link(const fs::path& path) {
        std::error_code error;
        const fs::path target = fs::canonical(path, error);
        if (error)
            return skip(nameOf(path), fmt::format("'{}' is a link that leads nowhere", path.string()), "Remove it or mend it.");
        const auto [rootEnd, inTarget] = std::mismatch(m_canonicalRoot.begin(), m_canonicalRoot.end(), target.begin(), target.end());
        if (rootEnd != m_canonicalRoot.end())
            skip(nameOf(path), fmt::format("'{}' is a link that leads out of the folder", path.string()), "Add what it leads to by its own path.");
    }

    fs::path m_root, m_canonicalRoot;
    std::stop_token m_stop;
    std::set<std::string> m_names;
    DocumentListing m_listing;
};

} // namespace

DocumentListing listDocuments(const fs::path& path, const std::stop_token& stop) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        throw Error(ErrorCode::NotFound, fmt::format("there is no file or folder '{}'", path.string()), "Check that the path is spelt right.");
    // "folder/" and "folder" give the same names.
    Walk walk(path.has_filename() ? path : path.parent_path(), stop);
    if (fs::is_directory(status))
        walk.folder(path.has_filename() ? path : path.parent_path());
    else
        walk.file(path, withValidUtf8(path.filename().string()));
    return walk.listing();
}

} // namespace triptych
