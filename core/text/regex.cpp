#include "text/regex.h"

#include "base/error.h"
#include "text/unicode.h"

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 32
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace triptych {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxPatternBytes = 64u << 10;
// Steps from one starting place: a run of spaces is stepped back over once for each alternative.
constexpr std::size_t kMatchLimit = 1'000'000;
constexpr std::size_t kMatchLimitPerCharacter = 16;
constexpr std::size_t kStepsAtOnce = 1'000'000'000; ///< between two looks at the clock
constexpr std::chrono::seconds kTimeLimit{20};      ///< for the texts of one walk
constexpr std::size_t kJitStackBytes = 16u << 20;

/// Scripts that \p{...} means by themselves; PCRE2 would take the characters that are merely used with them too.
constexpr std::array<std::string_view, 12> kScripts = {"Han",    "Hiragana", "Katakana", "Hangul", "Latin", "Greek",
                                                       "Cyrillic", "Arabic", "Hebrew",   "Thai",   "Devanagari", "Bengali"};

/// \w of Oniguruma; outside of a class it takes the small digits and fractions of Latin-1 for letters, too.
constexpr std::string_view kWordInClass = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
constexpr std::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";
constexpr std::string_view kPunctuation = "[:punct:]"; // symbols, too

/// Where the two dialects give one thing two meanings.
std::string translate(std::string_view pattern) {
    std::string result;
    bool inClass = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (inClass && pattern.substr(i).starts_with(kPunctuation)) {
            result += R"(\p{P}\p{S})";
            i += kPunctuation.size() - 1;
            continue;
        }
        if (c == '[' && !inClass)
            inClass = true;
        else if (c == ']' && inClass)
            inClass = false;
        if (c != '\\' || i + 1 == pattern.size()) {
            result += c;
            if (c == '[' && i + 1 < pattern.size() && pattern[i + 1] == '^')
                result += pattern[++i];
            continue;
        }
        const char escape = pattern[++i];
        if (escape == 's')
            result += R"(\p{White_Space})"; // PCRE2's own takes U+180E, too
        else if (escape == 'S')
            result += R"(\P{White_Space})";
        else if (escape == 'h')
            result += inClass ? "0-9a-fA-F" : "[0-9a-fA-F]";
        else if (escape == 'w')
            result += inClass ? std::string(kWordInClass) : fmt::format("[{}]", kWord);
        else if (escape == 'W' && !inClass)
            result += fmt::format("[^{}]", kWord);
        else if (escape == 'b' && !inClass)
            result += fmt::format("(?:(?<=[{0}])(?![{0}])|(?<![{0}])(?=[{0}]))", kWord);
        else {
            result += {'\\', escape};
            const std::size_t close = pattern.find('}', i);
            if ((escape == 'p' || escape == 'P') && i + 1 < pattern.size() && pattern[i + 1] == '{' && close != std::string_view::npos &&
                std::find(kScripts.begin(), kScripts.end(), pattern.substr(i + 2, close - i - 2)) != kScripts.end()) {
                result += "{sc:";
                ++i;
            }
        }
    }
    return result;
}

std::string literalPattern(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)))
            result += c == '\0' ? "\\x{0}" : std::string{'\\', c};
        else
            result += c;
    }
    return result;
}

const PCRE2_UCHAR32* units(std::u32string_view text) {
    static_assert(sizeof(PCRE2_UCHAR32) == sizeof(char32_t));
    return reinterpret_cast<const PCRE2_UCHAR32*>(text.data());
}

} // namespace

struct Regex::Code {
    pcre2_code_32* code = nullptr;
    std::string complaint; ///< '...': '...'
    ~Code() { pcre2_code_free_32(code); }
};

struct Regex::Matches::State {
    pcre2_match_data_32* data = nullptr;
    pcre2_match_context_32* context = nullptr;
    pcre2_jit_stack_32* stack = nullptr;
    Clock::time_point start;
    std::size_t starts = 0; ///< starting places between two looks at the clock
    ~State() {
        pcre2_match_data_free_32(data);
        pcre2_match_context_free_32(context);
        pcre2_jit_stack_free_32(stack);
    }
};

Regex::Regex(std::string_view pattern, const JsonFields& where, std::string_view key) : m_code(std::make_unique<Code>()) {
    if (pattern.size() > kMaxPatternBytes)
        where.fail(key, fmt::format("is an expression of {} bytes; {} are allowed", pattern.size(), kMaxPatternBytes));
    const std::u32string translated = decodeUtf8(translate(pattern));
    int error = 0;
    PCRE2_SIZE at = 0;
    m_code->code = pcre2_compile_32(units(translated), translated.size(),
                                    PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT, &error, &at,
                                    nullptr);
    m_code->complaint = fmt::format("'{}': '{}'", where.source(), where.pathOf(key));
    if (!m_code->code) {
        PCRE2_UCHAR32 buffer[128];
        std::string message;
        for (int i = 0, n = pcre2_get_error_message_32(error, buffer, 128); i < n; ++i)
            appendUtf8(message, buffer[i]);
        where.fail(key, fmt::format("is not an expression that can be used: {} (in '{}')", message, pattern));
    }
    pcre2_jit_compile_32(m_code->code, PCRE2_JIT_COMPLETE); // without it matching is slower, no more
}

Regex Regex::fromJson(const JsonFields& fields, std::string_view key) {
    const Json& pattern = fields.at(key);
    if (pattern.is_string())
        return Regex(literalPattern(pattern.get_ref<const std::string&>()), fields, key);
    const JsonFields kinds = fields.object(key);
    if (kinds.has("String"))
        return Regex(literalPattern(kinds.string("String")), kinds, "String");
    return Regex(kinds.string("Regex"), kinds, "Regex");
}

Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Regex::Matches::Matches(const Regex& regex) : m_regex(regex), m_state(std::make_unique<State>()) {
    m_state->data = pcre2_match_data_create_from_pattern_32(regex.m_code->code, nullptr);
    m_state->context = pcre2_match_context_create_32(nullptr);
    if (!m_state->data || !m_state->context)
        throw Error(ErrorCode::OutOfMemory, "no memory for matching an expression");
    m_state->start = Clock::now();
}

Regex::Matches::~Matches() = default;

void Regex::Matches::start(std::u32string_view text) {
    m_text = text;
    m_from = 0;
    m_lastEnd = -1;
    const std::size_t limit = kMatchLimit + kMatchLimitPerCharacter * std::min<std::size_t>(text.size(), 100'000'000);
    m_state->starts = std::max<std::size_t>(1, kStepsAtOnce / limit);
    pcre2_set_match_limit_32(m_state->context, static_cast<std::uint32_t>(limit));
}

bool Regex::Matches::search(std::size_t from, TextSpan& match) {
    while (true) {
        pcre2_set_offset_limit_32(m_state->context, from + m_state->starts);
        const int found = pcre2_match_32(m_regex.m_code->code, units(m_text), m_text.size(), from, PCRE2_NO_UTF_CHECK, m_state->data,
                                         m_state->context);
        if (found > 0) {
            const PCRE2_SIZE* ends = pcre2_get_ovector_pointer_32(m_state->data);
            match = {static_cast<std::int32_t>(ends[0]), static_cast<std::int32_t>(std::max(ends[0], ends[1]))};
            return true;
        }
        if (found == PCRE2_ERROR_JIT_STACKLIMIT && !m_state->stack) {
            m_state->stack = pcre2_jit_stack_create_32(32u << 10, kJitStackBytes, nullptr);
            pcre2_jit_stack_assign_32(m_state->context, nullptr, m_state->stack);
            continue;
        }
        const std::size_t next = from + m_state->starts + 1;
        if (found == PCRE2_ERROR_NOMATCH && next > m_text.size())
            return false;
        if (found != PCRE2_ERROR_NOMATCH || Clock::now() - m_state->start > kTimeLimit) {
            throw Error(ErrorCode::InvalidInput, fmt::format("{} takes too long on a text of {} characters", m_regex.m_code->complaint,
                                                             m_text.size()));
        }
        from = next;
    }
}

std::optional<TextSpan> Regex::Matches::next() {
    TextSpan match;
    while (m_from <= m_text.size() && search(m_from, match)) {
        if (match.begin == match.end && match.end == m_lastEnd) {
            ++m_from;
            continue;
        }
        m_from = static_cast<std::size_t>(match.end);
        m_lastEnd = match.end;
        return match;
    }
    return std::nullopt;
}

} // namespace triptych
