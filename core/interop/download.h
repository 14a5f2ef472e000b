#pragma once

#include "base/progress.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace triptych {

struct DownloadRequest {
    std::string url;               ///< http or https; redirects are followed
    std::filesystem::path target;
    std::string sha256;            ///< lower-case hexadecimal; what comes must have it
    std::uintmax_t bytes = 0;      ///< size to expect; more is refused while it comes
    int attempts = 4;              ///< in all, for what may pass: a broken line, a server that is busy
    double seconds_between = 1;    ///< before the second attempt, then twice as long each time
};

/// Fetches a file into `target`, which others see only when it is whole and its hash is right. What a stop, a kill or a broken
/// line leaves stays beside it as "<target>.part", and the next call goes on from there. A wrong hash removes it.
/// Throws Error{NotFound} if the server has no such file, {Corrupt} for another hash or size, {Io} naming the URL, {Cancelled}.
void download(const DownloadRequest& request, ProgressSink& progress, const std::stop_token& stop);

/// A small document. `accept` as HTTP has it. Throws as download() does, {Io} if it has more than maxBytes.
std::string fetchText(const std::string& url, const std::string& accept, std::size_t maxBytes, const std::stop_token& stop);

} // namespace triptych
