#pragma once

#include "text/normalizer.h"

#include <string_view>

namespace triptych {

/// Normalizers that insert, drop or replace: Replace, Prepend, Strip, Nmt, ByteLevel, Precompiled; null for another type.
std::unique_ptr<Normalizer> makeReplacingNormalizer(const JsonFields& fields, std::string_view type);

} // namespace triptych
