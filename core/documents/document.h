#pragma once

#include "base/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace triptych {

struct Heading {
    std::int64_t begin = 0; ///< code point of the text where its line begins
    int level = 1;          ///< from 1, the outermost
    std::string title;
};

/// What a reader makes of a file: text for people, whatever the file's own form.
struct ExtractedDocument {
    std::string text;  ///< valid UTF-8, lines ended by \n, no NUL; never blank
    std::string title; ///< as the document says; empty if it does not
    std::string type;  ///< "pdf", "html", "text", for source code its language: "python"
    std::vector<Heading> headings;        ///< in order
    std::vector<std::int64_t> page_begins; ///< code point where each page begins, empty for what has no pages
    std::vector<std::string> warnings;    ///< what was left out and why
};

/// All but the text, and back with it. The second trusts nothing: throws Error{Protocol} if a field is missing or a place
/// lies outside the text, or if the text is not what ExtractedDocument promises.
Json documentHeader(const ExtractedDocument& document);
ExtractedDocument documentFromHeader(const Json& header, std::string text);

/// Of valid UTF-8.
std::int64_t codePointCount(std::string_view utf8);

} // namespace triptych
