#pragma once

#include "text/json_fields.h"
#include "text/tokenizer.h"

#include <cstdint>
#include <vector>

namespace triptych {

/// Last stage of a tokenizer: where the special tokens go and which segment each token belongs to.
class PostProcessor {
public:
    /// Nothing is added; the second text of a pair has type 1.
    PostProcessor();
    /// From the object "post_processor" of tokenizer.json: TemplateProcessing, BertProcessing.
    /// Throws Error{Unsupported} naming another type, {InvalidInput} naming the key.
    explicit PostProcessor(const JsonFields& fields);

    Encoding process(const Encoding& text, bool addSpecialTokens) const;
    Encoding process(const Encoding& text, const Encoding& pair, bool addSpecialTokens) const;
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
    static std::vector<Step> readTemplate(const JsonFields& fields, const char* key, bool pair);
    static Encoding run(const std::vector<Step>& steps, const Encoding& text, const Encoding* pair, bool addSpecialTokens);

    std::vector<Step> m_single;
    std::vector<Step> m_pair;
    std::vector<std::int32_t> m_closing;
};

} // namespace triptych
