#include "interop/endpoint_client.h"

#include "base/error.h"
#include "interop/curl_handle.h"
#include "interop/event_stream.h"
#include "text/controls.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace triptych {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostEventBytes = 4u << 20;
constexpr std::size_t kMostAnswerBytes = 64u << 20;
constexpr std::size_t kMostErrorBytes = 64u << 10; // more of a refusal nobody reads
constexpr int kMostErrorLevels = 3;                // {"error": {"message": "..."}} and one to spare
constexpr std::size_t kBatch = 64;      // texts in one request
constexpr std::size_t kLikeKey = 6;     // characters in a row that may be a part of the key
constexpr std::size_t kLikeEnd = 4;     // its end, which servers like to repeat
constexpr std::size_t kExcerpt = 300;   // bytes of what a server says
constexpr double kMostWaitS = 120;
constexpr int kLookIntervalMs = 100;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct MultiCloser {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

/// The text without the key or parts of it, in one line, at most `most` bytes and whole characters.
std::string safe(std::string_view whole, const std::string& key, std::size_t most = kExcerpt) {
    const std::string text = controlsRemoved(whole.substr(0, 16 * kExcerpt));
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t longest = 0;
        bool like = false;
        for (std::size_t from = 0; from < key.size(); ++from) {
            const auto rest = std::string_view(key).substr(from);
            const std::size_t limit = std::min(rest.size(), text.size() - at);
            const auto same = static_cast<std::size_t>(std::mismatch(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(limit), text.begin() + static_cast<std::ptrdiff_t>(at)).first - rest.begin());
            longest = std::max(longest, same);
            like = like || (same > 0 && same >= std::min(same == rest.size() ? kLikeEnd : kLikeKey, key.size()));
        }
        if (like) {
            shown += "•••";
            at += longest;
            continue;
        }
        const auto c = static_cast<unsigned char>(text[at++]);
        if (c > 0x20)
            shown += static_cast<char>(c);
        else if (!shown.empty() && shown.back() != ' ')
            shown += ' ';
    }
    if (shown.size() > most) {
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80)
            --end;
        shown = shown.substr(0, end) + "…";
    }
    while (shown.ends_with(' '))
        shown.pop_back();
    return shown;
}

/// None if it is no JSON, or nests too deep.
std::optional<Json> parsed(const std::string& text) {
    try {
        return parseJson(text, "the answer");
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// What an answer that is a refusal says, in whichever of the usual forms; empty if it says nothing.
std::string said(const Json& value, int levels = kMostErrorLevels) {
    if (value.is_string())
        return value.get<std::string>();
    if (!value.is_object() || levels == 0)
        return {};
    for (const char* key : {"error", "message", "detail"}) {
        if (const auto found = value.find(key); found != value.end()) {
            if (const std::string text = said(*found, levels - 1); !text.empty())
                return text;
        }
    }
    return {};
}
std::string saidIn(const std::string& body) {
    if (const auto value = parsed(body))
        return said(*value);
    const std::size_t title = body.find("<title>");
    if (title != std::string::npos)
        return body.substr(title + 7, body.find("</title>", title) - title - 7);
    return body.find('<') == std::string::npos ? body : std::string();
}

std::string words(const std::string& text) { return text.empty() ? std::string() : ": " + text; }

/// One request to a server and what comes of it, attempt by attempt.
class Request {
public:
    using EventTaker = std::function<void(const std::string& data)>;

    Request(const Endpoint& endpoint, const EndpointKey& key, const char* operation, const Json& body)
        : m_endpoint(endpoint), m_key(key), m_url(endpoint.base_url + operation), m_body(dumpJson(body)) {}

    const std::string& url() const { return m_url; }
    std::string safely(std::string_view text) const { return safe(text, m_key.text); }
    [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const { throw Error(ErrorCode::Io, fmt::format("'{}' {}", m_url, what), hint); }

    /// Until the whole answer has come, or an event's taker has called end(). Each event goes to `take`; the body of an answer
    /// that is no stream comes back.
    std::string run(const EventTaker& take, ProgressSink& progress, const std::stop_token& stop) {
        double pause = m_endpoint.retry_pause_s;
        for (int attempt = 1;; ++attempt) {
            throwIfStopped(stop);
            const Outcome outcome = once(take, stop);
            throwIfStopped(stop);
            if (m_ended || (outcome.code == CURLE_OK && outcome.status == 200))
                return std::move(m_answer);
            const double wait = outcome.retryAfterS > 0 ? outcome.retryAfterS : pause;
            const bool again = mayPass(outcome.code, outcome.status) && !m_given && !outcome.late && attempt < m_endpoint.attempts && wait <= kMostWaitS;
            if (!again)
                failFor(outcome);
            progress.log(LogLevel::Warning, fmt::format("'{}' {}; trying again in {:.3g} s", m_url, reasonOf(outcome), wait));
            waitFor(wait, stop);
            pause *= 2;
        }
    }
    /// Something of the answer was handed on: no further attempt.
    void setGiven() { m_given = true; }
    /// Nothing more is wanted.
    void end() { m_ended = true; }
    /// When the attempt that counts began.
    Clock::time_point begin() const { return m_begin; }

private:
    struct Outcome {
        CURLcode code = CURLE_OK;
        long status = 0;
        double retryAfterS = 0;
        std::string text;     ///< of curl
        std::string location; ///< of a redirect
        bool late = false;    ///< one of our own time limits
    };

    Outcome once(const EventTaker& take, const std::stop_token& stop) {
        m_stream = {};
        m_answer.clear();
        m_kind = Kind::Unknown;
        m_bytes = 0;
        m_take = &take;
        m_problem = nullptr;
        char text[CURL_ERROR_SIZE] = {};
        const CurlHandle handle = newCurlHandle(m_url, text);
        m_handle = handle.get();
        CurlList headers;
        // "Expect:" without a value: servers that do not know it would cost a second.
        for (const std::string& header : {std::string("Content-Type: application/json"), std::string("Accept: application/json, text/event-stream"),
                                          std::string("Expect:"), m_key.text.empty() ? std::string() : "Authorization: Bearer " + m_key.text}) {
            if (!header.empty())
                headers.reset(curl_slist_append(headers.release(), header.c_str()));
        }
        curl_easy_setopt(m_handle, CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(m_handle, CURLOPT_POSTFIELDS, m_body.data());
        curl_easy_setopt(m_handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_body.size()));
        curl_easy_setopt(m_handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::ceil(1000 * m_endpoint.connect_timeout_s)));
        curl_easy_setopt(m_handle, CURLOPT_ACCEPT_ENCODING, "");
        curl_easy_setopt(m_handle, CURLOPT_WRITEFUNCTION, &Request::write);
        curl_easy_setopt(m_handle, CURLOPT_WRITEDATA, this);

        const std::unique_ptr<CURLM, MultiCloser> multi(curl_multi_init());
        if (!multi || curl_multi_add_handle(multi.get(), m_handle) != CURLM_OK)
            throw Error(ErrorCode::Internal, "the library for transfers cannot be started");
        Outcome outcome;
        m_begin = m_last = Clock::now();
        m_any = false;
        {
            const std::stop_callback wake(stop, [&multi] { curl_multi_wakeup(multi.get()); });
            for (int running = 1;;) {
                if (curl_multi_perform(multi.get(), &running) != CURLM_OK || running == 0 || stop.stop_requested())
                    break;
                outcome.late = secondsSince(m_last) > (m_any ? m_endpoint.idle_timeout_s : m_endpoint.first_byte_timeout_s);
                if (outcome.late)
                    break;
                curl_multi_poll(multi.get(), nullptr, 0, kLookIntervalMs, nullptr);
            }
        }
        int left = 0;
        outcome.code = CURLE_OPERATION_TIMEDOUT; // where we have broken off
        if (const CURLMsg* const message = curl_multi_info_read(multi.get(), &left); message && message->msg == CURLMSG_DONE)
            outcome.code = message->data.result;
        curl_easy_getinfo(m_handle, CURLINFO_RESPONSE_CODE, &outcome.status);
        curl_off_t seconds = 0;
        curl_easy_getinfo(m_handle, CURLINFO_RETRY_AFTER, &seconds);
        outcome.retryAfterS = static_cast<double>(seconds);
        char* location = nullptr;
        curl_easy_getinfo(m_handle, CURLINFO_REDIRECT_URL, &location);
        outcome.location = location ? location : "";
        outcome.text = *text ? text : curl_easy_strerror(outcome.code);
        curl_multi_remove_handle(multi.get(), m_handle);
        m_handle = nullptr;
        if (m_problem)
            std::rethrow_exception(m_problem);
        return outcome;
    }

    static std::size_t write(char* bytes, std::size_t size, std::size_t count, void* self) {
        auto& request = *static_cast<Request*>(self);
        try {
            request.takeBytes({bytes, size * count});
        } catch (...) {
            request.m_problem = std::current_exception(); // past the library, which is C
        }
        return request.m_problem || request.m_ended ? 0 : size * count;
    }

    void takeBytes(std::string_view bytes) {
        if (m_kind == Kind::Unknown) {
            long status = 0;
            char* type = nullptr;
            curl_easy_getinfo(m_handle, CURLINFO_RESPONSE_CODE, &status);
            curl_easy_getinfo(m_handle, CURLINFO_CONTENT_TYPE, &type);
            m_type = type ? type : "";
            m_refused = status != 200;
            const bool events = status == 200 && *m_take && (m_type.starts_with("text/event-stream") || bytes.starts_with("data:"));
            m_kind = events ? Kind::Events : Kind::Whole;
        }
        m_bytes += bytes.size();
        if (m_bytes > kMostAnswerBytes)
            fail(fmt::format("goes on behind {} MB", kMostAnswerBytes >> 20), "Ask for fewer tokens.");
        if (m_kind == Kind::Whole) {
            m_answer += m_refused ? bytes.substr(0, kMostErrorBytes - m_answer.size()) : bytes;
            heard();
            return;
        }
        for (const std::string& data : m_stream.push(bytes)) {
            heard();
            if (!m_ended)
                (*m_take)(data);
        }
        if (m_stream.pending() > kMostEventBytes)
            fail(fmt::format("sent one event of more than {} MB", kMostEventBytes >> 20));
    }

    void heard() {
        m_any = true;
        m_last = Clock::now();
    }

    std::string reasonOf(const Outcome& outcome) const {
        if (outcome.late)
            return m_any ? fmt::format("fell silent for {:g} s in the middle of its answer", m_endpoint.idle_timeout_s)
                         : fmt::format("has not begun to answer within {:g} s", m_endpoint.first_byte_timeout_s);
        if (outcome.code != CURLE_OK)
            return outcome.status == 200 ? "broke off in the middle of its answer: " + safely(outcome.text) : "cannot be reached: " + safely(outcome.text);
        return fmt::format("answered HTTP {}{}", outcome.status, words(safely(saidIn(m_answer))));
    }

    [[noreturn]] void failFor(const Outcome& outcome) const {
        if (outcome.late)
            fail(reasonOf(outcome), fmt::format("Try again later, or remove the endpoint '{}' and add it again with a longer {}.", m_endpoint.name, m_any ? "--idle-timeout" : "--first-byte-timeout"));
        if (outcome.code != CURLE_OK)
            fail(reasonOf(outcome), "Check the address, the network and whether the server runs.");
        const long status = outcome.status;
        const std::string text = words(safely(saidIn(m_answer)));
        const std::string where = fmt::format("Set {}, or give the key by `triptych-cli endpoint key {}`.", keyVariable(m_endpoint), m_endpoint.name);
        if ((status == 401 || status == 403) && m_key.text.empty())
            fail(fmt::format("wants a key (HTTP {}), and there is none {}{}", status, m_key.source, text), where);
        if (status == 401 || status == 403)
            fail(fmt::format("refuses the key from {} (HTTP {}){}", m_key.source, status, text), where);
        if (status >= 300 && status < 400)
            fail(fmt::format("answered with a redirect (HTTP {}), which is not followed: the key would go with it", status),
                 outcome.location.empty() ? std::string() : "If it is right, make it the endpoint's address: " + safely(outcome.location));
        if (status == 404)
            fail(fmt::format("is not there (HTTP 404){}", text), fmt::format("Check the address, and whether the server has the model '{}'.", m_endpoint.model));
        if (status == 429)
            fail(fmt::format("is asked too often, or too much (HTTP 429){}", text),
                 outcome.retryAfterS > 0 ? fmt::format("It asks to wait {:g} s.", outcome.retryAfterS) : std::string("Wait, and ask for less at a time."));
        if (status >= 500)
            fail(fmt::format("is in trouble (HTTP {}){}", status, text), "Try again later.");
        fail(fmt::format("does not take the request (HTTP {}){}", status, text), "Check the endpoint's model and the settings.");
    }

    enum class Kind { Unknown, Events, Whole };

    const Endpoint& m_endpoint;
    const EndpointKey& m_key;
    const std::string m_url, m_body;
    const EventTaker* m_take = nullptr;
    CURL* m_handle = nullptr;
    EventStream m_stream;
    std::string m_answer, m_type;
    Kind m_kind = Kind::Unknown;
    std::size_t m_bytes = 0;
    bool m_given = false, m_ended = false, m_any = false, m_refused = false;
    Clock::time_point m_begin, m_last;
    std::exception_ptr m_problem;
};

/// Parts of an answer that has another form than it should are as if they were not there.
const Json& part(const Json& value, const char* key) {
    static const Json none;
    if (!value.is_object())
        return none;
    const auto found = value.find(key);
    return found == value.end() ? none : *found;
}
const Json& firstOf(const Json& list) {
    static const Json none;
    return list.is_array() && !list.empty() ? list.front() : none;
}
std::int64_t countOf(const Json& value) { return value.is_number_integer() ? std::max<std::int64_t>(0, value.get<std::int64_t>()) : 0; }

/// Puts an answer together from events, or from the one document of a server that does not stream.
class ChatReader {
public:
    ChatReader(Request& request, const PieceSink& sink) : m_request(request), m_sink(sink) {}

    void takeEvent(const std::string& data) {
        if (data == "[DONE]") {
            m_done = true;
            m_request.end();
            return;
        }
        const auto read = parsed(data);
        if (!read)
            m_request.fail(fmt::format("sent what is no JSON in the middle of its stream: {}", m_request.safely(data)));
        const Json& event = *read;
        if (!part(event, "error").is_null())
            m_request.fail(fmt::format("broke off{}", words(m_request.safely(said(event)))));
        takeUsage(part(event, "usage"));
        const Json& choice = firstOf(part(event, "choices"));
        takePiece(part(part(choice, "delta"), "content"));
        takeFinish(part(choice, "finish_reason"));
    }

    EndpointAnswer finish(const std::string& body) {
        if (!body.empty())
            takeWhole(body);
        if (!m_done && m_answer.finish_reason.empty())
            m_request.fail(fmt::format("ended its stream in the middle of the answer, behind {} pieces", m_pieces), "What has come is kept; ask again.");
        m_answer.seconds = secondsSince(m_request.begin());
        if (m_answer.newTokens == 0)
            m_answer.newTokens = m_pieces;
        return std::move(m_answer);
    }

private:
    void takeWhole(const std::string& body) {
        const auto read = parsed(body);
        if (!read)
            m_request.fail(fmt::format("answered with something else than JSON{}", words(m_request.safely(saidIn(body)))), "Is this the address of an OpenAI-compatible server?");
        const Json& answer = *read;
        const Json& choice = firstOf(part(answer, "choices"));
        if (!choice.is_object())
            m_request.fail(fmt::format("gave no answer{}", words(m_request.safely(said(answer)))));
        takeUsage(part(answer, "usage"));
        takePiece(part(part(choice, "message"), "content"));
        takeFinish(part(choice, "finish_reason"));
        m_done = true;
    }

    void takeUsage(const Json& usage) {
        if (!usage.is_object())
            return;
        m_answer.promptTokens = countOf(part(usage, "prompt_tokens"));
        m_answer.newTokens = countOf(part(usage, "completion_tokens"));
    }

    void takePiece(const Json& content) {
        if (!content.is_string() || content.get_ref<const std::string&>().empty())
            return;
        const std::string& text = content.get_ref<const std::string&>();
        if (m_pieces++ == 0)
            m_answer.timeToFirstTokenS = secondsSince(m_request.begin());
        m_request.setGiven();
        m_answer.text += text;
        if (m_sink && !m_sink(text)) {
            m_answer.finish_reason = "sink";
            m_request.end();
        }
    }

    void takeFinish(const Json& reason) {
        if (reason.is_string() && m_answer.finish_reason.empty())
            m_answer.finish_reason = reason.get<std::string>();
    }

    Request& m_request;
    const PieceSink& m_sink;
    EndpointAnswer m_answer;
    std::int64_t m_pieces = 0;
    bool m_done = false;
};

/// Rows of an answer of `/embeddings`, all of one width.
void takeVectors(const Request& request, const std::string& body, std::size_t texts, std::vector<std::vector<float>>& rows) {
    const auto read = parsed(body);
    if (!read)
        request.fail(fmt::format("answered with something else than JSON{}", words(request.safely(saidIn(body)))), "Is this the address of an OpenAI-compatible server?");
    const Json& answer = *read;
    const Json& data = part(answer, "data");
    if (!data.is_array() || data.size() != texts)
        request.fail(fmt::format("gave {} vectors for {} texts{}", data.is_array() ? data.size() : 0, texts, words(request.safely(said(answer)))));
    const std::size_t begin = rows.size();
    rows.resize(begin + texts);
    for (std::size_t i = 0; i < texts; ++i) {
        const Json& index = part(data[i], "index");
        const std::size_t at = index.is_number_unsigned() ? index.get<std::size_t>() : i;
        if (at >= texts || !rows[begin + at].empty())
            request.fail(fmt::format("gave vector {} twice or beyond the last text", at));
        const Json& vector = part(data[i], "embedding");
        if (!vector.is_array() || vector.empty() || !std::all_of(vector.begin(), vector.end(), [](const Json& number) { return number.is_number() && std::isfinite(number.get<float>()); }))
            request.fail(fmt::format("gave a vector {} that is no list of numbers", at));
        rows[begin + at] = vector.get<std::vector<float>>();
    }
    for (const std::vector<float>& row : rows) {
        if (row.size() != rows.front().size())
            request.fail(fmt::format("gave vectors of {} and of {} numbers", rows.front().size(), row.size()));
    }
}

} // namespace

EndpointClient::EndpointClient(Endpoint endpoint, EndpointKey key) : m_endpoint(checkedEndpoint(std::move(endpoint))), m_key(std::move(key)) {}

std::string EndpointClient::safely(std::string_view text) const { return safe(text, m_key.text); }

EndpointAnswer EndpointClient::chat(const OrderedJson& messages, const Json& settings, const PieceSink& sink, ProgressSink& progress, const std::stop_token& stop) const {
    Json body = settings;
    body["model"] = m_endpoint.model;
    body["messages"] = Json(messages);
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
    Request request(m_endpoint, m_key, "/chat/completions", body);
    ChatReader reader(request, sink);
    const std::string whole = request.run([&reader](const std::string& data) { reader.takeEvent(data); }, progress, stop);
    return reader.finish(whole);
}

std::vector<float> EndpointClient::embed(std::span<const std::string> texts, ProgressSink& progress, const std::stop_token& stop) const {
    std::vector<std::vector<float>> rows;
    for (std::size_t at = 0; at < texts.size(); at += kBatch) {
        const auto batch = texts.subspan(at, std::min(kBatch, texts.size() - at));
        Request request(m_endpoint, m_key, "/embeddings", {{"model", m_endpoint.model}, {"input", std::vector<std::string>(batch.begin(), batch.end())}, {"encoding_format", "float"}});
        takeVectors(request, request.run({}, progress, stop), batch.size(), rows);
        progress.progress({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(texts.size()), "texts", "embed"});
    }
    std::vector<float> vectors;
    for (const std::vector<float>& row : rows)
        vectors.insert(vectors.end(), row.begin(), row.end());
    return vectors;
}

EndpointEmbedder::EndpointEmbedder(EndpointClient client, ProgressSink& progress, const std::stop_token& stop)
    : m_client(std::move(client)), m_progress(progress), m_dimension(m_client.endpoint().dimension) {
    if (!m_client.endpoint().embedder) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the endpoint '{}' writes texts and gives no vectors", m_client.endpoint().name),
                    "Add it once more under another name with --embedder, if its server does.");
    }
    if (m_dimension == 0) {
        const std::string word = "dimension";
        m_dimension = static_cast<int>(m_client.embed({&word, 1}, m_progress, stop).size());
    }
}

std::vector<float> EndpointEmbedder::embed(std::span<const std::string> texts, const std::stop_token& stop) {
    std::vector<float> vectors = m_client.embed(texts, m_progress, stop);
    if (vectors.size() != texts.size() * static_cast<std::size_t>(m_dimension)) {
        throw Error(ErrorCode::Io, fmt::format("'{}/embeddings' gave vectors of {} numbers, and the endpoint '{}' has {}", m_client.endpoint().base_url,
                                               texts.empty() ? 0 : vectors.size() / texts.size(), m_client.endpoint().name, m_dimension),
                    "Another model answers there by now. Remove the endpoint and add it anew; vectors of both do not compare.");
    }
    return vectors;
}

} // namespace triptych
