#pragma once

#include "text/json_fields.h"

#include <string>

namespace triptych {

/// What every reader of a model's config.json and adapter_config.json begins with: null is absent where Hugging Face writes it for
/// that, and a fault everywhere else. `value` must outlive what is returned. Throws Error{InvalidInput} naming source unless it is an object.
JsonFields configFields(const Json& value, std::string source);

} // namespace triptych
