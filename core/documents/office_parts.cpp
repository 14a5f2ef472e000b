#include "documents/office_parts.h"

#include "base/error.h"

#include <filesystem>

namespace triptych {

namespace fs = std::filesystem;

namespace {

std::string valueOf(const XmlAttributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string() : found->second;
}

class RelationsHandler : public XmlHandler {
public:
    explicit RelationsHandler(fs::path folder) : m_folder(std::move(folder)) {}
    void start(std::string_view name, const XmlAttributes& attributes) override {
        if (name != "Relationship" || valueOf(attributes, "TargetMode") == "External")
            return;
        const std::string type = valueOf(attributes, "Type"), target = valueOf(attributes, "Target");
        const fs::path part = target.starts_with('/') ? fs::path(target.substr(1)) : (m_folder / target).lexically_normal();
        found[valueOf(attributes, "Id")] = {type.substr(type.rfind('/') + 1), part.generic_string()};
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}
    std::map<std::string, OfficeRelation> found;

private:
    fs::path m_folder;
};

class TitleHandler : public XmlHandler {
public:
    void start(std::string_view name, const XmlAttributes&) override { m_inside = name == "title"; }
    void end(std::string_view) override { m_inside = false; }
    void text(std::string_view utf8) override {
        if (m_inside && title.size() < 1000)
            title += utf8;
    }
    std::string title;

private:
    bool m_inside = false;
};

} // namespace

void parsePart(ZipContainer& zip, const std::string& part, XmlHandler& handler) {
    XmlParser parser(handler, part);
    zip.read(part, [&](std::string_view piece) { parser.feed(piece); });
    parser.finish();
}

std::map<std::string, OfficeRelation> officeRelations(ZipContainer& zip, const std::string& part) {
    const fs::path path(part);
    const std::string name = (path.parent_path() / "_rels" / (path.filename().string() + ".rels")).generic_string();
    RelationsHandler handler(path.parent_path());
    if (zip.has(name))
        parsePart(zip, name, handler);
    return std::move(handler.found);
}

std::string officeMainPart(ZipContainer& zip) {
    for (const auto& [id, relation] : officeRelations(zip, "")) {
        if (relation.type == "officeDocument")
            return relation.target;
    }
    throw Error(ErrorCode::InvalidInput, "its archive says of no part that it is the document", "Check that the file is what its ending says.");
}

std::string officeTitle(ZipContainer& zip) {
    TitleHandler handler;
    if (zip.has("docProps/core.xml"))
        parsePart(zip, "docProps/core.xml", handler);
    return std::move(handler.title);
}

} // namespace triptych
