#pragma once

#include "base/error.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace triptych {

/// Bytes under a path that readers can open and map, in memory only.
class FuzzFile {
public:
    explicit FuzzFile(std::span<const std::uint8_t> bytes) : m_fd(::memfd_create("fuzz", MFD_CLOEXEC)) {
        if (m_fd < 0 || ::write(m_fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            std::abort();
    }
    ~FuzzFile() { ::close(m_fd); }
    FuzzFile(const FuzzFile&) = delete;
    FuzzFile& operator=(const FuzzFile&) = delete;
    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_fd); }

private:
    int m_fd;
};

inline std::string_view textOf(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Runs a reader. An Error with a message is an answer; whatever else comes out of it ends the process, a finding.
template <typename Reader>
void expectAnswer(const Reader& reader) {
    try {
        reader();
    } catch (const Error& error) {
        if (error.message().empty() || error.code() == ErrorCode::Internal)
            std::abort();
    }
}

} // namespace triptych
