#pragma once

#include "pages/common/outlook.h"

class QWidget;

namespace triptych::ui {

/// A reason, flip or evidence as a sentence of the language in force, out of the decision tree's own texts.
QString reasonText(const Reason& reason);
QString evidenceText(const Json& evidence);

/// The report of a decision as Markdown, in the language in force.
std::string reportText(const Outlook& outlook);
/// Asks for a file and writes the report there. Throws Error{Io}. Empty if the person changed their mind.
QString saveReport(QWidget* parent, const Outlook& outlook);

} // namespace triptych::ui
