#include "interop/curl_handle.h"

#include "base/error.h"
#include "base/progress.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace triptych {

CurlHandle newCurlHandle(const std::string& url, char* errorText) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CurlHandle handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle)
        throw Error(ErrorCode::Internal, "the library for transfers cannot be started");
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(handle.get(), CURLOPT_QUICK_EXIT, 1L); // a stop does not wait for the thread that resolves the name
#endif
    curl_easy_setopt(handle.get(), CURLOPT_USERAGENT, "triptych");
    curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, errorText);
    return handle;
}

bool mayPass(CURLcode code, long status) {
    if (code == CURLE_HTTP_RETURNED_ERROR || code == CURLE_OK)
        return status == 408 || status == 429 || status >= 500;
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_OPERATION_TIMEDOUT || code == CURLE_PARTIAL_FILE ||
           code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM ||
           code == CURLE_SSL_CONNECT_ERROR;
}

void waitFor(double seconds, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
    throwIfStopped(stop);
}

} // namespace triptych
