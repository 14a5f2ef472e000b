#include "base/atomic_file.h"

#include "base/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triptych {

namespace {

std::filesystem::path folderOf(const std::filesystem::path& target) { return target.has_parent_path() ? target.parent_path() : "."; }

} // namespace

AtomicFile::AtomicFile(const std::filesystem::path& target)
    : m_target(target), m_name((folderOf(target) / ("." + target.filename().string() + ".XXXXXX")).string()) {
    m_fd = ::mkostemp(m_name.data(), O_CLOEXEC);
    if (m_fd < 0)
        fail();
}

AtomicFile::~AtomicFile() {
    if (m_fd >= 0) {
        ::close(m_fd);
        ::unlink(m_name.c_str());
    }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(m_fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail();
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

void AtomicFile::commit() {
    if (::fchmod(m_fd, 0644) != 0 || ::fsync(m_fd) != 0 || ::rename(m_name.c_str(), m_target.c_str()) != 0)
        fail();
    ::close(m_fd);
    m_fd = -1;
    if (const int folder = ::open(folderOf(m_target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
}

void AtomicFile::fail() const {
    const int error = errno;
    throw Error(ErrorCode::Io, fmt::format("cannot write '{}': {}", m_target.string(), std::strerror(error)),
                error == ENOSPC ? "Free some disk space and try again." : "Check that the folder exists and may be written to.");
}

} // namespace triptych
