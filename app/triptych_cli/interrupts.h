#pragma once

#include <stop_token>
#include <termios.h>
#include <thread>

namespace triptych {

/// Turns the first Ctrl+C or SIGTERM into a stop request; the second ends the process at once with 130. However a signal ends it, the
/// terminal is first set as restoreAtEnd() has it. At most one object at a time.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    std::stop_token token() const { return m_source.get_token(); }

    /// What the terminal at standard input is set to if a signal ends the process; null: it stays as it is. `*terminal` must outlive that.
    static void restoreAtEnd(const termios* terminal);

private:
    std::stop_source m_source;
    std::thread m_listener;
};

} // namespace triptych
