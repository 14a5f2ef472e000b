#include "interrupts.h"

#include "cli_context.h"

#include "base/error.h"

#include <atomic>
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
std::atomic<const termios*> g_terminal = nullptr;
static_assert(std::atomic<const termios*>::is_always_lock_free); // signal handlers read it

void restoreTerminal() {
    if (const termios* terminal = g_terminal)
        ::tcsetattr(STDIN_FILENO, TCSANOW, terminal);
}

/// Ctrl+\ and a terminal that is closed end the process as they would without a handler.
void onDeadlySignal(int signal) {
    restoreTerminal();
    std::signal(signal, SIG_DFL);
    ::raise(signal);
}

void onSignal(int) {
    const int saved = errno;
    if (g_seen != 0) {
        restoreTerminal();
        ::_exit(kExitCancelled);
    }
    g_seen = 1;
    const char byte = 's';
    [[maybe_unused]] const ssize_t n = ::write(g_pipe[1], &byte, 1);
    errno = saved;
}

} // namespace

void Interrupts::restoreAtEnd(const termios* terminal) { g_terminal = terminal; }

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
    for (const int signal : {SIGQUIT, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(signal, nullptr, &before);
        if (before.sa_handler == SIG_DFL) // nohup ignores one of them
            std::signal(signal, onDeadlySignal);
    }
}

Interrupts::~Interrupts() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    for (const int signal : {SIGQUIT, SIGHUP}) {
        struct sigaction now {};
        ::sigaction(signal, nullptr, &now);
        if (now.sa_handler == onDeadlySignal)
            std::signal(signal, SIG_DFL);
    }
    ::close(g_pipe[1]);
    m_listener.join();
    ::close(g_pipe[0]);
}

} // namespace triptych
