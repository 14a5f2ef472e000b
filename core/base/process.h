#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace triptych {

std::string hostName();

/// True if a process of this host with that number runs and is no zombie.
bool isProcessAlive(std::int64_t pid);

/// Tells a process from a later one of the same number: the boot of the system and the process's start, one
/// word without blanks. Empty if there is no such process.
std::string processStamp(std::int64_t pid);

/// True if that very process runs. An empty stamp is nobody's.
bool isSameProcess(std::int64_t pid, std::string_view stamp);

} // namespace triptych
