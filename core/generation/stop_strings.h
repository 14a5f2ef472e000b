#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Text that comes in pieces, cut before the first of some strings. Holds back what may be the beginning of one.
class StopStrings {
public:
    /// Empty strings are left out.
    explicit StopStrings(std::vector<std::string> strings);
    /// What a further piece has made certain. Once stopped() it is empty.
    std::string push(std::string_view piece);
    /// What was held back, if no string came.
    std::string finish();
    bool stopped() const { return m_stopped; }

private:
    std::vector<std::string> m_strings;
    std::string m_held;
    bool m_stopped = false;
};

} // namespace triptych
