#include "support/document_files.h"

#include "base/error.h"
#include "documents/folder.h"
#include "text/unicode.h"

#include <QTest>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

QString shown(const std::string& text) { return QString::fromStdString(text); }

fs::path fixture(const char* name) { return fs::path(TRIPTYCH_TEST_DATA) / "documents" / name; }

/// Every heading begins where the text has its title, every page inside the text.
bool placesAreRight(const ExtractedDocument& document) {
    const std::u32string text = decodeUtf8(document.text);
    for (const Heading& heading : document.headings) {
        if (!encodeUtf8(text.substr(static_cast<std::size_t>(heading.begin))).starts_with(heading.title))
            return false;
    }
    return true;
}

const char* const kHtml = R"(<!DOCTYPE html><html><head><title>A  page &amp; more</title><style>p {}</style><script>var x = "<p>no</p>";</script></head>
<body><nav><a href="/">Home</a></nav><div role="navigation">Menu</div>
<h1>First<a class="headerlink" href="#f">¶</a></h1>
<p>Some <b>bold</b>
text&nbsp;&mdash; with&shy;out breaks.</p>
<ul><li>one</li><li>two<ol><li>inner</li></ol></li></ul>
<h2>Table</h2><table><tr><th>Name</th><th>Age</th></tr><tr><td>Ann</td><td><p>31</p></td></tr></table>
<pre>
def f():
    return 1
</pre><div hidden>secret</div><p>End</p><footer>Imprint</footer></body></html>)";
const char* const kHtmlText = "First\n\nSome bold text — without breaks.\n\n- one\n- two\n  1. inner\n\nTable\n\nName | Age\nAnn | 31\n\ndef f():\n    return 1\n\n\nEnd";

const char* const kMarkdown = "---\ntitle: \"My page\"\ntags: [a]\n---\n# Top\n\nA *soft*\nline with `code` and a [link](http://x.y).\n\n## Below\n\n- a\n- b\n\n| k | v |\n|---|---|\n| x | 1 |\n\n```python\n# no heading\nx = 1\n```\n";
const char* const kMarkdownText = "Top\n\nA soft line with code and a link.\n\nBelow\n\n- a\n- b\n\nk | v\nx | 1\n\n# no heading\nx = 1";

} // namespace

class Documents : public QObject {
    Q_OBJECT
    DocumentFiles m_files;

private Q_SLOTS:
    void textOfEachFormat_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("headings");
        const auto row = [](const char* name, const char* file, const QByteArray& bytes, const char* text, const char* type, const char* headings = "") {
            QTest::newRow(name) << QString::fromUtf8(file) << bytes << QString::fromUtf8(text) << QString::fromUtf8(type) << QString::fromUtf8(headings);
        };
        row("text", "a.txt", "One\r\nTwo\rThree\n\n", "One\nTwo\nThree", "text");
        row("no ending", "README", "Plain words", "Plain words", "text");
        row("source", "a.py", "def f():\n\treturn 1\n", "def f():\n\treturn 1", "python");
        row("html", "a.html", kHtml, kHtmlText, "html", "1 First\n2 Table\n");
        row("html without an ending", "page", kHtml, kHtmlText, "html", "1 First\n2 Table\n");
        row("html of boilerplate only", "b.html", "<html><nav>Only this</nav></html>", "Only this", "html");
        row("html in layout cells", "c.html", "<table><tr><td><h1>T</h1><ul><li>x</li></ul></td></tr></table>", "T\n\n- x", "html", "1 T\n");
        row("html that never closes", "d.html", "<div><p>a<p>b<br>c<li>d", "a\n\nb\nc\n\n- d", "html");
        row("markdown", "a.md", kMarkdown, kMarkdownText, "markdown", "1 Top\n2 Below\n");
        row("csv", "a.csv", "name,age\nAnn,31\n\"Bo,\nb\",7\n", "name: Ann\nage: 31\n\nname: Bo, b\nage: 7", "csv");
        row("csv without a header", "b.csv", "1,2\n3,4\n", "1 | 2\n3 | 4", "csv");
        row("csv of a header", "c.csv", "name,age\n", "name | age", "csv");
        row("tsv", "a.tsv", "名称\t备注\n甲\t一\n", "名称: 甲\n备注: 一", "tsv");
        row("json", "a.json", R"({"name": "x", "tags": ["a", "b"], "sub": {"n": 1.50, "ok": true, "no": null}})", "name: x\ntags: a\ntags: b\nsub.n: 1.50\nsub.ok: true", "json");
        row("json array", "b.json", R"([{"t": "one\ntwo"}, {"t": "three"}])", "t: one\ntwo\n\nt: three", "json");
        row("jsonl", "a.jsonl", "{\"t\": \"one\"}\n\n{\"t\": \"two\"}\n", "t: one\n\nt: two", "jsonl");
    }
    void textOfEachFormat() {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QFETCH(QString, type);
        QFETCH(QString, headings);
        const ExtractedDocument document = m_files.read(name.toStdString(), bytes.toStdString());
        QCOMPARE(shown(document.text), text);
        QCOMPARE(shown(document.type), type);
        QCOMPARE(shown(headingList(document)), headings);
        QVERIFY(placesAreRight(document));
        QVERIFY(document.warnings.empty());
    }

    void titles() {
        QCOMPARE(shown(m_files.read("t.html", kHtml).title), QStringLiteral("A page & more"));
        QCOMPARE(shown(m_files.read("t.md", kMarkdown).title), QStringLiteral("My page"));
        QCOMPARE(shown(m_files.reader.read(fixture("guide.pdf")).title), QStringLiteral("A short guide"));
        QCOMPARE(shown(m_files.reader.read(fixture("report.docx")).title), QStringLiteral("Quarterly report"));
    }

    void pdf() {
        const ExtractedDocument document = m_files.reader.read(fixture("guide.pdf"));
        QCOMPARE(shown(document.text), QStringLiteral("Introduction\n\nRetrieval finds passages of your documents that answer a question, and the model writes its answer from what was found "
                                                      "there instead of from memory.\n\nInstallation\n\nInstall the package, then start the program for the first time and choose a folder of "
                                                      "documents.\n\nQuestions\n\nDoes it work without a network? Yes, everything is computed on this machine."));
        QCOMPARE(shown(headingList(document)), QStringLiteral("1 Introduction\n1 Installation\n2 Questions\n"));
        QVERIFY(placesAreRight(document));
        QCOMPARE(document.page_begins.size(), std::size_t{3});
        const std::u32string text = decodeUtf8(document.text);
        QVERIFY(text.substr(static_cast<std::size_t>(document.page_begins[1])).starts_with(U"Installation"));
        QVERIFY(text.substr(static_cast<std::size_t>(document.page_begins[2])).starts_with(U"Questions"));
    }
    void chinesePdfLinesAreJoinedWithoutBlanks() {
        QCOMPARE(shown(m_files.reader.read(fixture("chinese.pdf")).text), QStringLiteral("检索增强生成先查找资料，再回答问题，所以答案总是最新的，而且每一句话都有出处。"));
    }
    void docx() {
        const ExtractedDocument document = m_files.reader.read(fixture("report.docx"));
        QCOMPARE(shown(document.text), QStringLiteral("Results\n\nRevenue grew by 12 % against the quarter before.\n\nBy region\n\n亚洲市场增长最快，欧洲市场保持稳定。\n\n- Asia: strong\n- Europe: stable\n\n"
                                                      "Region | 2024 | 2025\nAsia | 31 | 44\n\nKept\n\nOutlook\n\nThe next quarter looks much like this one."));
        QCOMPARE(shown(headingList(document)), QStringLiteral("1 Results\n2 By region\n1 Outlook\n"));
        QVERIFY(placesAreRight(document));
    }
    void xlsx() {
        const ExtractedDocument document = m_files.reader.read(fixture("budget.xlsx"));
        QCOMPARE(shown(document.text), QStringLiteral("Budget\n\nItem: Servers\nAmount: 1200.5\n备注: 每年\n\nItem: Licences\nAmount: 300\n\nItem: Travel\n备注: only if needed\n\nPlain\n\n"
                                                      "1 | 2 | 3\nfar right\n\nEmpty"));
        QCOMPARE(shown(headingList(document)), QStringLiteral("1 Budget\n1 Plain\n1 Empty\n"));
    }

    void encodings_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        const QString chinese = QStringLiteral("向量数据库把文本变成向量，然后查找最近的文本。");
        const auto utf16 = [](const QString& text, bool little) {
            QByteArray bytes;
            for (const QChar c : text) {
                const char low = static_cast<char>(c.unicode() & 0xFF), high = static_cast<char>(c.unicode() >> 8);
                bytes += little ? low : high;
                bytes += little ? high : low;
            }
            return bytes;
        };
        QTest::newRow("UTF-8 with mark") << QByteArray("\xEF\xBB\xBF") + chinese.toUtf8() << chinese;
        QTest::newRow("UTF-16LE with mark") << QByteArray("\xFF\xFE") + utf16(chinese, true) << chinese;
        QTest::newRow("UTF-16BE with mark") << QByteArray("\xFE\xFF") + utf16(chinese, false) << chinese;
        QTest::newRow("UTF-16LE, English") << utf16(QStringLiteral("Words of one language"), true) << QStringLiteral("Words of one language");
        QTest::newRow("UTF-16LE, Chinese") << utf16(chinese + QStringLiteral("\n2024 年"), true) << chinese + QStringLiteral("\n2024 年");
        QTest::newRow("UTF-16BE, Chinese") << utf16(chinese + QStringLiteral("\n2024 年"), false) << chinese + QStringLiteral("\n2024 年");
        QTest::newRow("GB18030") << QByteArray::fromHex("cff2c1bfcafdbeddbfe2b0d1cec4b1beb1e4b3c9cff2c1bfa3acc8bbbaf3b2e9d5d2d7eebdfcb5c4cec4b1bea1a3") << chinese;
        QTest::newRow("Big5") << QByteArray::fromHex("a656b671b8eaaec6ae77a7e2a4e5a672c5dca6a8a656b671") << QStringLiteral("向量資料庫把文字變成向量");
        QTest::newRow("Latin-1") << QByteArray("Le caf\xE9 \xE9tait ferm\xE9 \xE0 midi, mais les \xE9l\xE8ves ont d\xE9jeun\xE9.") << QStringLiteral("Le café était fermé à midi, mais les élèves ont déjeuné.");
        QTest::newRow("windows-1252") << QByteArray("\x93Smart quotes\x94 are what Word writes, it\x92s the default for 5 \x80.") << QStringLiteral("“Smart quotes” are what Word writes, it’s the default for 5 €.");
    }
    void encodings() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QCOMPARE(shown(m_files.read("encoded.txt", bytes.toStdString()).text), text);
    }
    void htmlSaysItsEncoding() {
        QCOMPARE(shown(m_files.read("e.html", "<meta charset=gb2312><p>\xD6\xD0</p>").text), QStringLiteral("中"));
        QCOMPARE(shown(m_files.read("e.html", "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\"><p>\x93\xE9\x94</p>").text), QStringLiteral("“é”"));
        QCOMPARE(shown(m_files.read("e.html", "<meta charset=utf-16><p>caf\xC3\xA9</p>").text), QStringLiteral("café"));
        QCOMPARE(shown(m_files.read("e.html", "<meta charset=no-such><p>caf\xC3\xA9</p>").text), QStringLiteral("café"));
    }
    void aStrayByteIsShownAndSaid() {
        const ExtractedDocument document = m_files.read("stray.txt", "Grüße und noch viel mehr Text, Zeile eins.\nZeile zwei ist auch schön.\nEin \xFF Byte.\n");
        QVERIFY(document.text.ends_with("Ein \uFFFD Byte."));
        QCOMPARE(document.warnings.size(), std::size_t{1});
    }
    void badRowsAreLeftOutAndSaid() {
        const ExtractedDocument lines = m_files.read("w.jsonl", "{\"t\": \"one\"}\n{\"t\": \n{\"t\": \"two\"}\n");
        QCOMPARE(shown(lines.text), QStringLiteral("t: one\n\nt: two"));
        QVERIFY(lines.warnings.at(0).starts_with("line 2 was left out"));
        const ExtractedDocument table = m_files.read("w.csv", "name,age\nAnn,31\n\"open,7\nBo,8\n");
        QCOMPARE(shown(table.text), QStringLiteral("name: Ann\nage: 31\n\nname: Bo\nage: 8"));
        QCOMPARE(table.warnings.size(), std::size_t{1});
    }

    void folderIsListedByNameWithReasons() {
        const DocumentFiles files;
        files.write("b.txt", "b");
        files.write("a/x.md", "# x");
        files.write("a/.hidden.txt", "h");
        files.write(".git/config", "c");
        files.write("中文/说明.txt", "s");
        files.write("picture.png", "\x89PNG\r\n\x1A\n");
        files.write("empty.txt", "");
        files.write("old.doc", std::string_view("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8));
        files.write("data.bin", std::string_view("\x01\x00\x02\x00\xFF\xFE\x00\x03", 8));
        fs::create_symlink("b.txt", files.path("inside.txt"));
        fs::create_directory_symlink(".", files.path("a/loop"));
        fs::create_symlink("/etc/hostname", files.path("outside.txt"));
        fs::create_symlink("nowhere", files.path("dangling.txt"));
        ::mkfifo(files.path("pipe.txt").c_str(), 0600);
        const DocumentListing listing = listDocuments(files.folder.path().toStdString() + "/");
        QStringList names, skipped;
        for (const FoundDocument& found : listing.documents)
            names.append(shown(found.name + " " + found.type.name));
        for (const SkippedFile& file : listing.skipped) {
            skipped.append(shown(file.name));
            QVERIFY2(file.reason.find(file.name) != std::string::npos && !file.hint.empty(), file.reason.c_str());
        }
        QCOMPARE(names, QStringList({QStringLiteral("a/x.md markdown"), QStringLiteral("b.txt text"), QStringLiteral("中文/说明.txt text")}));
        QCOMPARE(skipped, QStringList({QStringLiteral("dangling.txt"), QStringLiteral("data.bin"), QStringLiteral("empty.txt"), QStringLiteral("old.doc"), QStringLiteral("outside.txt"),
                                       QStringLiteral("picture.png"), QStringLiteral("pipe.txt")}));
    }
    void singleFileIsListedByItsName() {
        const DocumentListing listing = listDocuments(m_files.write("sub/one.txt", "one"));
        QCOMPARE(listing.documents.size(), std::size_t{1});
        QCOMPARE(shown(listing.documents[0].name), QStringLiteral("one.txt"));
        QVERIFY_THROWS_EXCEPTION(Error, listDocuments(m_files.path("none")));
    }
};

QTEST_GUILESS_MAIN(Documents)
#include "tst_documents.moc"
