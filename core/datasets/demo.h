#pragma once

#include "base/progress.h"

#include <filesystem>
#include <string_view>

namespace triptych {

class Workspace;

/// Name of the demo's data set: messages to a support desk, English and Chinese, with descriptions of the labels.
inline constexpr std::string_view kDemoDataset = "support-desk";

/// Imports the demo's labelled messages (resources/demo) into a workspace: 65 % train, 10 % dev, 25 % test, seed 13.
/// Throws Error{AlreadyExists} if the data set is there, {NotFound} without the resources.
void importDemo(Workspace& workspace, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
