#include "text/decoder.h"

#include "base/error.h"
#include "text/byte_level.h"
#include "text/regex.h"
#include "text/rewriting_pre_tokenizers.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace triptych {

namespace {

/// A few replacements one after another could otherwise multiply a text without end.
constexpr std::size_t kMostBytes = 256'000'000;

void replaceAll(std::string& text, std::string_view what, std::string_view with) {
    if (what.empty())
        return;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

/// Spaces that the pre-tokenizer of BERT made before punctuation and English endings.
void cleanUp(std::string& text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kRules = {{{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","},
        {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}}};
    for (const auto& [what, with] : kRules)
        replaceAll(text, what, with);
}

std::string joined(const std::vector<std::string>& tokens) {
    std::string text;
    for (const std::string& token : tokens)
        text += token;
    return text;
}

class ByteLevelDecoder final : public TokenDecoder {
public:
    void apply(std::vector<std::string>& tokens) const override {
        std::string bytes;
        for (const std::string& token : tokens)
            bytes += bytesOfToken(token);
        tokens = {encodeUtf8(decodeUtf8(bytes))};
    }
};

class WordPieceDecoder final : public TokenDecoder {
public:
    explicit WordPieceDecoder(const JsonFields& fields) : m_prefix(fields.string("prefix", "##")), m_cleanUp(fields.boolean("cleanup", true)) {}
    void apply(std::vector<std::string>& tokens) const override {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (i > 0 && tokens[i].starts_with(m_prefix))
                tokens[i].erase(0, m_prefix.size());
            else if (i > 0)
                tokens[i].insert(0, 1, ' ');
            if (m_cleanUp)
                cleanUp(tokens[i]);
        }
    }

private:
    std::string m_prefix;
    bool m_cleanUp;
};

class MetaspaceDecoder final : public TokenDecoder {
public:
    explicit MetaspaceDecoder(const JsonFields& fields)
        : m_replacement(encodeUtf8(std::u32string(1, fields.character("replacement", kMetaspace)))), m_scheme(readPrependScheme(fields)) {}
    void apply(std::vector<std::string>& tokens) const override {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            replaceAll(tokens[i], m_replacement, i == 0 && m_scheme != PrependScheme::Never ? "" : " ");
    }

private:
    std::string m_replacement;
    PrependScheme m_scheme;
};

class BpeDecoder final : public TokenDecoder {
public:
    explicit BpeDecoder(const JsonFields& fields) : m_suffix(fields.string("suffix", "</w>")) {}
    void apply(std::vector<std::string>& tokens) const override {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            replaceAll(tokens[i], m_suffix, i + 1 == tokens.size() ? "" : " ");
    }

private:
    std::string m_suffix;
};

/// <0xE4><0xBD><0xA0> becomes a character; bytes that are none become U+FFFD, one for each byte of the run.
class ByteFallbackDecoder final : public TokenDecoder {
public:
    void apply(std::vector<std::string>& tokens) const override {
        std::vector<std::string> result;
        std::string bytes;
        const auto flush = [&] {
            if (isUtf8(bytes)) {
                if (!bytes.empty())
                    result.push_back(bytes);
            } else {
                result.insert(result.end(), bytes.size(), "\xef\xbf\xbd");
            }
            bytes.clear();
        };
        for (std::string& token : tokens) {
            const int byte = byteOf(token);
            if (byte >= 0) {
                bytes += static_cast<char>(byte);
            } else {
                flush();
                result.push_back(std::move(token));
            }
        }
        flush();
        tokens = std::move(result);
    }

private:
    static int byteOf(std::string_view token) {
        const auto digit = [&](std::size_t at) {
            const char c = token[at];
            return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        };
        if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>' || digit(3) < 0 || digit(4) < 0)
            return -1;
        return digit(3) * 16 + digit(4);
    }
};

class FuseDecoder final : public TokenDecoder {
public:
    void apply(std::vector<std::string>& tokens) const override { tokens = {joined(tokens)}; }
};

class ReplaceDecoder final : public TokenDecoder {
public:
    explicit ReplaceDecoder(const JsonFields& fields)
        : m_regex(Regex::fromJson(fields, "pattern")), m_content(fields.string("content")), m_source(fields.source()) {}
    void apply(std::vector<std::string>& tokens) const override {
        Regex::Matches matches(m_regex);
        for (std::string& token : tokens) {
            const std::u32string text = decodeUtf8(token);
            std::string result;
            std::size_t done = 0;
            matches.start(text);
            while (const auto match = matches.next()) {
                if (result.size() + m_content.size() > kMostBytes)
                    throw Error(ErrorCode::InvalidInput, fmt::format("'{}': its decoder blows a text up to more than {} bytes", m_source, kMostBytes));
                result += encodeUtf8(std::u32string_view(text).substr(done, static_cast<std::size_t>(match->begin) - done)) + m_content;
                done = static_cast<std::size_t>(match->end);
            }
            token = result + encodeUtf8(std::u32string_view(text).substr(done));
        }
    }

private:
    Regex m_regex;
    std::string m_content;
    std::string m_source;
};

class StripDecoder final : public TokenDecoder {
public:
    explicit StripDecoder(const JsonFields& fields)
        : m_content(fields.character("content")), m_start(static_cast<std::size_t>(fields.integer("start", 0, 1'000'000))),
          m_stop(static_cast<std::size_t>(fields.integer("stop", 0, 1'000'000))) {}
    void apply(std::vector<std::string>& tokens) const override {
        for (std::string& token : tokens) {
            const std::u32string text = decodeUtf8(token);
            std::size_t begin = 0;
            std::size_t end = text.size();
            while (begin < std::min(m_start, text.size()) && text[begin] == m_content)
                ++begin;
            while (end > begin && text.size() - end < m_stop && text[end - 1] == m_content)
                --end;
            token = encodeUtf8(std::u32string_view(text).substr(begin, end - begin));
        }
    }

private:
    char32_t m_content;
    std::size_t m_start;
    std::size_t m_stop;
};

/// Connectionist temporal classification: equal neighbours are one, the padding token is nothing.
class CtcDecoder final : public TokenDecoder {
public:
    explicit CtcDecoder(const JsonFields& fields)
        : m_padding(fields.string("pad_token", "<pad>")), m_delimiter(fields.string("word_delimiter_token", "|")),
          m_cleanUp(fields.boolean("cleanup", true)) {}
    void apply(std::vector<std::string>& tokens) const override {
        tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
        for (std::string& token : tokens) {
            replaceAll(token, m_padding, "");
            if (m_cleanUp) {
                cleanUp(token);
                replaceAll(token, m_delimiter, " ");
            }
        }
        std::erase(tokens, std::string());
    }

private:
    std::string m_padding;
    std::string m_delimiter;
    bool m_cleanUp;
};

class DecoderSequence final : public TokenDecoder {
public:
    explicit DecoderSequence(const JsonFields& fields) {
        for (const JsonFields& part : fields.objects("decoders"))
            m_parts.push_back(makeDecoder(part));
    }
    void apply(std::vector<std::string>& tokens) const override {
        for (const auto& part : m_parts)
            part->apply(tokens);
    }

private:
    std::vector<std::unique_ptr<TokenDecoder>> m_parts;
};

} // namespace

std::unique_ptr<TokenDecoder> makeDecoder(const JsonFields& fields) {
    const std::string type = fields.string("type");
    if (type == "ByteLevel")
        return std::make_unique<ByteLevelDecoder>();
    if (type == "WordPiece")
        return std::make_unique<WordPieceDecoder>(fields);
    if (type == "Metaspace")
        return std::make_unique<MetaspaceDecoder>(fields);
    if (type == "BPEDecoder")
        return std::make_unique<BpeDecoder>(fields);
    if (type == "ByteFallback")
        return std::make_unique<ByteFallbackDecoder>();
    if (type == "Fuse")
        return std::make_unique<FuseDecoder>();
    if (type == "Replace")
        return std::make_unique<ReplaceDecoder>(fields);
    if (type == "Strip")
        return std::make_unique<StripDecoder>(fields);
    if (type == "CTC")
        return std::make_unique<CtcDecoder>(fields);
    if (type == "Sequence")
        return std::make_unique<DecoderSequence>(fields);
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}', a decoder that this version does not have", fields.source(),
                                                    fields.pathOf("type"), type));
}

} // namespace triptych
