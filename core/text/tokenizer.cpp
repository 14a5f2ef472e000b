#include "text/tokenizer.h"

#include "base/error.h"
#include "base/files.h"
#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/post_processor.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer_json.h"
#include "text/unicode.h"
#include "text/wordpiece.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace triptych {

namespace {

constexpr std::uintmax_t kMaxTokenizerBytes = 256u << 20;

std::unique_ptr<TokenModel> makeModel(const JsonFields& fields) {
    // Files written before the key existed hold WordPiece if their prefix says so.
    const std::string type = fields.string("type", fields.has("continuing_subword_prefix") ? "WordPiece" : "unknown");
    if (type == "WordPiece")
        return std::make_unique<WordPiece>(fields);
    throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}'; this version has WordPiece", fields.source(),
                                                    fields.pathOf("type"), type));
}

class StagedTokenizer final : public Tokenizer {
public:
    explicit StagedTokenizer(const JsonFields& fields) : m_model(makeModel(fields.object("model"))) {
        if (fields.has("normalizer"))
            m_normalizer = makeNormalizer(fields.object("normalizer"));
        if (fields.has("pre_tokenizer"))
            m_preTokenizer = makePreTokenizer(fields.object("pre_tokenizer"));
        if (fields.has("post_processor"))
            m_postProcessor = PostProcessor(fields.object("post_processor"));
        if (fields.has("added_tokens"))
            m_added = AddedTokens(fields.objects("added_tokens"), *m_model, m_normalizer.get());
        m_size = m_model->vocabularySize();
        for (const AddedToken& token : m_added.tokens())
            m_size = std::max(m_size, token.id + 1);
        if (m_postProcessor.largestId() >= m_size) {
            fields.fail("post_processor", fmt::format("adds the token id {}, but the vocabulary ends at {}", m_postProcessor.largestId(),
                                                      m_size - 1));
        }
    }

    Encoding encode(std::string_view text, bool addSpecialTokens) const override {
        return m_postProcessor.process(encodePlain(text), addSpecialTokens);
    }
    Encoding encodePair(std::string_view text, std::string_view pair, bool addSpecialTokens) const override {
        return m_postProcessor.process(encodePlain(text), encodePlain(pair), addSpecialTokens);
    }

    void truncate(Encoding& encoding, int maxLength) const override {
        if (maxLength < 1)
            throw Error(ErrorCode::InvalidArgument, fmt::format("cannot cut a text to {} tokens", maxLength));
        const auto length = static_cast<std::size_t>(maxLength);
        if (encoding.ids.size() <= length)
            return;
        const std::vector<std::int32_t>& closing = m_postProcessor.closing();
        const bool closes = closing.size() < length &&
                            std::equal(closing.rbegin(), closing.rend(), encoding.ids.rbegin()) &&
                            std::all_of(encoding.offsets.end() - static_cast<std::ptrdiff_t>(closing.size()), encoding.offsets.end(),
                                        [](const auto& offset) { return offset == std::pair<std::int32_t, std::int32_t>(0, 0); });
        const std::size_t kept = closes ? closing.size() : 0;
        const auto cut = [&](auto& values) {
            values.erase(values.begin() + static_cast<std::ptrdiff_t>(length - kept), values.end() - static_cast<std::ptrdiff_t>(kept));
        };
        cut(encoding.ids);
        cut(encoding.offsets);
        cut(encoding.type_ids);
    }

    int vocabularySize() const override { return m_size; }
    std::optional<std::int32_t> tokenId(std::string_view token) const override {
        if (const auto id = m_model->tokenId(token))
            return id;
        for (const AddedToken& added : m_added.tokens()) {
            if (added.content == token)
                return added.id;
        }
        return std::nullopt;
    }
    std::string_view token(std::int32_t id) const override {
        const std::string_view known = m_model->token(id);
        if (!known.empty())
            return known;
        for (const AddedToken& added : m_added.tokens()) {
            if (added.id == id)
                return added.content;
        }
        return {};
    }

private:
    Encoding encodePlain(std::string_view bytes) const {
        if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
            throw Error(ErrorCode::InvalidInput, fmt::format("a text of {} bytes is too long for a tokenizer", bytes.size()));
        const AlignedText text = AlignedText::of(decodeUtf8(bytes));
        Encoding encoding;
        if (m_added.empty(false)) {
            encodeNormalized(text, encoding);
        } else {
            for (const TextPart& part : m_added.split(text.chars, false)) {
                if (part.id)
                    append(encoding, *part.id, text.originOf(part.begin, part.end));
                else
                    encodeNormalized(text.part(part.begin, part.end), encoding);
            }
        }
        encoding.type_ids.assign(encoding.ids.size(), 0);
        return encoding;
    }

    void encodeNormalized(AlignedText text, Encoding& encoding) const {
        if (m_normalizer)
            m_normalizer->apply(text);
        if (m_added.empty(true)) {
            encodeWords(text, {0, static_cast<std::int32_t>(text.chars.size())}, encoding);
            return;
        }
        for (const TextPart& part : m_added.split(text.chars, true)) {
            if (part.id)
                append(encoding, *part.id, text.originOf(part.begin, part.end));
            else
                encodeWords(text, {static_cast<std::int32_t>(part.begin), static_cast<std::int32_t>(part.end)}, encoding);
        }
    }

    void encodeWords(const AlignedText& text, TextSpan range, Encoding& encoding) const {
        if (range.begin == range.end)
            return;
        std::vector<TextSpan> words{range};
        if (m_preTokenizer)
            m_preTokenizer->split(text, words);
        std::vector<TokenPiece> pieces;
        for (const TextSpan& word : words) {
            const auto begin = static_cast<std::size_t>(word.begin);
            pieces.clear();
            m_model->tokenize(std::u32string_view(text.chars).substr(begin, static_cast<std::size_t>(word.end - word.begin)), pieces);
            for (const TokenPiece& piece : pieces) {
                append(encoding, piece.id,
                       text.originOf(begin + static_cast<std::size_t>(piece.range.begin), begin + static_cast<std::size_t>(piece.range.end)));
            }
        }
    }

    static void append(Encoding& encoding, std::int32_t id, TextSpan origin) {
        encoding.ids.push_back(id);
        encoding.offsets.emplace_back(origin.begin, origin.end);
    }

    std::unique_ptr<TokenModel> m_model;
    std::unique_ptr<Normalizer> m_normalizer;
    std::unique_ptr<PreTokenizer> m_preTokenizer;
    PostProcessor m_postProcessor;
    AddedTokens m_added;
    std::int32_t m_size = 0;
};

} // namespace

std::unique_ptr<Tokenizer> Tokenizer::open(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "tokenizer.json";
    const bool whole = std::filesystem::exists(path);
    const Json json = whole ? parseTokenizerJson(readFile(path, kMaxTokenizerBytes), path.string()) : tokenizerJsonFromVocabulary(folder);
    return std::make_unique<StagedTokenizer>(JsonFields(json, whole ? path.string() : (folder / "vocab.txt").string()));
}

} // namespace triptych
