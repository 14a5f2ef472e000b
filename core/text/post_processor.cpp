#include "text/post_processor.h"

#include "base/error.h"
#include "text/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

/// ["[SEP]", 102]
std::int32_t idOfPair(const JsonFields& fields, const char* key) {
    const Json& value = fields.at(key);
    if (!value.is_array() || value.size() != 2 || !value[1].is_number_unsigned() || value[1].get<std::uint64_t>() > kMaxTokenId)
        fields.fail(key, "must be a token and its id");
    return value[1].get<std::int32_t>();
}

} // namespace

PostProcessor::PostProcessor()
    : m_single{{What::First, {}, 0}}, m_pair{{What::First, {}, 0}, {What::Second, {}, 1}} {}

PostProcessor::PostProcessor(const JsonFields& fields) : PostProcessor() {
    read(fields);
    for (const Step& step : m_single) {
        if (step.what == What::First)
            m_closing.clear();
        else
            m_closing.insert(m_closing.end(), step.ids.begin(), step.ids.end());
    }
}

void PostProcessor::read(const JsonFields& fields) {
    const std::string type = fields.string("type");
    if (type == "Sequence") {
        for (const JsonFields& part : fields.objects("processors"))
            read(part);
        return;
    }
    if (type == "ByteLevel" || type == "RobertaProcessing") {
        m_trims = fields.boolean("trim_offsets", true);
        m_keepsPrefixSpace = fields.boolean("add_prefix_space", true);
    }
    if (type == "ByteLevel")
        return;
    if (m_hasSteps) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is a second post-processor that adds special tokens; this version takes one",
                                                        fields.source(), fields.pathOf("type")));
    }
    m_hasSteps = true;
    if (type == "TemplateProcessing") {
        m_single = readTemplate(fields, "single", false);
        m_pair = readTemplate(fields, "pair", true);
    } else if (type == "BertProcessing") {
        const std::int32_t sep = idOfPair(fields, "sep");
        const std::int32_t cls = idOfPair(fields, "cls");
        m_single = {{What::SpecialTokens, {cls}, 0}, {What::First, {}, 0}, {What::SpecialTokens, {sep}, 0}};
        m_pair = m_single;
        m_pair.push_back({What::Second, {}, 1});
        m_pair.push_back({What::SpecialTokens, {sep}, 1});
    } else if (type == "RobertaProcessing") {
        const std::int32_t sep = idOfPair(fields, "sep");
        const std::int32_t cls = idOfPair(fields, "cls");
        m_single = {{What::SpecialTokens, {cls}, 0}, {What::First, {}, 0}, {What::SpecialTokens, {sep}, 0}};
        m_pair = m_single;
        m_pair.push_back({What::SpecialTokens, {sep}, 0});
        m_pair.push_back({What::Second, {}, 0});
        m_pair.push_back({What::SpecialTokens, {sep}, 0});
    } else {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}': '{}' is '{}', a post-processor that this version does not have",
                                                        fields.source(), fields.pathOf("type"), type));
    }
}

TextSpan PostProcessor::trimmed(TextSpan origin, EdgeSpaces edges, bool first) const {
    const bool inserted = m_keepsPrefixSpace && edges.leading == 1 && (first || origin.begin == 0);
    if (!inserted)
        origin.begin = std::min(origin.begin + edges.leading, origin.end);
    if (origin.end >= edges.trailing)
        origin.end = std::max(origin.end - edges.trailing, origin.begin);
    return origin;
}

std::vector<PostProcessor::Step> PostProcessor::readTemplate(const JsonFields& fields, const char* key, bool pair) {
    std::vector<Step> steps;
    const JsonFields known = fields.object("special_tokens");
    int firsts = 0, seconds = 0;
    for (const JsonFields& entry : fields.objects(key)) {
        Step step;
        if (entry.has("Sequence")) {
            const JsonFields sequence = entry.object("Sequence");
            const std::string id = sequence.string("id");
            if (id != "A" && !(pair && id == "B"))
                sequence.fail("id", fmt::format("is '{}', which is not a text of this template", id));
            step.what = id == "A" ? What::First : What::Second;
            ++(id == "A" ? firsts : seconds);
            step.type_id = static_cast<std::int32_t>(sequence.integer("type_id", 0, 1000, 0));
        } else {
            const JsonFields token = entry.object("SpecialToken");
            step.what = What::SpecialTokens;
            step.type_id = static_cast<std::int32_t>(token.integer("type_id", 0, 1000, 0));
            const JsonFields definition = known.object(token.string("id"));
            const Json& ids = definition.at("ids");
            if (!ids.is_array() || ids.empty())
                definition.fail("ids", "must be an array of ids");
            for (const Json& id : ids) {
                if (!id.is_number_unsigned() || id.get<std::uint64_t>() > kMaxTokenId)
                    definition.fail("ids", fmt::format("has {}, which is not a token id", id.dump(-1, ' ', true)));
                step.ids.push_back(id.get<std::int32_t>());
            }
        }
        steps.push_back(std::move(step));
    }
    if (firsts != 1 || seconds != (pair ? 1 : 0))
        fields.fail(key, "must name each text once");
    return steps;
}

std::int32_t PostProcessor::largestId() const {
    std::int32_t largest = -1;
    for (const auto* steps : {&m_single, &m_pair}) {
        for (const Step& step : *steps) {
            for (const std::int32_t id : step.ids)
                largest = std::max(largest, id);
        }
    }
    return largest;
}

Encoding PostProcessor::run(const std::vector<Step>& steps, const Encoding& text, const Encoding* pair, bool addSpecialTokens) {
    Encoding result;
    for (const Step& step : steps) {
        if (step.what == What::SpecialTokens) {
            if (!addSpecialTokens)
                continue;
            result.ids.insert(result.ids.end(), step.ids.begin(), step.ids.end());
            result.offsets.insert(result.offsets.end(), step.ids.size(), {0, 0});
        } else {
            const Encoding& part = step.what == What::First ? text : *pair;
            result.ids.insert(result.ids.end(), part.ids.begin(), part.ids.end());
            result.offsets.insert(result.offsets.end(), part.offsets.begin(), part.offsets.end());
        }
        result.type_ids.resize(result.ids.size(), step.type_id);
    }
    return result;
}

Encoding PostProcessor::process(const Encoding& text, bool addSpecialTokens) const {
    return run(m_single, text, nullptr, addSpecialTokens);
}

Encoding PostProcessor::process(const Encoding& text, const Encoding& pair, bool addSpecialTokens) const {
    return run(m_pair, text, &pair, addSpecialTokens);
}

} // namespace triptych
