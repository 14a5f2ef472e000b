#include "base/error.h"

#include <array>
#include <utility>

namespace triptych {

namespace {

constexpr std::array<std::pair<ErrorCode, std::string_view>, 13> kNames = {{
    {ErrorCode::InvalidArgument, "invalid_argument"},
    {ErrorCode::InvalidInput, "invalid_input"},
    {ErrorCode::NotFound, "not_found"},
    {ErrorCode::AlreadyExists, "already_exists"},
    {ErrorCode::Unsupported, "unsupported"},
    {ErrorCode::Io, "io"},
    {ErrorCode::Busy, "busy"},
    {ErrorCode::Corrupt, "corrupt"},
    {ErrorCode::OutOfMemory, "out_of_memory"},
    {ErrorCode::Cancelled, "cancelled"},
    {ErrorCode::WorkerDied, "worker_died"},
    {ErrorCode::Protocol, "protocol"},
    {ErrorCode::Internal, "internal"},
}};

} // namespace

std::string_view errorCodeName(ErrorCode code) {
    for (const auto& [value, name] : kNames) {
        if (value == code)
            return name;
    }
    return "internal";
}

ErrorCode errorCodeFromName(std::string_view name) {
    for (const auto& [value, text] : kNames) {
        if (text == name)
            return value;
    }
    return ErrorCode::Internal;
}

Error::Error(ErrorCode code, std::string message, std::string hint)
    : m_code(code), m_message(std::move(message)), m_hint(std::move(hint)) {}

} // namespace triptych
