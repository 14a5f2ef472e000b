#include "interrupts.h"

#include "cli_context.h"

#include "base/error.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace triptych {

namespace {

// A handler may only write(2); a thread reads the pipe. A blocked signal mask would be simpler, but worker
// processes would inherit it.
int g_pipe[2] = {-1, -1};
volatile std::sig_atomic_t g_seen = 0;

void onSignal(int) {
    const int saved = errno;
    if (g_seen != 0)
        ::_exit(kExitCancelled);
    g_seen = 1;
    const char byte = 's';
    [[maybe_unused]] const ssize_t n = ::write(g_pipe[1], &byte, 1);
    errno = saved;
}

} // namespace

Interrupts::Interrupts() {
    if (::pipe2(g_pipe, O_CLOEXEC) != 0)
        throw Error(ErrorCode::Io, "cannot make a pipe for signals");
    m_listener = std::thread([source = m_source, fd = g_pipe[0]]() mutable {
        ::pthread_setname_np(::pthread_self(), "interrupts");
        char byte = 0;
        while (::read(fd, &byte, 1) < 0 && errno == EINTR) {
        }
        if (byte == 's')
            source.request_stop();
    });
    struct sigaction action {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

Interrupts::~Interrupts() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    ::close(g_pipe[1]);
    m_listener.join();
    ::close(g_pipe[0]);
}

} // namespace triptych
