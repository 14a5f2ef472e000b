#pragma once

#include <stop_token>
#include <thread>

namespace triptych {

/// Turns the first Ctrl+C or SIGTERM into a stop request; the second ends the process at once with 130.
/// At most one object at a time.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    std::stop_token token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::thread m_listener;
};

} // namespace triptych
