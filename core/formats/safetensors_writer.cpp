#include "formats/safetensors.h"

#include "base/error.h"
#include "base/json.h"
#include "formats/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace triptych {

namespace {

/// A file that does not exist for others until commit() has synced and renamed it.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& target) : m_target(target) {
        const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
        m_name = (folder / ("." + target.filename().string() + ".XXXXXX")).string();
        m_fd = ::mkostemp(m_name.data(), O_CLOEXEC);
        if (m_fd < 0)
            fail();
    }
    ~TemporaryFile() {
        if (m_fd >= 0) {
            ::close(m_fd);
            ::unlink(m_name.c_str());
        }
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void write(const void* data, std::size_t size) {
        const char* at = static_cast<const char*>(data);
        while (size > 0) {
            const ssize_t n = ::write(m_fd, at, size);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                fail();
            at += n;
            size -= static_cast<std::size_t>(n);
        }
    }
    void commit() {
        if (::fchmod(m_fd, 0644) != 0 || ::fsync(m_fd) != 0 || ::rename(m_name.c_str(), m_target.c_str()) != 0)
            fail();
        ::close(m_fd);
        m_fd = -1;
    }

private:
    [[noreturn]] void fail() const {
        const int error = errno;
        throw Error(ErrorCode::Io, fmt::format("cannot write '{}': {}", m_target.string(), std::strerror(error)),
                    error == ENOSPC ? "Free some disk space and try again." : "Check that the folder exists and may be written to.");
    }

    std::filesystem::path m_target;
    std::string m_name;
    int m_fd = -1;
};

void check(const TensorToWrite& tensor, std::set<std::string_view>& names) {
    const auto bytes = tensorBytes(tensor.shape, tensor.dtype);
    if (!bytes || *bytes != tensor.data.size()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("tensor '{}': {} bytes do not make shape {} of {}", printableName(tensor.name),
                                                            tensor.data.size(), Json(tensor.shape).dump(), dtypeName(tensor.dtype)));
    }
    if (tensor.name == "__metadata__" || tensor.name.find('\0') != std::string::npos || !names.insert(tensor.name).second)
        throw Error(ErrorCode::InvalidArgument, fmt::format("the tensor name '{}' is taken or cannot be stored", printableName(tensor.name)));
}

} // namespace

void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    std::set<std::string_view> names;
    std::vector<const TensorToWrite*> order;
    for (const TensorToWrite& tensor : tensors) {
        check(tensor, names);
        order.push_back(&tensor);
    }
    // Wide elements first: with a header padded to 8 bytes every tensor is then aligned to its element.
    std::stable_sort(order.begin(), order.end(), [](const TensorToWrite* a, const TensorToWrite* b) {
        return dtypeSize(a->dtype) != dtypeSize(b->dtype) ? dtypeSize(a->dtype) > dtypeSize(b->dtype) : a->name < b->name;
    });

    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::uint64_t position = 0;
    for (const TensorToWrite* tensor : order) {
        header[tensor->name] = {{"dtype", dtypeName(tensor->dtype)},
                                {"shape", tensor->shape},
                                {"data_offsets", {position, position + tensor->data.size()}}};
        position += tensor->data.size();
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const Json::exception&) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a tensor name or a metadata value of '{}' is not UTF-8", path.string()));
    }
    text.append((8 - text.size() % 8) % 8, ' ');

    unsigned char length[8];
    for (int i = 0; i < 8; ++i)
        length[i] = static_cast<unsigned char>(text.size() >> (8 * i));
    TemporaryFile file(path);
    file.write(length, sizeof length);
    file.write(text.data(), text.size());
    for (const TensorToWrite* tensor : order)
        file.write(tensor->data.data(), tensor->data.size());
    file.commit();
}

} // namespace triptych
