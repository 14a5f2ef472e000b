#pragma once

#include "base/error.h"
#include "base/json.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace triptych {

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// A child that answers each line with one line of JSON.
class Peer {
public:
    explicit Peer(char** command) {
        int in[2];
        int out[2];
        if (::pipe(in) != 0 || ::pipe(out) != 0)
            throw Error(ErrorCode::Io, "cannot make a pipe");
        m_pid = ::fork();
        if (m_pid == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            for (const int fd : {in[0], in[1], out[0], out[1]})
                ::close(fd);
            ::execvp(command[0], command);
            std::_Exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        m_to = ::fdopen(in[1], "w");
        m_from = ::fdopen(out[0], "r");
    }
    ~Peer() {
        std::fclose(m_to);
        std::fclose(m_from);
        ::waitpid(m_pid, nullptr, 0);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    Json answer() {
        char line[4096];
        if (!std::fgets(line, sizeof line, m_from))
            throw Error(ErrorCode::WorkerDied, "the peer ended without an answer");
        return parseJson(line, "the peer's answer");
    }
    Json ask(std::string_view line) {
        std::fprintf(m_to, "%.*s\n", static_cast<int>(line.size()), line.data());
        std::fflush(m_to);
        return answer();
    }

private:
    pid_t m_pid;
    std::FILE* m_to;
    std::FILE* m_from;
};

} // namespace triptych
