#include "documents/text_builder.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <utility>

namespace triptych {

namespace {

constexpr std::size_t kMostWarnings = 20;
constexpr std::size_t kMaxTitleBytes = 500;

/// On one line, cut at a character where it is endless.
std::string shortened(std::string_view title) {
    std::string text;
    for (const char c : title) {
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            text += c;
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }
    if (text.size() > kMaxTitleBytes) {
        std::size_t end = kMaxTitleBytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            --end;
        text.resize(end);
    }
    return withValidUtf8(trimmed(text));
}

} // namespace

void TextBuilder::append(std::string_view utf8) {
    if (m_document.text.size() + utf8.size() > m_maxBytes) {
        throw Error(ErrorCode::InvalidInput, fmt::format("the document holds more than {} MB of text", m_maxBytes >> 20),
                    "Split it into several files.");
    }
    m_document.text.append(utf8);
    m_codePoints += codePointCount(utf8);
}

void TextBuilder::beginText() {
    static constexpr std::string_view kLineEnds = "\n\n";
    if (m_lineEnds > 0) {
        if (!isBlank())
            append(kLineEnds.substr(0, static_cast<std::size_t>(m_lineEnds)));
        m_lineEnds = 0;
    }
    if (m_headingLevel > 0 && m_headingBegin < 0) {
        m_headingBegin = m_codePoints;
        m_headingByte = m_document.text.size();
    }
    if (!m_prefix.empty())
        append(std::exchange(m_prefix, {}));
    if (!m_separator.empty()) {
        append(std::exchange(m_separator, {}));
        m_blank = false;
    }
    if (std::exchange(m_blank, false) && !isBlank() && m_document.text.back() != ' ' && m_document.text.back() != '\n')
        append(" ");
}

void TextBuilder::text(std::string_view utf8) {
    if (invalidUtf8At(utf8))
        return text(withValidUtf8(utf8));
    const auto length = static_cast<std::int32_t>(utf8.size());
    std::int32_t begin = 0;
    const auto flush = [&](std::int32_t end) {
        if (end > begin) {
            beginText();
            append(utf8.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
        }
    };
    for (std::int32_t at = 0; at < length;) {
        const std::int32_t before = at;
        UChar32 c = 0;
        U8_NEXT(utf8.data(), at, length, c);
        const bool blank = u_isUWhiteSpace(c) || c < 0x20 || c == 0x7F || c == 0xFEFF;
        if (!blank && c != 0xAD && c != 0x200B)
            continue;
        flush(before);
        begin = at;
        m_blank = m_blank || blank;
    }
    flush(length);
}

void TextBuilder::verbatim(std::string_view utf8) {
    if (invalidUtf8At(utf8))
        return verbatim(withValidUtf8(utf8));
    if (utf8.empty())
        return;
    m_blank = false;
    beginText();
    for (std::size_t nul = utf8.find('\0'); nul != std::string_view::npos; nul = utf8.find('\0')) {
        append(utf8.substr(0, nul));
        utf8.remove_prefix(nul + 1);
    }
    append(utf8);
}

void TextBuilder::separator(std::string_view text) {
    if (m_lineEnds == 0 && !isBlank())
        m_separator += text;
    m_blank = false;
}

void TextBuilder::beginHeading(int level) {
    endHeading();
    paragraph();
    m_headingLevel = level;
    m_headingBegin = -1;
}

void TextBuilder::endHeading() {
    if (m_headingLevel > 0 && m_headingBegin >= 0)
        m_document.headings.push_back({m_headingBegin, m_headingLevel, shortened(std::string_view(m_document.text).substr(m_headingByte))});
    if (m_headingLevel > 0)
        paragraph();
    m_headingLevel = 0;
}

void TextBuilder::page() {
    paragraph();
    m_document.page_begins.push_back(place());
}

void TextBuilder::warn(std::string message) {
    if (m_document.warnings.size() < kMostWarnings)
        m_document.warnings.push_back(std::move(message));
    else
        ++m_silentWarnings;
}

ExtractedDocument TextBuilder::finish() {
    endHeading();
    std::string& text = m_document.text;
    const std::string_view kept = trimmed(text);
    text.resize(kept.empty() ? 0 : static_cast<std::size_t>(kept.data() - text.data()) + kept.size());
    const std::int64_t length = codePointCount(text);
    for (std::int64_t& begin : m_document.page_begins)
        begin = std::min(begin, length);
    if (m_silentWarnings > 0)
        m_document.warnings.push_back(fmt::format("{} further warnings", m_silentWarnings));
    m_document.title = shortened(m_document.title);
    return std::move(m_document);
}

} // namespace triptych
