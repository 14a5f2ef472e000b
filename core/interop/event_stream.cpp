#include "interop/event_stream.h"

#include <utility>

namespace triptych {

std::vector<std::string> EventStream::push(std::string_view bytes) {
    std::vector<std::string> events;
    if (m_afterReturn && !bytes.empty()) {
        m_afterReturn = false;
        if (bytes.front() == '\n')
            bytes.remove_prefix(1);
    }
    while (!bytes.empty()) {
        const std::size_t end = bytes.find_first_of("\r\n");
        m_line += bytes.substr(0, end);
        if (end == std::string_view::npos)
            break;
        const bool isReturn = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (isReturn && bytes.starts_with('\n'))
            bytes.remove_prefix(1);
        else
            m_afterReturn = isReturn && bytes.empty();
        endLine(events);
    }
    return events;
}

void EventStream::endLine(std::vector<std::string>& events) {
    std::string line = std::exchange(m_line, {});
    if (std::exchange(m_first, false) && line.starts_with("\xef\xbb\xbf"))
        line.erase(0, 3);
    if (line.empty()) {
        if (std::exchange(m_hasData, false)) {
            m_data.pop_back();
            events.push_back(std::exchange(m_data, {}));
        }
        return;
    }
    const std::size_t colon = line.find(':');
    if (line.substr(0, colon) != "data")
        return;
    std::string_view value = colon == std::string::npos ? std::string_view() : std::string_view(line).substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    m_data += value;
    m_data += '\n';
    m_hasData = true;
}

} // namespace triptych
