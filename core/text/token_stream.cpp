#include "text/token_stream.h"

#include <span>

namespace triptych {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
/// A character has at most four bytes; a run of tokens that is still none after so many never becomes one.
constexpr std::size_t kMostWaiting = 16;

} // namespace

std::string TokenStream::decode(std::size_t from) const { return m_tokenizer.decode(std::span(m_ids).subspan(from), m_skip); }

/// `text` is that of all of m_ids; what goes beyond the text given before is new.
std::string TokenStream::take(std::string text) {
    std::string fresh = text.starts_with(m_given) ? text.substr(m_given.size()) : decode(m_waiting);
    // What was given last stays as context: a decoder may treat the first token of a text differently.
    m_ids.erase(m_ids.begin(), m_ids.begin() + static_cast<std::ptrdiff_t>(m_waiting));
    m_waiting = m_ids.size();
    m_given = decode(0);
    return fresh;
}

std::string TokenStream::push(std::int32_t id) {
    m_ids.push_back(id);
    std::string text = decode(0);
    const bool certain = text.size() > m_given.size() && text.starts_with(m_given) && !text.ends_with(kReplacement);
    if (!certain && m_ids.size() - m_waiting < kMostWaiting)
        return {};
    return take(std::move(text));
}

std::string TokenStream::finish() {
    std::string fresh = m_waiting < m_ids.size() ? take(decode(0)) : std::string();
    m_ids.clear();
    m_waiting = 0;
    m_given.clear();
    return fresh;
}

} // namespace triptych
