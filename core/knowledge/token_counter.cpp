#include "knowledge/token_counter.h"

#include "base/progress.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

#include <algorithm>

namespace triptych {

namespace {

constexpr std::size_t kPiece = 16'384;
constexpr std::int32_t kLongToken = 64;
constexpr std::int32_t kLettersAToken = 4;
constexpr std::int32_t kMaxWord = 16;

/// Where the piece that begins there ends: behind a line, else behind a blank, else anywhere.
std::size_t pieceEnd(std::u32string_view text, std::size_t begin) {
    const std::size_t end = std::min(begin + kPiece, text.size());
    if (end == text.size())
        return end;
    const std::size_t half = begin + kPiece / 2;
    for (std::size_t i = end; i > half; --i) {
        if (text[i - 1] == U'\n')
            return i;
    }
    for (std::size_t i = end; i > half; --i) {
        if (isWhiteSpace(text[i - 1]))
            return i;
    }
    return end;
}

/// All of [begin, end) that is no white space, at so many letters a token.
void addBegins(std::u32string_view text, std::int32_t begin, std::int32_t end, std::vector<std::int32_t>& begins) {
    for (std::int32_t i = begin, since = kLettersAToken; i < end; ++i) {
        if (isWhiteSpace(text[static_cast<std::size_t>(i)]))
            continue;
        if (since >= kLettersAToken) {
            begins.push_back(i);
            since = 0;
        }
        ++since;
    }
}

} // namespace

std::vector<TokenRange> ModelTokenCounter::tokens(std::string_view utf8) const {
    std::vector<TokenRange> tokens;
    for (const auto& [begin, end] : m_tokenizer.encode(utf8, false).offsets)
        tokens.push_back({begin, end});
    return tokens;
}

std::vector<TokenRange> WordCounter::tokens(std::string_view utf8) const {
    const std::u32string text = decodeUtf8(utf8);
    std::vector<TokenRange> tokens;
    bool inWord = false;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(text.size()); ++i) {
        const char32_t c = text[static_cast<std::size_t>(i)];
        constexpr char32_t kEastAsian = 0x2E80; // from here on scripts are written without blanks
        const bool isLetter = isWordCharacter(c) && (c < kEastAsian || isCombiningMark(c));
        if (isLetter && inWord && i - tokens.back().begin < kMaxWord)
            tokens.back().end = i + 1;
        else if (!isWhiteSpace(c))
            tokens.push_back({i, i + 1});
        inWord = isLetter;
    }
    return tokens;
}

std::vector<std::int32_t> tokenBegins(std::u32string_view text, const TokenCounter& counter, const std::stop_token& stop) {
    std::vector<std::int32_t> begins;
    std::int32_t done = 0; // all before has its tokens
    for (std::size_t at = 0; at < text.size();) {
        throwIfStopped(stop);
        const std::size_t end = pieceEnd(text, at);
        const auto shift = static_cast<std::int32_t>(at);
        for (TokenRange token : counter.tokens(encodeUtf8(text.substr(at, end - at)))) {
            token.begin += shift;
            token.end = std::min(token.end + shift, static_cast<std::int32_t>(end));
            // A normaliser may have moved characters; what counts is that the order is that of the text.
            if (token.begin > done)
                addBegins(text, done, token.begin, begins);
            while (token.begin + 1 < token.end && isWhiteSpace(text[static_cast<std::size_t>(token.begin)]))
                ++token.begin;
            if (token.end - token.begin > kLongToken)
                addBegins(text, token.begin, token.end, begins);
            else
                begins.push_back(std::max(token.begin, begins.empty() ? 0 : begins.back()));
            done = std::max(done, token.end);
        }
        addBegins(text, done, static_cast<std::int32_t>(end), begins);
        done = static_cast<std::int32_t>(end);
        at = end;
    }
    return begins;
}

} // namespace triptych
