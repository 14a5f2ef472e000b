#include "jobs/protocol.h"

#include "base/error.h"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <unistd.h>

namespace triptych {

namespace {

constexpr std::size_t kMaxWaiting = 1000;
constexpr std::chrono::milliseconds kProgressInterval{100};

/// JSON-RPC's own numbers where it has one; else one a code in the range left to servers.
int errorNumber(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument: return -32602;
    case ErrorCode::Protocol: return -32600;
    case ErrorCode::Internal: return -32603;
    case ErrorCode::Cancelled: return -32800;
    default: return -32000 - static_cast<int>(code);
    }
}

bool isId(const Json& value) { return value.is_number_integer() || value.is_string(); }

} // namespace

void LineFramer::feed(std::string_view bytes) {
    if (m_begin > 0) {
        m_bytes.erase(0, m_begin);
        m_scanned -= m_begin;
        m_begin = 0;
    }
    m_bytes += bytes;
}

std::optional<LineFramer::Frame> LineFramer::next() {
    for (;;) {
        const std::size_t end = m_bytes.find('\n', m_scanned);
        if (end == std::string::npos) {
            m_scanned = m_bytes.size();
            if (m_skipping || m_scanned - m_begin > kMaxLineBytes) {
                m_skipping = true;
                m_begin = m_scanned; // forgotten at the next feed
            }
            return std::nullopt;
        }
        Frame frame;
        frame.too_long = m_skipping || end - m_begin > kMaxLineBytes;
        if (!frame.too_long)
            frame.line = m_bytes.substr(m_begin, end - m_begin);
        m_skipping = false;
        m_begin = m_scanned = end + 1;
        if (frame.line.ends_with('\r'))
            frame.line.pop_back();
        if (frame.too_long || !frame.line.empty())
            return frame;
    }
}

Json requestMessage(const Json& id, std::string_view method, const Json& params) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

Json notificationMessage(std::string_view method, const Json& params) {
    return {{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
}

Json resultMessage(const Json& id, const Json& result) { return {{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}; }

Json errorMessage(const Json& id, const Error& error) {
    return {{"jsonrpc", "2.0"}, {"id", id},
            {"error", {{"code", errorNumber(error.code())}, {"message", error.message()}, {"data", errorToJson(error)}}}};
}

Error errorOfMessage(const Json& message) {
    const auto error = message.find("error");
    if (error == message.end() || !error->is_object() || !error->contains("data") || !(*error)["data"].is_object())
        return Error(ErrorCode::Protocol, "the other side sent an error without its fields");
    return errorFromJson((*error)["data"]);
}

namespace {

/// Lines to the other side, whole ones whatever thread they come from.
class LineWriter {
public:
    explicit LineWriter(int fd) : m_fd(fd) {}

    bool isBroken() const { return m_broken; }
    void write(const Json& message) {
        std::string line = dumpJson(message);
        if (line.size() > kMaxLineBytes) {
            line = dumpJson(errorMessage(message.value("id", Json()),
                                         Error(ErrorCode::Protocol, fmt::format("the reply has {} bytes, more than the {} of a line", line.size(), kMaxLineBytes),
                                               "Ask for less at a time.")));
        }
        line += '\n';
        const std::lock_guard guard(m_mutex);
        std::string_view rest = line;
        while (!rest.empty() && !m_broken) {
            const ssize_t n = ::write(m_fd, rest.data(), rest.size());
            if (n >= 0)
                rest.remove_prefix(static_cast<std::size_t>(n));
            else if (errno != EINTR)
                m_broken = true;
        }
    }

private:
    const int m_fd;
    std::mutex m_mutex;
    std::atomic<bool> m_broken = false;
};

/// What one request says as notifications; progress is thinned like a job's events.
class RequestNotifications final : public RequestSink {
public:
    RequestNotifications(LineWriter& out, Json id) : m_out(out), m_id(std::move(id)) {}

    void progress(const Progress& progress) override {
        const auto now = std::chrono::steady_clock::now();
        const bool last = progress.total > 0 && progress.done >= progress.total;
        if (m_sent && !last && now - m_when < kProgressInterval)
            return;
        m_sent = true;
        m_when = now;
        m_out.write(notificationMessage("progress", {{"id", m_id}, {"done", progress.done}, {"total", progress.total},
                                                     {"unit", progress.unit}, {"stage", progress.stage}}));
    }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}
    void token(Json params) override {
        params["id"] = m_id;
        m_out.write(notificationMessage("token", params));
    }

private:
    LineWriter& m_out;
    const Json m_id;
    bool m_sent = false;
    std::chrono::steady_clock::time_point m_when;
};

struct Request {
    Json id;
    std::string method;
    Json params;
    std::stop_source stop;
};

class Server {
public:
    Server(int out, const RequestHandlers& handlers) : m_out(out), m_handlers(handlers), m_worker([this](std::stop_token over) { work(over); }) {}
    ~Server() {
        {
            const std::lock_guard guard(m_mutex);
            m_waiting.clear();
            m_running.stop.request_stop();
        }
        m_worker.request_stop();
    }

    bool isBroken() const { return m_out.isBroken(); }

    /// False once the client said shutdown.
    bool take(const LineFramer::Frame& frame) {
        if (frame.too_long) {
            refuse(Json(), fmt::format("a line of more than {} bytes", kMaxLineBytes), "Write large inputs to a file and send its path.");
            return true;
        }
        Json message;
        try {
            message = parseJson(frame.line, "a line of the client");
        } catch (const Error& error) {
            m_out.write(errorMessage(Json(), Error(ErrorCode::Protocol, error.message(), error.hint())));
            return true;
        }
        const bool isRequest = message.is_object() && message.contains("id");
        const Json id = isRequest && isId(message["id"]) ? message["id"] : Json();
        if (!message.is_object() || message.value("jsonrpc", Json()) != "2.0" || !message.contains("method") || !message["method"].is_string()
            || (isRequest && id.is_null())) {
            refuse(id, "a message that is no JSON-RPC 2.0 request");
            return true;
        }
        const std::string method = message["method"].get<std::string>();
        const Json params = message.value("params", Json::object());
        if (!isRequest) {
            if (method == "$/cancel" && params.is_object() && params.contains("id"))
                cancel(params["id"]);
            return true;
        }
        if (!params.is_object()) {
            refuse(id, fmt::format("'{}' without an object of parameters", method));
            return true;
        }
        return takeRequest(id, method, params);
    }

private:
    void refuse(const Json& id, const std::string& problem, const std::string& hint = {}) {
        m_out.write(errorMessage(id, Error(ErrorCode::Protocol, problem, hint)));
    }

    bool takeRequest(const Json& id, const std::string& method, const Json& params) {
        if (method == "initialize") {
            initialize(id, params);
        } else if (!m_initialized) {
            refuse(id, fmt::format("'{}' before 'initialize'", method));
        } else if (method == "ping") {
            m_out.write(resultMessage(id, Json::object()));
        } else if (method == "shutdown") {
            m_out.write(resultMessage(id, Json::object()));
            return false;
        } else if (!m_handlers.contains(method)) {
            m_out.write(errorMessage(id, Error(ErrorCode::Unsupported, fmt::format("there is no method '{}'", method))));
        } else {
            enqueue(id, method, params);
        }
        return true;
    }

    void initialize(const Json& id, const Json& params) {
        if (params.value("protocol", Json()) != kProtocolVersion) {
            m_out.write(errorMessage(id, Error(ErrorCode::Unsupported, fmt::format("this engine speaks protocol {}", kProtocolVersion),
                                               "Engine and client must be of the same version.")));
            return;
        }
        m_initialized = true;
        Json methods = Json::array({"ping", "shutdown"});
        for (const auto& [name, handler] : m_handlers)
            methods.push_back(name);
        m_out.write(resultMessage(id, {{"protocol", kProtocolVersion}, {"methods", methods}, {"pid", ::getpid()}}));
    }

    void enqueue(const Json& id, const std::string& method, const Json& params) {
        {
            const std::lock_guard guard(m_mutex);
            const bool known = m_running.id == id || std::any_of(m_waiting.begin(), m_waiting.end(), [&](const Request& r) { return r.id == id; });
            if (!known && m_waiting.size() < kMaxWaiting) {
                m_waiting.push_back({id, method, params, std::stop_source()});
                m_wake.notify_one();
                return;
            }
            if (known) {
                refuse(id, fmt::format("the id {} is that of a request under way", id.dump()));
                return;
            }
        }
        m_out.write(errorMessage(id, Error(ErrorCode::Busy, fmt::format("{} requests wait already", kMaxWaiting), "Wait for answers before asking more.")));
    }

    void cancel(const Json& id) {
        const std::lock_guard guard(m_mutex);
        if (m_running.id == id)
            m_running.stop.request_stop();
        const auto waiting = std::find_if(m_waiting.begin(), m_waiting.end(), [&](const Request& r) { return r.id == id; });
        if (waiting != m_waiting.end()) {
            m_waiting.erase(waiting);
            m_out.write(errorMessage(id, Error(ErrorCode::Cancelled, "cancelled")));
        }
    }

    void work(const std::stop_token& over) {
        std::unique_lock lock(m_mutex);
        while (m_wake.wait(lock, over, [this] { return !m_waiting.empty(); })) {
            m_running = std::move(m_waiting.front());
            m_waiting.pop_front();
            const Request request = m_running; // the stop source is shared
            lock.unlock();
            const Json reply = answer(request);
            lock.lock();
            m_running = Request(); // before the reply: its id is free again once the client has read it
            m_out.write(reply);
        }
    }

    Json answer(const Request& request) {
        try {
            RequestNotifications sink(m_out, request.id);
            throwIfStopped(request.stop.get_token());
            return resultMessage(request.id, m_handlers.at(request.method)(request.params, request.stop.get_token(), sink));
        } catch (const Error& error) {
            return errorMessage(request.id, error);
        } catch (const Json::exception& error) {
            return errorMessage(request.id, Error(ErrorCode::InvalidArgument, fmt::format("'{}' got parameters of the wrong kind: {}", request.method, error.what())));
        } catch (const std::bad_alloc&) {
            return errorMessage(request.id, Error(ErrorCode::OutOfMemory, fmt::format("'{}' ran out of memory", request.method), "Ask for less at a time."));
        } catch (const std::exception& error) {
            const std::string_view what = error.what();
            return errorMessage(request.id, Error(ErrorCode::Internal, std::string(what.substr(0, what.find('\n')))));
        }
    }

    LineWriter m_out;
    const RequestHandlers& m_handlers;
    bool m_initialized = false;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Request> m_waiting;
    Request m_running;      ///< id null while idle
    std::jthread m_worker;  ///< last: it ends before what it uses
};

} // namespace

bool serve(int in, int out, const RequestHandlers& handlers) {
    Server server(out, handlers);
    LineFramer framer;
    std::string buffer(1u << 16, '\0');
    while (!server.isBroken()) {
        const ssize_t n = ::read(in, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        framer.feed(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
        while (const auto frame = framer.next()) {
            if (!server.take(*frame))
                return true;
        }
    }
    return !server.isBroken();
}

} // namespace triptych
