#pragma once

#include "text/aligned_text.h"
#include "text/json_fields.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace triptych {

/// A regular expression over code points, in the manner of the reference (Oniguruma with Ruby syntax): classes know
/// Unicode, ^ and $ stand at lines. Matching has limits, so that an expression that explodes ends in an error. The
/// classes are those of PCRE2's Unicode (14 in Debian 12), the reference's of Unicode 16: characters that came in
/// between have none here.
class Regex {
public:
    /// Throws Error{InvalidInput} naming `where` and `key` if the pattern is none.
    Regex(std::string_view pattern, const JsonFields& where, std::string_view key);
    /// From {"String": "..."} or {"Regex": "..."}, or a plain string, at `key`.
    static Regex fromJson(const JsonFields& fields, std::string_view key);
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// Walks over the matches in texts, one text after another. Not for two threads at once.
    class Matches {
    public:
        explicit Matches(const Regex& regex);
        Matches(const Matches&) = delete;
        Matches& operator=(const Matches&) = delete;
        ~Matches();
        void start(std::u32string_view text);
        /// The next match, as the reference walks: an empty one does not follow another at the same place. Throws
        /// Error{InvalidInput} if it takes too long.
        std::optional<TextSpan> next();

    private:
        struct State;
        bool search(std::size_t from, TextSpan& match);
        const Regex& m_regex;
        std::unique_ptr<State> m_state;
        std::u32string_view m_text;
        std::size_t m_from = 0;
        std::int32_t m_lastEnd = -1;
    };

private:
    struct Code;
    std::unique_ptr<Code> m_code;
};

} // namespace triptych
