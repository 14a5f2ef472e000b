#pragma once

#include <curl/curl.h>

#include <memory>
#include <stop_token>
#include <string>

namespace triptych {

struct CurlCloser {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCloser>;
using CurlList = std::unique_ptr<curl_slist, CurlCloser>;

/// A transfer to or from an address of http or https, which raises no signals. `errorText` has CURL_ERROR_SIZE characters and
/// outlives it. Redirects are not followed. Throws Error{Internal} if the library cannot be started.
CurlHandle newCurlHandle(const std::string& url, char* errorText);

/// Whether another attempt may better what came of a transfer: `status` of HTTP, 0 without an answer.
bool mayPass(CURLcode code, long status);

/// Seconds that pass; throws Error{Cancelled} once a stop comes.
void waitFor(double seconds, const std::stop_token& stop);

} // namespace triptych
