#include "interop/zip_archive.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>
#include <zip.h>

#include <memory>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr zip_int64_t kMostEntries = 100'000;
constexpr std::size_t kBlock = 1u << 20;

struct ArchiveCloser {
    void operator()(zip_t* archive) const { zip_discard(archive); } // nothing was changed
};
struct EntryCloser {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

/// Where an entry goes, below the folder. Throws if it would go elsewhere.
fs::path placeOf(const fs::path& archive, const std::string& name, const std::string& rest) {
    const fs::path place(rest);
    bool inside = !rest.empty() && place.is_relative() && rest.find('\\') == std::string::npos;
    for (const fs::path& part : place)
        inside = inside && part != ".." && part != ".";
    if (!inside)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds the entry '{}', which leads out of its folder", archive.string(), name));
    return place;
}

bool isLink(zip_t* archive, zip_uint64_t index) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    return zip_file_get_external_attributes(archive, index, 0, &system, &attributes) == 0 && system == ZIP_OPSYS_UNIX && (attributes >> 16 & 0170000) == 0120000;
}

} // namespace

void extractZip(const fs::path& archive, const std::string& entry, const fs::path& folder, std::uintmax_t maxBytes, ProgressSink& progress,
                const std::stop_token& stop) {
    int code = 0;
    const std::unique_ptr<zip_t, ArchiveCloser> zip(zip_open(archive.c_str(), ZIP_RDONLY, &code));
    if (!zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string reason = zip_error_strerror(&error);
        zip_error_fini(&error);
        throw Error(code == ZIP_ER_NOENT ? ErrorCode::NotFound : ErrorCode::InvalidInput, fmt::format("'{}' cannot be read as a zip archive: {}", archive.string(), reason));
    }
    struct Piece {
        zip_uint64_t index;
        std::string name;
        fs::path place;
        std::uintmax_t size;
    };
    std::vector<Piece> pieces;
    std::uintmax_t total = 0;
    const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
    if (count > kMostEntries)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has {} entries, more than {}", archive.string(), count, kMostEntries));
    const bool below = entry.ends_with('/');
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        if (zip_stat_index(zip.get(), static_cast<zip_uint64_t>(i), 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME) || !(stat.valid & ZIP_STAT_SIZE))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': entry {} cannot be read", archive.string(), i));
        const std::string name = stat.name;
        if (below ? !name.starts_with(entry) || name.ends_with('/') : name != entry)
            continue;
        if (isLink(zip.get(), static_cast<zip_uint64_t>(i)))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds the link '{}'", archive.string(), name));
        pieces.push_back({static_cast<zip_uint64_t>(i), name, placeOf(archive, name, below ? name.substr(entry.size()) : fs::path(name).filename().string()), stat.size});
        if (stat.size > maxBytes || (total += stat.size) > maxBytes)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' unpacks to more than the {} bytes allowed", archive.string(), maxBytes));
    }
    if (pieces.empty())
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has no entry '{}'", archive.string(), entry));
    std::vector<char> block(kBlock);
    std::uintmax_t done = 0;
    for (const Piece& piece : pieces) {
        std::error_code error;
        fs::create_directories((folder / piece.place).parent_path(), error);
        if (error)
            throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", (folder / piece.place).parent_path().string(), error.message()));
        const std::unique_ptr<zip_file_t, EntryCloser> file(zip_fopen_index(zip.get(), piece.index, 0));
        if (!file)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the entry '{}' cannot be read: {}", archive.string(), piece.name, zip_strerror(zip.get())));
        AtomicFile out(folder / piece.place);
        std::uintmax_t written = 0;
        for (;;) {
            throwIfStopped(stop);
            const zip_int64_t got = zip_fread(file.get(), block.data(), block.size());
            if (got < 0)
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the entry '{}' is damaged", archive.string(), piece.name));
            if (got == 0)
                break;
            written += static_cast<std::uintmax_t>(got);
            if (written > piece.size) // its header lied
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the entry '{}' is longer than it says", archive.string(), piece.name));
            out.write(std::string_view(block.data(), static_cast<std::size_t>(got)));
            progress.progress({static_cast<std::int64_t>(done + written), static_cast<std::int64_t>(total), "bytes", "unpack"});
        }
        if (written != piece.size)
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the entry '{}' is shorter than it says", archive.string(), piece.name));
        out.commit();
        done += written;
    }
}

} // namespace triptych
