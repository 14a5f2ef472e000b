#pragma once

#include "text/aligned_text.h"
#include "text/json_fields.h"
#include "text/tokenizer.h"

#include <cstdint>
#include <vector>

namespace triptych {

/// Spaces that a token begins and ends with.
struct EdgeSpaces {
    std::int32_t leading = 0;
    std::int32_t trailing = 0;
};

/// Last stage of a tokenizer: where the special tokens go and which segment each token belongs to.
class PostProcessor {
public:
    /// Nothing is added; the second text of a pair has type 1.
    PostProcessor();
    /// From the object "post_processor" of tokenizer.json: TemplateProcessing, BertProcessing,
    /// RobertaProcessing, ByteLevel, Sequence of them.
    /// Throws Error{Unsupported} naming another type, {InvalidInput} naming the key.
    explicit PostProcessor(const JsonFields& fields);

    Encoding process(const Encoding& text, bool addSpecialTokens) const;
    Encoding process(const Encoding& text, const Encoding& pair, bool addSpecialTokens) const;
    /// Whether offsets leave out the spaces that tokens begin and end with.
    bool trimsOffsets() const { return m_trims; }
    TextSpan trimmed(TextSpan origin, EdgeSpaces edges, bool first) const;
    /// Ids that end an encoding of one text.
    const std::vector<std::int32_t>& closing() const { return m_closing; }
    /// Largest id that is ever added, -1 for none.
    std::int32_t largestId() const;

private:
    enum class What { SpecialTokens, First, Second };
    struct Step {
        What what = What::First;
        std::vector<std::int32_t> ids;
        std::int32_t type_id = 0;
    };
    void read(const JsonFields& fields);
    static std::vector<Step> readTemplate(const JsonFields& fields, const char* key, bool pair);
    static Encoding run(const std::vector<Step>& steps, const Encoding& text, const Encoding* pair, bool addSpecialTokens);

    std::vector<Step> m_single;
    std::vector<Step> m_pair;
    std::vector<std::int32_t> m_closing;
    bool m_hasSteps = false; ///< some part has set m_single and m_pair
    bool m_trims = false;
    bool m_keepsPrefixSpace = false; ///< a first space is an inserted one
};

} // namespace triptych
