"""300 texts that tokenizers stumble over, the same on every run."""

import random

PIECES = [
    "Hello", "world", "the", "don't", "we'll", "I'M", "it's", "'s", "''", "running", "unbelievable", "naïve", "café", "cafe\u0301",
    "Führer", "İstanbul", "ǅ", "ﬁne", "ﬀ", "½", "²", "№", "℡", "①", "ＡＢＣ", "ｶﾞ", "ガ", "が", "か\u3099", "中文", "你好，世界！", "我們在圖書館",
    "日本語テスト", "カタカナー", "한국어", "\u1112\u1161\u11ab", "각\u11a8", "مرحبا", "العَرَبِيَّة", "שָׁלוֹם", "ไทยแลนด์", "ที่", "हिन्दी", "क्षि", "தமிழ்",
    "ελληνικά", "Ἀθῆναι", "русский", "ё", "е\u0308", "👍", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "❤️", "☃", "♥", "€", "$5.00", "3.14", "1,000,000",
    "12345678901234", "٣٤٥", "Ⅷ", "x²+y²", "foo_bar", "snake_case_name", "camelCase", "HTTPServer", "a.b.c", "http://example.com/?q=1&r=2",
    "user@mail.org", "#tag", "@name", "C++", "C#", "e.g.", "...", "…", "—", "“quoted”", "«guillemets»", "(a)", "[b]", "{c}", "<d>", "<|endoftext|>",
    "<s>", "</s>", "<unk>", "<pad>", "<mask>", "[CLS]", "[SEP]", "[MASK]", "<0x41>", "<0xZZ>", "▁", "▁a", "Ġ", "Ġthe", "Ċ", "##ing", "a##b", "</w>",
    "\u200b", "\u200d", "\ufeff", "\u00ad", "\u0000", "\u0007", "\u0085", "\u00a0", "\u2003", "\u3000", "\u2028", "\u180e", "\u1680", "\ufffd",
    "\ue000", "\U000f0000", "\U0010ffff", "\u0378", "\u0301", "\u0e33", "a\u0323\u0307", "a\u0307\u0323", "\u1e9b\u0323", "Å", "Å", "K", "ſ",
    "def f(x):\n    return x + 1", "if (a && b) { c++; }", "for(;;){}", "<div class=\"x\">", "SELECT * FROM t;", "\\n", "\\u0041", "a\tb", "\t", "\r\n",
    "\n", "\n\n", " ", "  ", "   ", " \n ", "x \n", "\r", "\x0b", "\x0c", "ß", "SS", "ẞ", "ŉ", "ΐ", "Σίσυφος", "ΣΑΣ", "ﷺ", "㎏", "㍿", "Ｈｅｌｌｏ",
    "\u1100\u1161", "\uac00", "𠀀", "𝒳", "𝟙", "🄰", "\u20dd", "1\u20e3", "e\u20ac", "\u0130", "\u0131", "\u212b",
]


def texts():
    rng = random.Random(20240711)
    result = ["", " ", "  ", "   ", "\t", "\n", "\r\n", " \t\n ", "a", " a", "a ", " a ", "  a  b  ", "\u00a0", "\u3000\u3000", "\u2003a\u2003",
              "Hello world", " Hello  World!\n\nHow's it going?  ", "HELLO\r\nWORLD\r\n", "It's 'quoted' and we've said I'd, you'LL, they'RE, 'ſ.",
              "The year 1999, 12:30, 3.14159, 1e-10, 0xFF, 1234567.", "我在 2023 年买了 3 本书，花了 ¥99.80。", "混合 English 和 中文 的 text。",
              "ﬁnal ﬂow ﬃ ﬆ", "ｆｕｌｌ　ｗｉｄｔｈ　１２３", "ﾊﾝｶｸ ｶﾞｷﾞ", "e\u0301e\u0301e\u0301 \u0301\u0301", "\u0301 leading mark", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
              "👨‍👩‍👧‍👦👩🏽‍🚀 flags 🇩🇪🇫🇷🇯", "\u200b\u200bzero\u200bwidth\u200d", "word\u00adhy\u00adphen", "\ufeffBOM first", "null\u0000byte",
              "a" * 300, "ab" * 200, "中" * 200, "é" * 130, " " * 100, "\n" * 40, "!" * 70, "1" * 90, "a" + " " * 33 + "b", "aé中👍" * 40, "\u0301" * 50,
              "<s>special</s> tokens <mask> here <|endoftext|>", "x<mask>y", "x <mask> y", "x  <mask>  y", "<mask>", " <mask>", "<mask><mask>", "[CLS] text [SEP]",
              "<|endoftext|><|endoftext|>", "<s></s>", "</s><s>", "< s>", "<S>", "<MASK>", "<|im_start|>user\nhi<|im_end|>\n", "tool<tool>call", " <tool> ",
              "Lower LOWER lowered", "the lower", "def fib(n):\n    if n < 2:\n        return n\n    return fib(n-1) + fib(n-2)\n",
              "#include <vector>\r\nint main() {\r\n\treturn 0;\r\n}\r\n", "{\"key\": [1, 2.5, null], \"t\": true}", "\\begin{eq} \\alpha_1^2 \\end{eq}",
              "-- comment\nSELECT a, b FROM t WHERE c = 'x''y';", "<a href='x'>link</a>&nbsp;&amp;", "C:\\path\\file.txt", "line1\nline2\n\nline4\n",
              "trailing spaces   ", "   leading spaces", "tabs\t\tand\tmore", "mixed \t \n \r\n whitespace", "\u2028line\u2029para", "a\u0085b", "a\u180eb", "a\u1680b",
              "Ḍ̇ ḍ̇ q̣̇", "각 \u1100\u1161\u11a8", "\u1100\u1161\u11a8\u11a8", "ｱﾞ", "1⁄2 ½", "ẛ̣", "가각힣ㄱㄴㅏ", "①②③ ⅣⅤ", "π≈3.14", "∑∏∫", "→←⇒", "░▒▓", "\ud7ff",
              "คำที่ไม่มีวรรค", "ภาษาไทยง่ายนิดเดียว", "العربية ١٢٣", "עברית 123", "हिन्दी में", "မြန်မာ", "ខ្មែរ", "ქართული", "Հայերեն", "አማርኛ", "ᏣᎳᎩ", "ꦗꦮ",
              "\U0001f1e6", "\U000e0041", "\U0010fffe", "\ufdd0", "\uffff", "\u0600\u0661", "\u0c4d", "ा", "\u0b95\u0bcd\u0bb7\u0bbf"]
    separators = ["", "", " ", " ", " ", "  ", "\n", "\t", ", ", "-", "'"]
    while len(result) < 300:
        count = rng.choice([1, 2, 2, 3, 4, 5, 8, 12])
        result.append("".join(rng.choice(PIECES) + rng.choice(separators) for _ in range(count)))
    return result[:300]
