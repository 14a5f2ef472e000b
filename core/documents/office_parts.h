#pragma once

#include "documents/xml_parser.h"
#include "documents/zip_container.h"

#include <map>
#include <string>

namespace triptych {

/// A relation from one part of an office document to another.
struct OfficeRelation {
    std::string type;   ///< last word of its address: "officeDocument", "worksheet"
    std::string target; ///< name of the part in the archive
};

/// By id; empty if `part` has none. "" stands for the document itself.
std::map<std::string, OfficeRelation> officeRelations(ZipContainer& zip, const std::string& part);
/// Name of the part that everything hangs on, by the document's relations. Throws Error{InvalidInput} if there is none.
std::string officeMainPart(ZipContainer& zip);
/// The title in its properties, empty if it has none.
std::string officeTitle(ZipContainer& zip);

void parsePart(ZipContainer& zip, const std::string& part, XmlHandler& handler);

} // namespace triptych
