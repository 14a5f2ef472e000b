#include "jobs/run_directory.h"

#include "base/error.h"
#include "base/wall_clock.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kReadBytes = 16u << 20;  ///< also the longest line that is understood
constexpr std::uintmax_t kSpecBytes = 64u << 20;
constexpr std::chrono::milliseconds kLockRetry{10};

constexpr std::pair<RunControl, const char*> kControlNames[] = {
    {RunControl::Continue, "continue"}, {RunControl::Pause, "pause"}, {RunControl::Cancel, "cancel"}};

/// Empty for a line that is no event: it may come from a disk that lied, and must not hide the others.
std::optional<RunEvent> parseEvent(std::string_view line) {
    Json value = Json::parse(line.begin(), line.end(), nullptr, false);
    if (!value.is_object())
        return std::nullopt;
    const auto number = value.find("number");
    const auto type = value.find("type");
    const auto time = value.find("wall_time");
    if (number == value.end() || !number->is_number_integer() || type == value.end() || !type->is_string())
        return std::nullopt;
    RunEvent event;
    event.number = number->get<std::int64_t>();
    event.type = type->get<std::string>();
    event.wall_time = time != value.end() && time->is_number() ? time->get<double>() : 0.0;
    value.erase("number");
    value.erase("type");
    value.erase("wall_time");
    event.data = std::move(value);
    return event;
}

std::int64_t integerOf(const Json& data, const char* key) {
    const auto found = data.find(key);
    return found != data.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

std::string textOf(const Json& data, const char* key) {
    const auto found = data.find(key);
    return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void foldState(RunStatus& status, const RunEvent& event) {
    const std::optional<RunState> reported = stateOf(event);
    if (!reported)
        return;
    const RunState state = status.state = *reported;
    if (const std::int64_t pid = integerOf(event.data, "pid"))
        status.pid = pid;
    status.error.reset();
    if (const auto error = event.data.find("error"); error != event.data.end() && error->is_object())
        status.error = *error;
    if (state == RunState::Running && status.started == 0)
        status.started = event.wall_time;
    if (state != RunState::Running && state != RunState::Cancelling) {
        status.eta_s.reset();
        status.rate = 0;
    }
}

void fold(RunStatus& status, const RunEvent& event) {
    status.last_event = std::max(status.last_event, event.number);
    status.updated = event.wall_time;
    if (event.type == "state") {
        foldState(status, event);
    } else if (event.type == "progress") {
        status.done = integerOf(event.data, "done");
        status.total = integerOf(event.data, "total");
        status.unit = textOf(event.data, "unit");
        status.stage = textOf(event.data, "stage");
        const auto rate = event.data.find("rate");
        status.rate = rate != event.data.end() && rate->is_number() ? rate->get<double>() : 0.0;
        const auto eta = event.data.find("eta_s");
        status.eta_s = eta != event.data.end() && eta->is_number() ? std::optional(eta->get<double>()) : std::nullopt;
    }
}

} // namespace

std::optional<RunState> stateOf(const RunEvent& event) {
    try {
        return event.type == "state" ? std::optional(runStateFromName(textOf(event.data, "state"))) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

void checkInputs(const RunDirectory& run, const RunSpec& spec) {
    for (const auto& [role, hash] : spec.input_hashes) {
        const auto file = spec.inputs.find(role);
        if (file != spec.inputs.end() && sha256File(run.path() / file->second) != hash) {
            throw Error(ErrorCode::Corrupt, fmt::format("'{}' is not what it was when the run was made", (run.path() / file->second).string()),
                        "Put the file back as it was, or make the run again.");
        }
    }
}

RunDirectory::RunDirectory(fs::path path) : m_path(fs::absolute(path).lexically_normal()) {
    if (!m_path.has_filename())
        m_path = m_path.parent_path();
    std::error_code ignored;
    if (!fs::is_regular_file(m_path / "spec.json", ignored)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' is not a run: it holds no spec.json", m_path.string()),
                    "`triptych-cli job list` names the runs of a workspace.");
    }
}

RunDirectory RunDirectory::create(const fs::path& runsFolder, const RunSpec& spec,
                                  const std::function<void(const fs::path& inputs)>& writeInputs) {
    runSpecFromJson(runSpecToJson(spec), "spec.json"); // refuses an id that would leave the folder before anything is written
    const fs::path folder = fs::absolute(runsFolder) / spec.id;
    std::error_code error;
    fs::create_directories(runsFolder, error);
    if (!fs::create_directory(folder, error)) {
        if (error)
            throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
        throw Error(ErrorCode::AlreadyExists, fmt::format("the run '{}' exists", spec.id), "Give the run another name.");
    }
    try {
        fs::create_directory(folder / "inputs");
        if (writeInputs)
            writeInputs(folder / "inputs");
        RunSpec frozen = spec;
        for (const auto& [role, file] : spec.inputs) {
            if (fs::exists(folder / file))
                frozen.input_hashes[role] = sha256File(folder / file);
        }
        writeJsonFile(folder / "spec.json", runSpecToJson(frozen));
    } catch (const fs::filesystem_error& failure) {
        fs::remove_all(folder, error);
        throw Error(ErrorCode::Io, fmt::format("cannot write the run '{}': {}", folder.string(), failure.what()));
    } catch (...) {
        fs::remove_all(folder, error);
        throw;
    }
    return RunDirectory(folder);
}

std::string RunDirectory::newId(std::string_view method) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char time[32];
    const std::size_t length = std::strftime(time, sizeof time, "%Y%m%d-%H%M%S", &utc);
    std::random_device random; // two supervisors may make a run in the same second
    std::string letters;
    for (int i = 0; i < 4; ++i)
        letters += static_cast<char>('a' + random() % 26);
    return fmt::format("{}-{}-{}", std::string_view(time, length), method, letters);
}

RunSpec RunDirectory::spec() const {
    const fs::path file = m_path / "spec.json";
    return runSpecFromJson(readJsonFile(file, kSpecBytes), file.string());
}

std::vector<RunEvent> RunDirectory::eventsSince(std::int64_t& offset) const {
    std::vector<RunEvent> events;
    const int fd = ::open(eventsFile().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO is not waited for
    if (fd < 0)
        return events; // no event yet
    struct Closer {
        int fd;
        ~Closer() { ::close(fd); }
    } closer{fd};
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return events;
    if (offset < 0 || offset > info.st_size)
        offset = 0; // the file was replaced by a shorter one
    std::string buffer;
    while (offset < info.st_size) {
        buffer.resize(std::min(kReadBytes, static_cast<std::size_t>(info.st_size - offset)));
        const ssize_t n = ::pread(fd, buffer.data(), buffer.size(), offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
        std::size_t begin = 0;
        for (std::size_t end; (end = bytes.find('\n', begin)) != std::string_view::npos; begin = end + 1) {
            if (auto event = parseEvent(bytes.substr(begin, end - begin)))
                events.push_back(std::move(*event));
        }
        if (begin == 0) {
            if (bytes.size() < kReadBytes)
                break; // a torn last line waits for its rest
            begin = bytes.size(); // longer than any event: passed over in pieces
        }
        offset += static_cast<std::int64_t>(begin);
    }
    return events;
}

RunStatus RunDirectory::status() const {
    RunFollower follower(*this);
    follower.poll();
    return follower.status();
}

std::optional<Json> RunDirectory::result() const {
    const fs::path file = m_path / "result.json";
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return std::nullopt;
    Json value = readJsonFile(file);
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a JSON object", file.string()));
    return value;
}

Json RunDirectory::frozenSettings(const Json& resolved) const {
    const fs::path file = m_path / "settings.json";
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        writeJsonFile(file, resolved);
    return readJsonFile(file, kSpecBytes);
}

RunControl RunDirectory::control() const {
    try {
        const Json value = readJsonFile(m_path / "control.json", 4096);
        const std::string name = value.is_object() ? textOf(value, "control") : std::string();
        for (const auto& [control, word] : kControlNames) {
            if (name == word)
                return control;
        }
    } catch (const Error&) {
        // Absent is the common case; a damaged wish is no wish.
    }
    return RunControl::Continue;
}

void RunDirectory::setControl(RunControl control) const {
    for (const auto& [candidate, word] : kControlNames) {
        if (candidate == control)
            writeJsonFile(m_path / "control.json", {{"control", word}});
    }
}

bool RunDirectory::isAlive() const { return FileLock::isHeld(lockFile()); }

std::optional<FileLock> RunDirectory::acquireLock(std::chrono::milliseconds patience) const {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (auto lock = FileLock::tryAcquire(lockFile()))
            return lock;
        if (std::chrono::steady_clock::now() >= end)
            return std::nullopt;
        std::this_thread::sleep_for(kLockRetry);
    }
}

std::optional<RunDirectory::Launch> RunDirectory::launch() const {
    try {
        const Json value = readJsonFile(m_path / "worker.json", 4096);
        if (!value.is_object())
            return std::nullopt;
        return Launch{integerOf(value, "pid"), textOf(value, "host"), integerOf(value, "after"), textOf(value, "stamp")};
    } catch (const Error&) {
        return std::nullopt; // never started by a supervisor
    }
}

void RunDirectory::setLaunch(const Launch& launch) const {
    writeJsonFile(m_path / "worker.json", {{"pid", launch.pid}, {"host", launch.host}, {"after", launch.after}, {"stamp", launch.stamp}});
}

std::vector<RunEvent> RunFollower::readNew() {
    const std::int64_t before = m_offset;
    std::vector<RunEvent> events = m_directory.eventsSince(m_offset);
    if (m_offset < before)
        m_folded = RunStatus();
    for (const RunEvent& event : events)
        fold(m_folded, event);
    return events;
}

std::vector<RunEvent> RunFollower::poll() {
    std::vector<RunEvent> events = readNew();
    for (;;) {
        m_status = m_folded;
        const bool working = m_folded.state == RunState::Running || m_folded.state == RunState::Cancelling;
        const bool alive = m_directory.isAlive();
        if (m_folded.state == RunState::Done || (alive && working))
            return events;
        const auto launch = m_directory.launch();
        const bool unheard = launch && launch->after >= m_folded.last_event; // started, and no event since
        if (unheard && (alive || launch->host != hostName() || launch->isAlive())) {
            m_status.state = RunState::Queued;
            m_status.pid = launch->pid;
            m_status.error.reset();
        } else if (!alive && (unheard || working)) {
            m_status.state = RunState::Interrupted;
        } else {
            return events;
        }
        // The worker may have ended properly between the reading of the events and the look at its lock.
        std::vector<RunEvent> late = readNew();
        if (late.empty())
            return events;
        events.insert(events.end(), std::make_move_iterator(late.begin()), std::make_move_iterator(late.end()));
    }
}

} // namespace triptych
