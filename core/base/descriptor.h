#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace triptych {

/// Closes a file descriptor, if there is one, at the end of its scope.
struct Descriptor {
    int fd = -1;
    explicit Descriptor(int opened) : fd(opened) {}
    ~Descriptor() {
        if (fd >= 0)
            ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

/// Throws Error{NotFound} for ENOENT, else {Io}: that `action` ("open", "write") cannot be done to the path, and why.
[[noreturn]] void throwIo(const char* action, const std::filesystem::path& path, int error);

/// Opens what must be a regular file for reading; a FIFO or a device is refused and not waited for. The caller closes it.
/// Throws Error{NotFound | Io}, {InvalidInput} that names the file and what it is.
int openRegular(const std::filesystem::path& path);
/// The same, but a pipe or a device will do, which is waited for: what a command line names may be one.
int openInput(const std::filesystem::path& path);

/// All up to the end; `path` is what messages name. Throws Error{Io}, {InvalidInput} above maxBytes.
std::string readToEnd(int fd, const std::filesystem::path& path, std::uintmax_t maxBytes);

} // namespace triptych
