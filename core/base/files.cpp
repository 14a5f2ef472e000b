#include "base/files.h"

#include "base/descriptor.h"
#include "base/error.h"
#include "base/process.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

void writeAll(int fd, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0) {
            if (errno == EINTR)
                continue;
            throwIo("write", path, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

fs::path folderOf(const fs::path& target) { return target.has_parent_path() ? target.parent_path() : "."; }

/// Where symbolic links lead, whether there is a file or not. A path to a descriptor of this process (/dev/stdout, /dev/fd/N) leads to
/// that one: opened anew, a file behind it would be written from its beginning, over what goes there otherwise.
fs::path targetOf(fs::path path, int& descriptor) {
    constexpr int kMostLinks = 40; // as the kernel has it
    std::error_code none;
    for (int i = 0; i < kMostLinks; ++i) {
        if (!fs::is_symlink(fs::symlink_status(path, none)))
            return path;
        const fs::path folder = fs::canonical(folderOf(path), none);
        const std::string name = path.filename().string();
        if (!folder.empty() && folder == fs::canonical("/proc/self/fd", none)) {
            std::from_chars(name.data(), name.data() + name.size(), descriptor);
            return path;
        }
        path = folderOf(path) / fs::read_symlink(path, none);
    }
    throwIo("write", path, ELOOP);
}

std::string hex(std::span<const unsigned char> digest) {
    std::string text;
    for (const unsigned char c : digest)
        text += fmt::format("{:02x}", c);
    return text;
}

class Sha256 {
public:
    Sha256() : m_context(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        if (!m_context || EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr) != 1)
            throw Error(ErrorCode::Internal, "SHA-256 is not available in the crypto library");
    }
    void update(const void* data, std::size_t size) { EVP_DigestUpdate(m_context.get(), data, size); }
    std::string finish() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        EVP_DigestFinal_ex(m_context.get(), digest, &size);
        return hex({digest, size});
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> m_context;
};

} // namespace

std::string readFile(const fs::path& path, std::uintmax_t maxBytes) {
    const Descriptor file(openRegular(path));
    return readToEnd(file.fd, path, maxBytes);
}

void atomicWrite(const fs::path& path, std::string_view bytes) {
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

AtomicFile::AtomicFile(const fs::path& target) {
    if (target.empty())
        throw Error(ErrorCode::InvalidArgument, "the path of the file to write is empty");
    int descriptor = -1;
    m_target = targetOf(target, descriptor);
    if (descriptor >= 0) {
        m_fd = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    } else if (struct stat info {}; ::stat(m_target.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
        if (S_ISDIR(info.st_mode))
            throw Error(ErrorCode::Io, fmt::format("cannot write '{}': it is a folder", target.string()), "Name a file in it.");
        m_fd = ::open(m_target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
        m_name = (folderOf(m_target) / ("." + m_target.filename().string() + ".XXXXXX")).string();
        m_fd = ::mkostemp(m_name.data(), O_CLOEXEC);
    }
    if (m_fd < 0)
        throwIo("write", target, errno);
}

AtomicFile::~AtomicFile() {
    if (m_fd < 0)
        return;
    ::close(m_fd);
    if (!m_name.empty())
        ::unlink(m_name.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    writeAll(m_fd, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, m_target);
}

void AtomicFile::commit() {
    if (!m_name.empty()) { // else it is a stream, and all has gone out
        if (::fchmod(m_fd, 0644) != 0 || ::fsync(m_fd) != 0)
            throwIo("write", m_target, errno);
        if (::rename(m_name.c_str(), m_target.c_str()) != 0)
            throwIo("replace", m_target, errno);
    }
    ::close(m_fd);
    m_fd = -1;
    if (m_name.empty())
        return;
    const Descriptor folder(::open(folderOf(m_target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.fd >= 0)
        ::fsync(folder.fd);
}

LineAppender::LineAppender(const fs::path& path) : m_path(path) {
    m_fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0644);
    if (m_fd < 0)
        throwIo("open", path, errno);
    off_t end = ::lseek(m_fd, 0, SEEK_END);
    while (end > 0) {
        char last = 0;
        if (::pread(m_fd, &last, 1, end - 1) != 1 || last == '\n')
            break;
        --end;
    }
    if (end >= 0 && ::ftruncate(m_fd, end) != 0) {
        const int error = errno;
        ::close(m_fd);
        throwIo("mend", path, error);
    }
}

LineAppender::~LineAppender() { ::close(m_fd); }

void LineAppender::append(std::string_view line) {
    std::string bytes(line);
    bytes += '\n';
    const off_t end = ::lseek(m_fd, 0, SEEK_END);
    try {
        writeAll(m_fd, bytes, m_path);
    } catch (const Error&) {
        // A full disk takes the first bytes only; the next line must not stand behind them.
        if (end >= 0)
            [[maybe_unused]] const int ignored = ::ftruncate(m_fd, end);
        throw;
    }
}

std::optional<FileLock> FileLock::tryLock(const fs::path& path, int operation) {
    FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (lock.m_fd < 0)
        throwIo("lock", path, errno);
    while (::flock(lock.m_fd, operation | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return std::nullopt;
        if (errno != EINTR) // a file system without locks is not one where everything is taken
            throwIo("lock", path, errno);
    }
    return lock;
}

std::optional<FileLock> FileLock::tryAcquire(const fs::path& path) {
    std::optional<FileLock> lock = tryLock(path, LOCK_EX);
    if (lock) {
        const std::string owner = fmt::format("{} {} {}\n", ::getpid(), hostName(), processStamp(::getpid()));
        if (::ftruncate(lock->m_fd, 0) == 0)
            [[maybe_unused]] const ssize_t n = ::pwrite(lock->m_fd, owner.data(), owner.size(), 0);
    }
    return lock;
}

std::optional<FileLock> FileLock::tryAcquireShared(const fs::path& path) { return tryLock(path, LOCK_SH); }

bool FileLock::isHeld(const fs::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.fd < 0)
        return false;
    if (::flock(file.fd, LOCK_SH | LOCK_NB) != 0)
        return errno == EWOULDBLOCK;
    ::flock(file.fd, LOCK_UN);
    return false;
}

FileLock::FileLock(FileLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(m_fd, other.m_fd);
    return *this;
}

FileLock::~FileLock() {
    if (m_fd >= 0)
        ::close(m_fd);
}

MappedFile::MappedFile(const fs::path& path) : m_path(path) {
    const Descriptor file(openRegular(path));
    struct stat info {};
    if (::fstat(file.fd, &info) != 0)
        throwIo("read", path, errno);
    m_size = static_cast<std::size_t>(info.st_size);
    if (m_size == 0)
        return;
    void* data = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (data == MAP_FAILED)
        throwIo("map", path, errno);
    m_data = static_cast<const std::byte*>(data);
}

MappedFile::~MappedFile() {
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
}

std::uintmax_t sizeOnDisk(const fs::path& path) {
    std::error_code error;
    if (fs::is_regular_file(path, error))
        return fs::file_size(path, error);
    std::uintmax_t total = 0;
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored))
            total += it->file_size(ignored);
    }
    return total;
}

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes.data(), bytes.size());
    return hash.finish();
}

std::string sha256File(const fs::path& path) {
    const Descriptor file(openRegular(path));
    // Read and not mapped: the pages of a file of many gigabytes would count as this process's memory.
    std::string chunk(1u << 20, '\0');
    Sha256 hash;
    for (;;) {
        const ssize_t n = ::read(file.fd, chunk.data(), chunk.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throwIo("read", path, errno);
        if (n == 0)
            return hash.finish();
        hash.update(chunk.data(), static_cast<std::size_t>(n));
    }
}

} // namespace triptych
