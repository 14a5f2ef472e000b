#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// atomicWrite (files.h) for what is too large to be in memory at once: others see the old file, or none, until commit()
/// has synced and renamed it. Without commit() nothing is left behind.
class AtomicFile {
public:
    /// Throws Error{Io} naming the target, as the others do.
    explicit AtomicFile(const std::filesystem::path& target);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view bytes) { write(std::as_bytes(std::span(bytes))); }
    void commit();

private:
    [[noreturn]] void fail() const;

    std::filesystem::path m_target;
    std::string m_name;
    int m_fd = -1;
};

} // namespace triptych
