#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace triptych {

/// Attributes and elements go by their local names; office formats use one name for one thing.
using XmlAttributes = std::map<std::string, std::string, std::less<>>;

class XmlHandler {
public:
    virtual ~XmlHandler() = default;
    virtual void start(std::string_view name, const XmlAttributes& attributes) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view utf8) = 0;
};

/// XML as events, fed piece by piece, so that nothing of it is kept. Document types and entities of a document's own are
/// refused (an entity that means ten others, ten levels deep, is a bomb), as are more than 256 levels.
class XmlParser {
public:
    /// `source` names the text in messages: "word/document.xml".
    XmlParser(XmlHandler& handler, std::string source);
    ~XmlParser();
    /// Both throw Error{InvalidInput} naming source and line, and what the handler throws.
    void feed(std::string_view bytes);
    void finish();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
