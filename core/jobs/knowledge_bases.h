#pragma once

#include "knowledge/edit.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Workspace;

/// The knowledge bases of a workspace, knowledge/<name>/, by name.
std::vector<std::string> knowledgeBaseNames(const Workspace& workspace);

/// knowledge/<name> of a base that is there. Throws Error{InvalidArgument} for what is no name, {NotFound} naming those there are.
std::filesystem::path findKnowledgeBase(const Workspace& workspace, std::string_view name);

} // namespace triptych
