// Character maps that are written here, read as those of sentencepiece are.

#include "base/error.h"
#include "text/character_map.h"
#include "text/character_map_writer.h"

#include <QTest>

#include <random>

using namespace triptych;

class CharacterMapTest : public QObject {
    Q_OBJECT
    const Json m_nothing = Json::object();
    CharacterMap read(const std::string& bytes) const { return CharacterMap(bytes, JsonFields(m_nothing, "test"), "precompiled_charsmap"); }
    static std::u32string applied(const CharacterMap& map, const std::u32string& text) {
        AlignedText aligned = AlignedText::of(text);
        map.apply(aligned);
        return aligned.chars;
    }

private Q_SLOTS:
    void everyKeyIsReplacedAndNothingElse_data() {
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 2, 100, 5000})
            QTest::addRow("%d", count) << count;
    }
    void everyKeyIsReplacedAndNothingElse() {
        QFETCH(int, count);
        std::mt19937 random(static_cast<unsigned>(count));
        const auto character = [&random] {
            // Of every length in UTF-8; none joins its neighbours into one grapheme, which would be looked up as a whole.
            constexpr std::pair<char32_t, char32_t> kRanges[] = {{0x21, 0x7e}, {0xa1, 0x24f}, {0x4e00, 0x9fff}, {0x20000, 0x2a6d6}};
            const auto& [low, high] = kRanges[random() % 4];
            return low + static_cast<char32_t>(random()) % (high - low + 1);
        };
        std::map<char32_t, std::u32string> wanted;
        while (wanted.size() < static_cast<std::size_t>(count)) {
            std::u32string text;
            for (auto left = random() % 4; left > 0; --left)
                text += character();
            wanted[character()] = text;
        }
        const CharacterMap map = read(writeCharacterMap(wanted));
        for (int i = 0; i < 20000; ++i) {
            const char32_t c = character();
            const auto found = wanted.find(c);
            QVERIFY(applied(map, {c}) == (found == wanted.end() ? std::u32string(1, c) : found->second));
        }
        for (const auto& [c, text] : wanted)
            QVERIFY(applied(map, {c}) == text);
    }
    void beginningsOfKeysAreNoKeys() {
        // "é" and "ê" share their first byte.
        const CharacterMap map = read(writeCharacterMap({{U'é', U"e"}, {U'\u3000', U" "}}));
        QVERIFY(applied(map, U"éê\u3000\u3001") == U"eê \u3001");
    }
    void whatCannotBeWrittenIsRefused() {
        QVERIFY_EXCEPTION_THROWN(writeCharacterMap({{U'\0', U"x"}}), Error);
        std::map<char32_t, std::u32string> many;
        for (char32_t c = 0x20000; many.size() <= 65536; ++c)
            many[c] = U"x";
        QVERIFY_EXCEPTION_THROWN(writeCharacterMap(many), Error);
        many.erase(many.begin());
        QVERIFY(applied(read(writeCharacterMap(many)), {0x20001, 0x30001}) == U"x\U00030001");
    }
};

QTEST_GUILESS_MAIN(CharacterMapTest)
#include "tst_character_map.moc"
