#include "documents/zip_container.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <set>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr zip_int64_t kMostEntries = 10'000;
constexpr std::uint64_t kMostExpanded = std::uint64_t{2} << 30;
constexpr std::uint64_t kMostRatio = 100;
constexpr std::uint64_t kAlwaysAllowed = 10u << 20;
constexpr std::size_t kBlock = 1u << 16;
constexpr const char* kDamagedHint = "The file is damaged; save it again from the program that made it.";

/// What is wrong with the name of an entry; empty if nothing is.
std::string_view nameProblem(std::string_view name) {
    if (name.empty())
        return "is no name";
    if (name.front() == '/' || name.find('\\') != std::string_view::npos || (name.size() > 1 && name[1] == ':'))
        return "is absolute or for another system";
    while (!name.empty()) {
        const std::size_t end = std::min(name.find('/'), name.size());
        const std::string_view part = name.substr(0, end);
        if (part == "..")
            return "leads out of the archive";
        std::string stem(part.substr(0, part.find('.')));
        std::transform(stem.begin(), stem.end(), stem.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
        if (stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL" || (stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem[3] >= '1' && stem[3] <= '9'))
            return "is reserved";
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return {};
}

bool isLink(zip_t* archive, zip_uint64_t index) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    return zip_file_get_external_attributes(archive, index, 0, &system, &attributes) == 0 && system == ZIP_OPSYS_UNIX && (attributes >> 16 & 0170000) == 0120000;
}

struct ArchiveCloser {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct EntryCloser {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

} // namespace

struct ZipContainer::Impl {
    std::unique_ptr<zip_t, ArchiveCloser> zip;
    std::uint64_t allowed = 0; ///< bytes that may still come out
};

ZipContainer::ZipContainer(const fs::path& path) : m_impl(new Impl) {
    int code = 0;
    m_impl->zip.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
    zip_t* zip = m_impl->zip.get();
    if (!zip)
        throw Error(ErrorCode::InvalidInput, "it is no complete archive, as this kind of document has to be", kDamagedHint);
    std::error_code error;
    m_impl->allowed = std::min(kMostExpanded, std::max(kAlwaysAllowed, kMostRatio * static_cast<std::uint64_t>(fs::file_size(path, error))));
    const zip_int64_t count = zip_get_num_entries(zip, 0);
    if (count > kMostEntries)
        throw Error(ErrorCode::InvalidInput, fmt::format("its archive has {} entries, more than {}", count, kMostEntries));
    std::set<std::string> folded;
    for (zip_int64_t i = 0; i < count; ++i) {
        const auto index = static_cast<zip_uint64_t>(i);
        const char* raw = zip_get_name(zip, index, ZIP_FL_ENC_RAW);
        const std::string name = raw ? raw : "";
        if (const std::string_view problem = nameProblem(name); !problem.empty())
            throw Error(ErrorCode::InvalidInput, fmt::format("the name {} in its archive {}", quotedValue(name), problem));
        if (isLink(zip, index))
            throw Error(ErrorCode::InvalidInput, fmt::format("its archive holds the link {}", quotedValue(name)));
        if (!folded.insert(foldedText(withValidUtf8(name))).second)
            throw Error(ErrorCode::InvalidInput, fmt::format("its archive holds {} twice, or only the case differs", quotedValue(name)));
    }
}

ZipContainer::~ZipContainer() = default;

bool ZipContainer::has(const std::string& name) const { return zip_name_locate(m_impl->zip.get(), name.c_str(), 0) >= 0; }

void ZipContainer::read(const std::string& name, const std::function<void(std::string_view)>& piece) {
    zip_t* zip = m_impl->zip.get();
    const zip_int64_t index = zip_name_locate(zip, name.c_str(), 0);
    if (index < 0)
        throw Error(ErrorCode::InvalidInput, fmt::format("its part '{}' is missing", name), kDamagedHint);
    zip_stat_t stat;
    if (zip_stat_index(zip, static_cast<zip_uint64_t>(index), 0, &stat) == 0 && (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
        throw Error(ErrorCode::Unsupported, "it is protected with a password", "Save it without the password.");
    const std::unique_ptr<zip_file_t, EntryCloser> file(zip_fopen_index(zip, static_cast<zip_uint64_t>(index), 0));
    if (!file)
        throw Error(ErrorCode::InvalidInput, fmt::format("its part '{}' cannot be read: {}", name, zip_strerror(zip)), kDamagedHint);
    std::vector<char> block(kBlock);
    for (;;) {
        const zip_int64_t got = zip_fread(file.get(), block.data(), block.size());
        if (got < 0)
            throw Error(ErrorCode::InvalidInput, fmt::format("its part '{}' is damaged: {}", name, zip_file_strerror(file.get())), kDamagedHint);
        if (got == 0)
            break;
        const auto bytes = static_cast<std::uint64_t>(got);
        if (bytes > m_impl->allowed) {
            throw Error(ErrorCode::InvalidInput, fmt::format("it unpacks to more than {} GB or {} times its size, as a zip bomb does", kMostExpanded >> 30, kMostRatio),
                        "If it is genuine, save it as PDF or text, or in several files.");
        }
        m_impl->allowed -= bytes;
        piece({block.data(), static_cast<std::size_t>(bytes)});
    }
}

} // namespace triptych
