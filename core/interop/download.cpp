#include "interop/download.h"

#include "base/error.h"
#include "base/files.h"
#include "interop/curl_handle.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr long kConnectSeconds = 20;
constexpr long kSilentSeconds = 30; // without a byte: the line is broken
constexpr long kMostRedirects = 10;

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

CurlHandle newHandle(const std::string& url, char* errorText) {
    CurlHandle handle = newCurlHandle(url, errorText);
    curl_easy_setopt(handle.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_MAXREDIRS, kMostRedirects);
    curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
    return handle;
}

[[noreturn]] void throwHttp(const std::string& url, long status) {
    if (status == 404 || status == 410)
        throw Error(ErrorCode::NotFound, fmt::format("'{}' does not exist (HTTP {})", url, status));
    throw Error(ErrorCode::Io, fmt::format("'{}' cannot be fetched: the server answered HTTP {}", url, status),
                status == 401 || status == 403 ? "The server wants a permission that this program has not." : "Try again later.");
}

struct Transfer {
    const DownloadRequest& request;
    ProgressSink& progress;
    const std::stop_token& stop;
    fs::path part;
    CURL* handle = nullptr;
    std::unique_ptr<std::FILE, FileCloser> file;
    std::uintmax_t begin = 0; ///< bytes that were there
    std::uintmax_t done = 0;  ///< bytes that are there now
    bool tooLarge = false, unwritable = false;

    static std::size_t write(char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->take(bytes, size * count);
    }
    static int watch(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<Transfer*>(self)->stop.stop_requested() ? 1 : 0; }

    std::size_t take(const char* bytes, std::size_t count) {
        if (!file) { // the first bytes: now it is known whether the server goes on where we ended
            long status = 0;
            curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
            const bool goesOn = begin > 0 && status == 206;
            done = goesOn ? begin : 0;
            file.reset(std::fopen(part.c_str(), goesOn ? "ab" : "wb"));
        }
        if (request.bytes > 0 && done + count > request.bytes) {
            tooLarge = true;
            return 0;
        }
        if (!file || std::fwrite(bytes, 1, count, file.get()) != count) {
            unwritable = true;
            return 0;
        }
        done += count;
        progress.progress({static_cast<std::int64_t>(done), static_cast<std::int64_t>(request.bytes), "bytes", "download"});
        return count;
    }
};

std::uintmax_t sizeOf(const fs::path& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    return error ? 0 : size;
}

} // namespace

void download(const DownloadRequest& request, ProgressSink& progress, const std::stop_token& stop) {
    fs::path part = request.target;
    part += ".part";
    double pause = request.seconds_between;
    for (int attempt = 1;; ++attempt) {
        throwIfStopped(stop);
        if (const std::uintmax_t there = sizeOf(part); request.bytes > 0 && there == request.bytes)
            break;
        char text[CURL_ERROR_SIZE] = {};
        const CurlHandle handle = newHandle(request.url, text);
        Transfer transfer{request, progress, stop, part, handle.get(), nullptr, sizeOf(part), 0};
        if (request.bytes > 0 && transfer.begin > request.bytes)
            transfer.begin = 0;
        curl_easy_setopt(handle.get(), CURLOPT_FAILONERROR, 1L);
        curl_easy_setopt(handle.get(), CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.begin));
        curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &Transfer::write);
        curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &transfer);
        curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, &Transfer::watch);
        curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &transfer);
        CURLcode code = curl_easy_perform(handle.get());
        long status = 0;
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
        if (transfer.file && std::fflush(transfer.file.get()) != 0)
            transfer.unwritable = true;
        transfer.file.reset();
        throwIfStopped(stop);
        std::error_code ignored;
        if (transfer.tooLarge) {
            fs::remove(part, ignored);
            throw Error(ErrorCode::Corrupt, fmt::format("'{}' has more than the {} bytes expected", request.url, request.bytes));
        }
        if (transfer.unwritable)
            throw Error(ErrorCode::Io, fmt::format("cannot write '{}'", part.string()), "Free some disk space, or check that the folder may be written to.");
        // A server that cannot go on says so by 416, curl by CURLE_RANGE_ERROR: from the beginning, then.
        if (transfer.begin > 0 && (status == 416 || code == CURLE_RANGE_ERROR)) {
            if (!fs::remove(part, ignored))
                throw Error(ErrorCode::Io, fmt::format("cannot remove '{}'", part.string()), "Check that the folder may be written to.");
            --attempt; // cannot happen twice: nothing is left to go on from
            continue;
        }
        if (code == CURLE_OK)
            break;
        if (!mayPass(code, status) || attempt >= request.attempts) {
            if (code == CURLE_HTTP_RETURNED_ERROR)
                throwHttp(request.url, status);
            throw Error(ErrorCode::Io, fmt::format("'{}' cannot be fetched: {}", request.url, *text ? text : curl_easy_strerror(code)),
                        "Check the network; what has come is kept, and the next attempt goes on from there.");
        }
        progress.log(LogLevel::Warning, fmt::format("'{}': {}; trying again", request.url, *text ? text : curl_easy_strerror(code)));
        waitFor(pause, stop);
        pause *= 2;
    }
    const std::uintmax_t size = sizeOf(part);
    const std::string hash = size == 0 && !fs::exists(part) ? std::string() : sha256File(part);
    if (hash != request.sha256) {
        std::error_code ignored;
        fs::remove(part, ignored);
        throw Error(ErrorCode::Corrupt, fmt::format("'{}' is not the file expected: its SHA-256 is {}, not {}", request.url, hash.empty() ? "that of nothing" : hash, request.sha256),
                    "The file was removed. If this happens again, the source has changed and cannot be trusted.");
    }
    std::error_code error;
    fs::rename(part, request.target, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot write '{}': {}", request.target.string(), error.message()));
}

std::string fetchText(const std::string& url, const std::string& accept, std::size_t maxBytes, const std::stop_token& stop) {
    throwIfStopped(stop);
    struct Sink {
        std::string text;
        std::size_t most;
        bool tooLarge = false;
    } sink{{}, maxBytes};
    char errorText[CURL_ERROR_SIZE] = {};
    const CurlHandle handle = newHandle(url, errorText);
    const CurlList headers(curl_slist_append(nullptr, ("Accept: " + accept).c_str()));
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle.get(), CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t size, std::size_t count, void* target) -> std::size_t {
        auto& to = *static_cast<Sink*>(target);
        to.tooLarge = to.text.size() + size * count > to.most;
        if (to.tooLarge)
            return 0;
        to.text.append(bytes, size * count);
        return size * count;
    });
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &sink);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, +[](void* token, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
        return static_cast<const std::stop_token*>(token)->stop_requested() ? 1 : 0;
    });
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, const_cast<std::stop_token*>(&stop));
    const CURLcode code = curl_easy_perform(handle.get());
    throwIfStopped(stop);
    if (sink.tooLarge)
        throw Error(ErrorCode::Io, fmt::format("'{}' has more than the {} bytes allowed here", url, maxBytes));
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        long status = 0;
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
        throwHttp(url, status);
    }
    if (code != CURLE_OK)
        throw Error(ErrorCode::Io, fmt::format("'{}' cannot be fetched: {}", url, *errorText ? errorText : curl_easy_strerror(code)), "Check the network.");
    return std::move(sink.text);
}

} // namespace triptych
