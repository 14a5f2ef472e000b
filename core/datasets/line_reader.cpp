#include "datasets/line_reader.h"

#include <string>
#include <utility>

namespace triptych {

LineReader::LineReader(DecodedFile& file, std::size_t maxLineBytes) : m_file(file), m_maxLineBytes(maxLineBytes) {
    if (file.head().find('\n') == std::string::npos && file.head().find('\r') != std::string::npos)
        m_lineEnd = '\r';
}

bool LineReader::next(Line& line) {
    if (!m_givenBack.empty()) {
        line = std::move(m_givenBack.front());
        m_givenBack.pop_front();
        return true;
    }
    line = Line{};
    bool ended = false, any = false;
    while (!ended) {
        if (m_position == m_chunk.size()) {
            m_position = 0;
            if (!m_file.next(m_chunk)) {
                m_chunk.clear();
                break;
            }
        }
        const std::size_t at = m_chunk.find(m_lineEnd, m_position);
        ended = at != std::string::npos;
        const std::size_t end = ended ? at : m_chunk.size();
        any = true;
        line.bytes += end - m_position;
        if (line.bytes > m_maxLineBytes) {
            line.overlong = true;
            line.text = {};
        } else {
            line.text.append(m_chunk, m_position, end - m_position);
        }
        m_position = ended ? end + 1 : end;
    }
    if (!any)
        return false;
    if (!line.text.empty() && line.text.back() == '\r')
        line.text.pop_back();
    line.number = ++m_number;
    return true;
}

} // namespace triptych
