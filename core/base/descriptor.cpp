#include "base/descriptor.h"

#include "base/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

const char* kindOf(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR: return "a folder";
    case S_IFIFO: return "a pipe (FIFO)";
    case S_IFSOCK: return "a socket";
    default: return "a device";
    }
}

int openFile(const fs::path& path, bool streams) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (streams ? 0 : O_NONBLOCK));
    struct stat info {};
    if (fd < 0 && errno != ENXIO) // which sockets give
        throwIo("open", path, errno);
    if ((fd < 0 ? ::stat(path.c_str(), &info) : ::fstat(fd, &info)) != 0) {
        const int error = errno;
        ::close(fd);
        throwIo("read", path, error);
    }
    if (fd >= 0 && (S_ISREG(info.st_mode) || (streams && !S_ISDIR(info.st_mode))))
        return fd;
    ::close(fd);
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is {}, not a file", path.string(), kindOf(info.st_mode)), "Name a regular file.");
}

} // namespace

void throwIo(const char* action, const fs::path& path, int error) {
    const ErrorCode code = error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    throw Error(code, fmt::format("cannot {} '{}': {}", action, path.string(), std::strerror(error)),
                error == ENOSPC ? "Free some disk space and try again."
                                : (error == ENOENT ? "Check that the path is spelt right." : "Check the permissions of the file and its folder."));
}

int openRegular(const fs::path& path) { return openFile(path, false); }

int openInput(const fs::path& path) { return openFile(path, true); }

std::string readToEnd(int fd, const fs::path& path, std::uintmax_t maxBytes) {
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        throwIo("read", path, errno);
    if (S_ISREG(info.st_mode) && static_cast<std::uintmax_t>(info.st_size) > maxBytes) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}' has {} bytes, more than the {} allowed here", path.string(), info.st_size, maxBytes));
    }
    std::string bytes;
    bytes.resize(S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) : 0);
    std::size_t done = 0;
    for (;;) {
        if (done == bytes.size()) {
            // Pipes and files that grow while they are read have no honest size.
            if (done > maxBytes)
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has more than the {} bytes allowed here", path.string(), maxBytes));
            bytes.resize(done + 4096);
        }
        const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            throwIo("read", path, errno);
        }
        if (n == 0)
            break;
        done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    return bytes;
}

} // namespace triptych
