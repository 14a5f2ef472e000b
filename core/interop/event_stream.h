#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Server-sent events (WHATWG HTML, section 9.2.6) out of bytes that are cut anywhere: in a line end, in a character.
class EventStream {
public:
    /// The data of the events that further bytes have completed. Comments, names and ids of events are passed over.
    std::vector<std::string> push(std::string_view bytes);
    /// Bytes of the event that is on its way.
    std::size_t pending() const { return m_line.size() + m_data.size(); }

private:
    void endLine(std::vector<std::string>& events);

    std::string m_line; ///< so far
    std::string m_data; ///< of the event so far, a line feed behind each of its lines
    bool m_hasData = false;
    bool m_afterReturn = false; ///< a line feed that comes now belongs to the carriage return before it
    bool m_first = true;        ///< in the first line, which may begin with a byte order mark
};

} // namespace triptych
