#pragma once

#include "base/json.h"
#include "base/progress.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace triptych {

class Error;

/// JSON-RPC 2.0 over a pair of pipes, one object a line. The client says `initialize {protocol: 1}` first;
/// `$/cancel {id}` stops a request; `progress` and `token` are notifications whose params carry the request's
/// `id`. An error carries code, message and hint of the Error in its "data".
inline constexpr int kProtocolVersion = 1;
/// What is larger goes by a file's path.
inline constexpr std::size_t kMaxLineBytes = 16u << 20;

/// Cuts a stream of bytes into lines. Used by both sides; holds at most one line.
class LineFramer {
public:
    struct Frame {
        std::string line;     ///< without its line feed
        bool too_long = false; ///< more than kMaxLineBytes; the line is dropped
    };
    void feed(std::string_view bytes);
    /// The next whole line that is not empty; none while it is still on its way.
    std::optional<Frame> next();

private:
    std::string m_bytes;
    std::size_t m_begin = 0;   ///< of the current line
    std::size_t m_scanned = 0; ///< no line feed before here
    bool m_skipping = false;   ///< inside a line that is too long
};

Json requestMessage(const Json& id, std::string_view method, const Json& params);
Json notificationMessage(std::string_view method, const Json& params);
Json resultMessage(const Json& id, const Json& result);
Json errorMessage(const Json& id, const Error& error);
/// The Error of a message with "error"; of a malformed one, Error{Protocol}.
Error errorOfMessage(const Json& message);

/// What a request says before its answer.
class RequestSink : public ProgressSink {
public:
    /// A piece of what is being written, at once: `params` has "text" and what else the method promises; `id` is added.
    virtual void token(Json params) = 0;
};

using RequestHandler = std::function<Json(const Json& params, std::stop_token, RequestSink&)>;
using RequestHandlers = std::map<std::string, RequestHandler>;

/// Answers requests from descriptor `in` on descriptor `out` until the end of the input or `shutdown`. The
/// handlers run in order on one thread of their own; a cancel is heard meanwhile, and a request that still
/// waits is answered at once. Malformed input is answered with an error and nothing else happens.
/// Adds `initialize`, `ping` and `shutdown`. Returns false if the other side stopped reading.
bool serve(int in, int out, const RequestHandlers& handlers);

} // namespace triptych
