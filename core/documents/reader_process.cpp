#include "documents/reader_process.h"

#include "base/error.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/resources.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <exception>
#include <new>
#include <optional>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

/// The reader itself allows far less; what says more has been taken over by its file.
constexpr std::size_t kMostHeaderBytes = 64u << 20;
constexpr std::size_t kMostTextBytes = 256u << 20;
constexpr std::size_t kMostPathBytes = 1u << 16;

} // namespace

std::vector<std::string> defaultReaderCommand() { return programCommand("TRIPTYCH_READER", "triptych-reader"); }

struct DocumentReader::Impl {
    std::vector<std::string> command;
    ReaderLimits limits;
    std::optional<PipedProcess> process;
    bool fresh = true; ///< has read nothing yet

    void start() {
        process.reset();
        std::vector<std::string> words = command;
        for (const std::string& word : {std::string("--memory-mb"), std::to_string(limits.memory_mb), std::string("--cpu-seconds"), std::to_string(limits.cpu_seconds)})
            words.push_back(word);
        try {
            process.emplace(words);
        } catch (const Error& error) {
            throw Error(error.code(), error.message(), "Set TRIPTYCH_READER to the path of triptych-reader.");
        }
        fresh = true;
    }

    /// What became of the reader, as the error of the file that it was reading.
    Error death(const fs::path& path) {
        constexpr std::chrono::milliseconds kMoment{500};
        const int code = process->end(kMoment);
        process.reset();
        if (code == 128 + SIGXCPU) {
            return Error(ErrorCode::WorkerDied, fmt::format("'{}' cannot be imported: reading it takes more than {} s of processor time", path.string(), limits.cpu_seconds),
                         "Split it into several files, or save it as text.");
        }
        const std::string how = code > 128 ? fmt::format("signal {}", code - 128) : fmt::format("exit code {}", code);
        return Error(ErrorCode::WorkerDied, fmt::format("'{}' cannot be imported: the reader crashed on it, or it needs more than {} MB ({})", path.string(), limits.memory_mb, how),
                     "The file is damaged or too large; save it again from the program that made it, or as text.");
    }
};

DocumentReader::DocumentReader(std::vector<std::string> command, const ReaderLimits& limits) : m_impl(new Impl{std::move(command), limits, std::nullopt, true}) {}
DocumentReader::~DocumentReader() = default;

ExtractedDocument DocumentReader::read(const fs::path& path, const std::stop_token& stop) {
    throwIfStopped(stop);
    const bool wasFresh = !m_impl->process || m_impl->fresh;
    try {
        return ask(path, stop);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::OutOfMemory)
            throw;
        m_impl->process.reset();
        if (wasFresh)
            throw;
    }
    return ask(path, stop); // what earlier files left behind may have taken the room
}

ExtractedDocument DocumentReader::ask(const fs::path& path, const std::stop_token& stop) {
    const std::string name = path.string();
    if (name.size() > kMostPathBytes)
        throw Error(ErrorCode::InvalidArgument, "the path of a document is longer than 64 KB");
    const std::string question = fmt::format("{}\n{}", name.size(), name);
    if (!m_impl->process)
        m_impl->start();
    if (!m_impl->process->send(question)) { // it died between two files
        m_impl->start();
        m_impl->process->send(question);
    }
    m_impl->fresh = false;
    const Clock::time_point limit = Clock::now() + m_impl->limits.patience;
    std::string bytes;
    const auto more = [&] {
        constexpr std::chrono::milliseconds kLookInterval{50};
        const PipedProcess::Received received = m_impl->process->receive(bytes, kLookInterval);
        if (received == PipedProcess::Received::End)
            throw m_impl->death(path);
        if (stop.stop_requested() || Clock::now() > limit) {
            m_impl->process.reset();
            throwIfStopped(stop);
            throw Error(ErrorCode::WorkerDied, fmt::format("'{}' cannot be imported: it has not been read within {} s", name, m_impl->limits.patience.count()),
                        "Try again when the machine has less to do, or split the file.");
        }
    };
    const auto broken = [&] {
        m_impl->process.reset();
        return Error(ErrorCode::Protocol, fmt::format("'{}' cannot be imported: the reader's answer is not what it promises", name), "The file is damaged or built to harm; leave it out.");
    };
    std::size_t end = std::string::npos;
    for (std::size_t scanned = 0; (end = bytes.find('\n', scanned)) == std::string::npos;) {
        scanned = bytes.size();
        if (scanned > kMostHeaderBytes)
            throw broken();
        more();
    }
    Json header;
    std::size_t textBytes = 0;
    try {
        header = parseJson(std::string_view(bytes).substr(0, end), "the reader's answer");
        textBytes = header.contains("error") ? 0 : header.at("text_bytes").get<std::size_t>();
    } catch (const std::exception&) {
        throw broken();
    }
    if (header.contains("error"))
        throw errorFromJson(header["error"]);
    if (textBytes > kMostTextBytes)
        throw broken();
    bytes.erase(0, end + 1);
    bytes.reserve(textBytes);
    while (bytes.size() < textBytes)
        more();
    if (bytes.size() > textBytes)
        throw broken();
    try {
        return documentFromHeader(header.value("document", Json()), std::move(bytes));
    } catch (const Error&) {
        throw broken();
    }
}

namespace {

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR)
            return false;
        bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    return true;
}

/// False at the end of the input.
bool readByte(int fd, char& byte) {
    ssize_t n = 0;
    do
        n = ::read(fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

} // namespace

void serveDocuments(int in, int out, const std::function<void()>& beforeEach, const std::function<ExtractedDocument(const fs::path&)>& extract) {
    for (;;) {
        std::string number, path;
        char byte = 0;
        while (readByte(in, byte) && byte != '\n' && number.size() < 10)
            number += byte;
        std::size_t size = 0;
        if (std::from_chars(number.data(), number.data() + number.size(), size).ec != std::errc() || size > kMostPathBytes)
            return;
        for (; path.size() < size && readByte(in, byte);)
            path += byte;
        if (path.size() < size)
            return;
        beforeEach();
        std::string answer, text;
        try {
            ExtractedDocument document = extract(path);
            answer = dumpJson({{"document", documentHeader(document)}, {"text_bytes", document.text.size()}});
            text = std::move(document.text);
        } catch (const Error& error) {
            answer = dumpJson({{"error", errorToJson(error)}});
        } catch (const std::bad_alloc&) {
            answer = dumpJson({{"error", errorToJson(Error(ErrorCode::OutOfMemory, fmt::format("'{}' cannot be imported: reading it takes more memory than is allowed", path), "Split it into several files."))}});
        } catch (const std::exception& error) {
            answer = dumpJson({{"error", errorToJson(Error(ErrorCode::Internal, fmt::format("'{}' cannot be imported: {}", path, error.what())))}});
        }
        if (!writeAll(out, answer + "\n") || !writeAll(out, text))
            return;
    }
}

} // namespace triptych
