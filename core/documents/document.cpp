#include "documents/document.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <algorithm>

namespace triptych {

std::int64_t codePointCount(std::string_view utf8) {
    return std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Json documentHeader(const ExtractedDocument& document) {
    Json headings = Json::array();
    for (const Heading& heading : document.headings)
        headings.push_back({{"begin", heading.begin}, {"level", heading.level}, {"title", heading.title}});
    return {{"title", document.title}, {"type", document.type}, {"headings", std::move(headings)}, {"page_begins", document.page_begins}, {"warnings", document.warnings}};
}

ExtractedDocument documentFromHeader(const Json& header, std::string text) {
    const auto refuse = [] { throw Error(ErrorCode::Protocol, "the document reader's answer is not what it promises"); };
    ExtractedDocument document;
    try {
        document.title = header.at("title").get<std::string>();
        document.type = header.at("type").get<std::string>();
        for (const Json& heading : header.at("headings"))
            document.headings.push_back({heading.at("begin").get<std::int64_t>(), heading.at("level").get<int>(), heading.at("title").get<std::string>()});
        document.page_begins = header.at("page_begins").get<std::vector<std::int64_t>>();
        document.warnings = header.at("warnings").get<std::vector<std::string>>();
    } catch (const Json::exception&) {
        refuse();
    }
    if (text.find('\0') != std::string::npos || invalidUtf8At(text) || trimmed(text).empty())
        refuse();
    const std::int64_t length = codePointCount(text);
    std::int64_t last = 0;
    for (const Heading& heading : document.headings) {
        if (heading.begin < last || heading.begin >= length || heading.level < 1)
            refuse();
        last = heading.begin;
    }
    last = 0;
    for (const std::int64_t begin : document.page_begins) {
        if (begin < last || begin > length)
            refuse();
        last = begin;
    }
    document.text = std::move(text);
    return document;
}

} // namespace triptych
