#include "generation/stop_strings.h"

#include <algorithm>
#include <utility>

namespace triptych {

StopStrings::StopStrings(std::vector<std::string> strings) : m_strings(std::move(strings)) {
    std::erase_if(m_strings, [](const std::string& text) { return text.empty(); });
}

std::string StopStrings::push(std::string_view piece) {
    if (m_stopped)
        return {};
    m_held += piece;
    std::size_t first = std::string::npos;
    for (const std::string& text : m_strings)
        first = std::min(first, m_held.find(text));
    std::size_t certain = m_held.size();
    if (first != std::string::npos) {
        m_stopped = true;
        certain = first;
    } else {
        for (const std::string& text : m_strings) {
            const std::size_t longest = std::min(text.size() - 1, m_held.size());
            for (std::size_t length = longest; length > 0; --length) {
                if (m_held.ends_with(std::string_view(text).substr(0, length))) {
                    certain = std::min(certain, m_held.size() - length);
                    break;
                }
            }
        }
    }
    std::string given = m_held.substr(0, certain);
    m_held.erase(0, certain);
    return given;
}

std::string StopStrings::finish() { return m_stopped ? std::string() : std::exchange(m_held, {}); }

} // namespace triptych
