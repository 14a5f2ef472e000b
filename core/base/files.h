#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// Whole regular file. Throws Error{NotFound} if absent, {Io} if unreadable, {InvalidInput} if above maxBytes or a pipe, a device, a folder.
std::string readFile(const std::filesystem::path& path, std::uintmax_t maxBytes = 1u << 30);

/// Writes beside the target, syncs, renames: a reader sees the old bytes or the new. Follows symbolic links; to a pipe or a device it writes as to a stream.
/// Throws Error{NotFound} without the folder, {InvalidArgument} for an empty path, else {Io}, naming the path; a file is then unchanged.
void atomicWrite(const std::filesystem::path& path, std::string_view bytes);

/// atomicWrite for what is too large to be in memory at once: others see the old file, or none, until commit() has synced
/// and renamed it. Without commit() nothing is left behind. Throws as atomicWrite does.
class AtomicFile {
public:
    explicit AtomicFile(const std::filesystem::path& target);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view bytes) { write(std::as_bytes(std::span(bytes))); }
    void commit();

private:
    std::filesystem::path m_target;
    std::string m_name;
    int m_fd = -1;
};

/// Appends whole lines with one write(2) and no buffer of its own, so that a killed process leaves at
/// most one torn last line, which readers skip. Opening an existing file cuts such a line off first.
class LineAppender {
public:
    explicit LineAppender(const std::filesystem::path& path);
    ~LineAppender();
    LineAppender(const LineAppender&) = delete;
    LineAppender& operator=(const LineAppender&) = delete;
    /// `line` without line feed. Throws Error{Io}; the file then ends with the line before.
    void append(std::string_view line);

private:
    std::filesystem::path m_path;
    int m_fd = -1;
};

/// Advisory lock by flock(2); released by destruction or the process's death. While one process has it
/// alone, the file holds that one's pid, host and processStamp().
class FileLock {
public:
    /// Empty if somebody else holds it, alone or shared. Throws Error{Io} if the file cannot be made or its
    /// file system has no locks.
    static std::optional<FileLock> tryAcquire(const std::filesystem::path& path);
    /// With others; empty if somebody has it alone.
    static std::optional<FileLock> tryAcquireShared(const std::filesystem::path& path);
    /// True if some process, possibly this one, holds the lock.
    static bool isHeld(const std::filesystem::path& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    explicit FileLock(int fd) : m_fd(fd) {}
    static std::optional<FileLock> tryLock(const std::filesystem::path& path, int operation);
    int m_fd = -1;
};

/// Read-only view of a file, mapped. The bytes live as long as the object. An empty file has an empty view.
class MappedFile {
public:
    /// Throws Error{NotFound | Io}, {InvalidInput} unless it is a regular file.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

/// Bytes of all regular files below a path (or of the file itself).
std::uintmax_t sizeOnDisk(const std::filesystem::path& path);

/// Lower-case hexadecimal SHA-256; sha256File throws as MappedFile does.
std::string sha256(std::string_view bytes);
std::string sha256File(const std::filesystem::path& path);

} // namespace triptych
