#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace triptych {

enum class ErrorCode {
    InvalidArgument, ///< a caller's value is outside what is allowed
    InvalidInput,    ///< a file or row from outside is malformed
    NotFound,        ///< a named thing does not exist
    AlreadyExists,   ///< a name is taken
    Unsupported,     ///< well-formed, but of a kind that the product does not handle
    Io,              ///< reading or writing failed (permissions, disk full, vanished)
    Busy,            ///< another process holds the lock
    Corrupt,         ///< stored state fails its own check
    OutOfMemory,     ///< an allocation was refused
    Cancelled,       ///< stopped on request
    WorkerDied,      ///< an engine process or job vanished
    Protocol,        ///< the other side of a pipe broke the protocol
    Internal,        ///< a defect of ours
};

/// Stable word of a code, as it stands in JSON: "invalid_argument", "not_found", ...
std::string_view errorCodeName(ErrorCode code);
/// Inverse of errorCodeName; an unknown word gives Internal.
ErrorCode errorCodeFromName(std::string_view name);

/// The one exception type. The message names the thing at fault (file, row, field, tensor) with its
/// value; the hint says what to do and may be empty. Both cross the protocol unchanged.
class Error : public std::exception {
public:
    Error(ErrorCode code, std::string message, std::string hint = {});

    ErrorCode code() const { return m_code; }
    const std::string& message() const { return m_message; }
    const std::string& hint() const { return m_hint; }
    const char* what() const noexcept override { return m_message.c_str(); }

private:
    ErrorCode m_code;
    std::string m_message;
    std::string m_hint;
};

} // namespace triptych
