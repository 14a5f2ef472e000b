#pragma once

#include "documents/document.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// $TRIPTYCH_READER (may hold a launcher, split at blanks), else triptych-reader beside the running executable.
std::vector<std::string> defaultReaderCommand();

/// What one file may cost.
struct ReaderLimits {
    int memory_mb = 512;   ///< address space of the process, its libraries included; from 128
    int cpu_seconds = 8;   ///< from 1
    std::chrono::seconds patience{30}; ///< by the clock, for a machine with much else to do
};

/// Reads documents in a process of its own, triptych-reader, so that a file that is built to harm, or only too much for a
/// library, fails alone. The process serves one file after another and is started again when it has died. For one thread
/// at a time.
class DocumentReader {
public:
    explicit DocumentReader(std::vector<std::string> command = defaultReaderCommand(), const ReaderLimits& limits = {});
    ~DocumentReader();

    /// Throws what extractDocument() throws, and naming the file too: {WorkerDied} if the reader crashed or needed too long,
    /// {OutOfMemory}; {Cancelled}; {NotFound} if there is no reader to start. The next file goes on in any case.
    ExtractedDocument read(const std::filesystem::path& path, const std::stop_token& stop = {});

private:
    ExtractedDocument ask(const std::filesystem::path& path, const std::stop_token& stop);
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// The other side: answers on `out` what is asked on `in` until the end of the input. A question is the number of the path's
/// bytes, a line feed and the path; an answer is one line of JSON, {"document": header, "text_bytes": n} and then the text's
/// bytes, or {"error": …}. `beforeEach` is called once a question has come.
void serveDocuments(int in, int out, const std::function<void()>& beforeEach, const std::function<ExtractedDocument(const std::filesystem::path&)>& extract);

} // namespace triptych
