#pragma once

#include "datasets/decoding.h"

#include <deque>

namespace triptych {

/// One physical line without its line end.
struct Line {
    std::string text;        ///< empty if overlong
    std::int64_t number = 0; ///< from 1
    std::uint64_t bytes = 0; ///< of the whole line, decoded
    bool overlong = false;
};

/// Lines of a decoded file, ended by LF, CR LF, or CR where the file has no LF. A line above the limit is read
/// past in pieces and comes without its text.
class LineReader {
public:
    LineReader(DecodedFile& file, std::size_t maxLineBytes);
    bool next(Line& line);
    /// `line` comes again; several are given back last line first.
    void giveBack(Line line) { m_givenBack.push_front(std::move(line)); }

private:
    DecodedFile& m_file;
    std::size_t m_maxLineBytes;
    char m_lineEnd = '\n';
    std::string m_chunk;
    std::size_t m_position = 0;
    std::int64_t m_number = 0;
    std::deque<Line> m_givenBack;
};

} // namespace triptych
