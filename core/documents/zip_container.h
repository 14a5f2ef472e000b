#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace triptych {

/// The parts of an office document. Nothing is ever unpacked to disk, and no archive inside is opened.
///
/// Refused with Error{InvalidInput} before anything is read: more than 10,000 entries; names that are absolute, climb with
/// "..", hold a drive or a backslash, are reserved, or differ only by case from another; links. Refused while
/// reading, by what really comes out and not by what the headers say: more than 2 GB in all, or more than a hundred
/// times the file's size (10 MB are always allowed).
class ZipContainer {
public:
    /// Throws Error{InvalidInput} for what is no archive, is cut off or breaks the rules above; {Unsupported} for one with a
    /// password.
    explicit ZipContainer(const std::filesystem::path& path);
    ~ZipContainer();

    bool has(const std::string& name) const;
    /// Gives the part piece by piece. Throws Error{InvalidInput} if there is none, if it is damaged or larger than allowed.
    void read(const std::string& name, const std::function<void(std::string_view)>& piece);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace triptych
