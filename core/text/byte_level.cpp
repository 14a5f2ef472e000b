#include "text/byte_level.h"

#include "text/unicode.h"

#include <array>

namespace triptych {

namespace {

constexpr char32_t kFirstSubstitute = 0x100;

constexpr bool standsForItself(int byte) { return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae; }

struct Tables {
    std::array<char32_t, 256> characters{};
    std::array<std::int16_t, 0x144> bytes{};

    constexpr Tables() {
        bytes.fill(-1);
        char32_t substitute = kFirstSubstitute;
        for (int byte = 0; byte < 256; ++byte) {
            const char32_t c = standsForItself(byte) ? static_cast<char32_t>(byte) : substitute++;
            characters[static_cast<std::size_t>(byte)] = c;
            bytes[c] = static_cast<std::int16_t>(byte);
        }
    }
};

constexpr Tables kTables;

} // namespace

char32_t byteCharacter(std::uint8_t byte) { return kTables.characters[byte]; }

int byteOfCharacter(char32_t c) { return c < kTables.bytes.size() ? kTables.bytes[c] : -1; }

void pushBytes(AlignedText& text, char32_t c, TextSpan origin) {
    if (c < 0x80) {
        text.push(byteCharacter(static_cast<std::uint8_t>(c)), origin);
        return;
    }
    std::uint8_t bytes[4];
    const int length = utf8Bytes(c, bytes);
    for (int i = 0; i < length; ++i)
        text.push(byteCharacter(bytes[i]), origin);
}

std::string bytesOfToken(std::string_view token) {
    std::string bytes;
    for (const char32_t c : decodeUtf8(token)) {
        const int byte = byteOfCharacter(c);
        if (byte < 0)
            return std::string(token);
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

} // namespace triptych
