#include "support/document_files.h"

#include "base/error.h"

#include <QElapsedTimer>
#include <QTest>

#include <zip.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    result.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

std::string bytesOf(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string fixture(const char* name) { return bytesOf(fs::path(TRIPTYCH_TEST_DATA) / "documents" / name); }

constexpr const char* kRelations = R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>)";

std::string body(const std::string& content) { return "<w:document xmlns:w=\"w\"><w:body>" + content + "</w:body></w:document>"; }

using Entries = std::vector<std::pair<std::string, std::string>>;

void writeZip(const fs::path& path, const Entries& entries, const std::string& linkName = {}) {
    fs::remove(path);
    zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, nullptr);
    for (const auto& [name, bytes] : entries) {
        const zip_int64_t index = zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0), ZIP_FL_ENC_UTF_8);
        zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 1);
        if (name == linkName)
            zip_file_set_external_attributes(zip, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX, 0120777u << 16);
    }
    zip_close(zip);
}

void writeDocx(const fs::path& path, const std::string& document, Entries more = {}, const std::string& linkName = {}) {
    more.insert(more.begin(), {{"_rels/.rels", kRelations}, {"word/document.xml", document}});
    writeZip(path, more, linkName);
}

/// A PDF of these objects, from number 1 on, the first of which is the catalogue.
std::string pdfOf(const std::vector<std::string>& objects) {
    std::string bytes = "%PDF-1.4\n", table;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        char line[32];
        std::snprintf(line, sizeof line, "%010zu 00000 n \n", bytes.size());
        table += line;
        bytes += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const std::string place = std::to_string(bytes.size()), count = std::to_string(objects.size() + 1);
    return bytes + "xref\n0 " + count + "\n0000000000 65535 f \n" + table + "trailer\n<</Root 1 0 R /Size " + count + ">>\nstartxref\n" + place + "\n%%EOF\n";
}

std::string billionLaughs() {
    std::string text = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a0 \"lol\">";
    for (int i = 1; i < 10; ++i)
        text += "<!ENTITY a" + std::to_string(i) + " \"" + repeated("&a" + std::to_string(i - 1) + ";", 10) + "\">";
    return text + "]><w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>";
}

/// A zip archive whose names are written as they stand, as no library would.
std::string withName(std::string bytes, const std::string& from, const std::string& to) {
    for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1))
        bytes.replace(at, to.size(), to);
    return bytes;
}

} // namespace

/// Files that are built to harm, or only broken: each one clear error that names it, or a success, in time and memory; and
/// the reader goes on with the next.
class HostileDocuments : public QObject {
    Q_OBJECT
    DocumentFiles m_files;
    std::vector<std::pair<std::string, std::function<void(const fs::path&)>>> m_makers;

    void add(const std::string& name, const std::string& bytes) {
        m_makers.emplace_back(name, [bytes](const fs::path& path) { std::ofstream(path, std::ios::binary) << bytes; });
    }
    void addDocx(const std::string& name, const std::string& document, const Entries& more = {}, const std::string& link = {}) {
        m_makers.emplace_back(name + ".docx", [=](const fs::path& path) { writeDocx(path, document, more, link); });
    }

private Q_SLOTS:
    void initTestCase() {
        const std::string plain = body("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
        for (const char* name : {"report.docx", "budget.xlsx", "guide.pdf"}) {
            const std::string whole = fixture(name);
            for (const int percent : {1, 10, 50, 90, 99})
                add(std::to_string(percent) + "-percent-" + name, whole.substr(0, std::max<std::size_t>(8, whole.size() * static_cast<std::size_t>(percent) / 100)));
            add("zeros-inside-" + std::string(name), std::string(whole).replace(whole.size() / 2, 200, std::string(200, '\0')));
        }
        for (const char* ending : {"txt", "md", "html", "pdf", "docx", "xlsx", "csv", "json", "jsonl", "bin"})
            add(std::string("empty.") + ending, "");
        std::string noise;
        for (unsigned i = 0, x = 12345; i < 100'000; ++i, x = x * 1664525u + 1013904223u)
            noise += static_cast<char>(x >> 24);
        for (const char* ending : {"txt", "html", "pdf", "docx", "xlsx", "csv", "json"})
            add(std::string("noise.") + ending, noise);

        addDocx("bomb", body("<w:p><w:r><w:t>" + std::string(200u << 20, 'a') + "</w:t></w:r></w:p>"));
        addDocx("bomb-of-blanks", body("<w:p><w:r><w:t>x" + std::string(200u << 20, ' ') + "</w:t></w:r></w:p>"));
        addDocx("nested-bomb", plain, {{"word/embeddings/inner.zip", std::string(20u << 20, '\0')}});
        addDocx("slip", plain, {{"../../etc/passwd", "x"}});
        addDocx("absolute", plain, {{"/etc/passwd", "x"}});
        addDocx("drive", plain, {{"C:/x", "x"}});
        addDocx("backslash", plain, {{"..\\x", "x"}});
        addDocx("reserved", plain, {{"word/CON.xml", "x"}});
        addDocx("case", plain, {{"word/A.xml", "x"}, {"word/a.xml", "x"}});
        addDocx("right-to-left", plain, {{"word/\u202Efdp.exe", "x"}});
        addDocx("link", plain, {{"word/link", "/etc/passwd"}}, "word/link");
        addDocx("laughs", billionLaughs());
        addDocx("outside-entity", "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + body("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"));
        addDocx("deep", body(repeated("<w:p>", 100'000)));
        addDocx("not-xml", "PK and so on");
        addDocx("bad-utf8", body("<w:p><w:r><w:t>\xFF\xFE</w:t></w:r></w:p>"));
        addDocx("many-attributes", body("<w:p" + repeated(" a='b'", 100'000) + "/>"));
        m_makers.emplace_back("main-part-is-itself.docx", [](const fs::path& path) {
            std::string relations = kRelations;
            writeZip(path, {{"_rels/.rels", relations.replace(relations.find("word/document.xml"), 17, "_rels/.rels")}});
        });
        m_makers.emplace_back("same-name-twice.docx", [plain](const fs::path& path) {
            writeDocx(path, plain, {{"word/document.xmm", "x"}});
            std::ofstream(path, std::ios::binary | std::ios::in) << withName(bytesOf(path), "word/document.xmm", "word/document.xml");
        });
        m_makers.emplace_back("nul-in-name.docx", [plain](const fs::path& path) {
            writeDocx(path, plain, {{"word/media.png", "x"}});
            std::ofstream(path, std::ios::binary | std::ios::in) << withName(bytesOf(path), "word/media.png", std::string("word/media\0png", 14));
        });
        m_makers.emplace_back("20000-entries.docx", [plain](const fs::path& path) {
            Entries many;
            for (int i = 0; i < 20'000; ++i)
                many.emplace_back("word/" + std::to_string(i), "");
            writeDocx(path, plain, many);
        });
        m_makers.emplace_back("far-cells.xlsx", [](const fs::path& path) {
            std::string relations = kRelations;
            relations.replace(relations.find("word/document.xml"), 17, "xl/workbook.xml");
            writeZip(path, {{"_rels/.rels", relations},
                            {"xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" r:id=\"r1\"/></sheets></workbook>"},
                            {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"s.xml\"/></Relationships>"},
                            {"xl/s.xml", "<worksheet><sheetData>" + repeated("<row><c r=\"XFD1\" t=\"inlineStr\"><is><t>x</t></is></c></row>", 20'000) + "</sheetData></worksheet>"}});
        });

        add("kids-loop.pdf", pdfOf({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"}));
        add("many-pages.pdf", pdfOf({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"}));
        add("length-loop.pdf", pdfOf({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>", "<</Length 4 0 R>>\nstream\nBT ET\nendstream"}));
        add("form-loop.pdf", pdfOf({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
                                    "<</Length 4>>\nstream\n/F Do\nendstream", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 10>>\nstream\n/F Do /F Do\nendstream"}));
        add("outline-loop.pdf", pdfOf({"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", "<</First 5 0 R/Last 5 0 R>>", "<</Title(x)/Next 5 0 R/First 5 0 R/Last 5 0 R>>"}));
        add("deep-arrays.pdf", pdfOf({"<</Type/Catalog/Pages 2 0 R/X " + repeated("[", 200'000) + repeated("]", 200'000) + ">>", "<</Type/Pages/Kids[]/Count 0>>"}));
        add("locked.pdf", fixture("locked.pdf"));
        add("scanned.pdf", fixture("scanned.pdf"));

        add("deep.json", repeated("[", 1'000'000));
        add("deep-objects.json", repeated("{\"a\":", 1'000'000));
        add("huge-number.json", "{\"a\": 1" + std::string(1'000'000, '0') + "}");
        add("cut-off.json", "{\"a\": \"b");
        add("deep.html", repeated("<div>", 1'000'000));
        add("deep-lists.html", repeated("<ul><li>", 200'000) + "x");
        add("unclosed-bold.html", repeated("<p><b>x", 2000));
        add("many-attributes.html", "<p" + repeated(" a=b", 1'000'000) + ">x");
        add("open-comment.html", "<p>x</p><!--" + std::string(10u << 20, '-'));
        add("laughs.html", billionLaughs());
        add("script-only.html", "<script>" + std::string(1u << 20, 'x'));
        add("deep-quotes.md", repeated(">", 100'000) + " x");
        add("brackets.md", repeated("[", 100'000));
        add("stars.md", repeated("*a _b ", 100'000));
        add("table.md", repeated("|a", 20'000) + "\n" + repeated("|-", 20'000) + "\n" + repeated("|x\n", 1000));
        add("invalid-utf8.txt", "fine\n" + repeated("\xC3\x28 \xF8\x88 \n", 1000));
        add("nul-bytes.txt", "some text" + std::string(5000, '\0'));
        add("utf16-without-mark.txt", std::string("a\0b\0c\0d\0e\0f\0", 12));
        add("odd-utf16.txt", std::string("\xFF\xFE" "a\0b\0c", 7));
        add("open-quote.csv", "a,b\n\"" + repeated("x,y\n", 200'000));
        add("many-columns.csv", repeated("a,", 1'000'000));
        add("quotes.csv", repeated("\"\"\"", 300'000));
        add("one-long-line.txt", std::string(30u << 20, 'x'));
        m_makers.emplace_back("gigabyte-line.txt", [](const fs::path& path) {
            std::ofstream(path) << "text";
            fs::resize_file(path, 1u << 30);
        });
        m_makers.emplace_back("gigabyte.pdf", [](const fs::path& path) {
            std::ofstream(path) << "%PDF-1.4\n";
            fs::resize_file(path, 1u << 30);
        });
        m_makers.emplace_back("pipe.txt", [](const fs::path& path) { ::mkfifo(path.c_str(), 0600); });
        m_makers.emplace_back("device.txt", [](const fs::path& path) { fs::create_symlink("/dev/zero", path); });
        m_makers.emplace_back("folder.txt", [](const fs::path& path) { fs::create_directory(path); });
        m_makers.emplace_back("link-loop.txt", [](const fs::path& path) { fs::create_symlink(path, path); });
        m_makers.emplace_back("missing.txt", [](const fs::path&) {});
    }

    void eachEndsInTimeAndTheNextGoesOn() {
        constexpr qint64 kMostMs = 10'000;
        int refused = 0;
        for (const auto& [name, make] : m_makers) {
            const fs::path path = m_files.path(name);
            make(path);
            QElapsedTimer timer;
            timer.start();
            std::string outcome = "read";
            try {
                const ExtractedDocument document = m_files.reader.read(path);
                QVERIFY2(!document.text.empty(), name.c_str());
            } catch (const Error& error) {
                ++refused;
                outcome = error.message() + " | " + error.hint();
                QVERIFY2(error.message().find(name) != std::string::npos, outcome.c_str());
                QVERIFY2(!error.hint().empty() || name.ends_with(".docx"), outcome.c_str());
                QVERIFY2(error.code() != ErrorCode::Internal && error.code() != ErrorCode::Protocol, outcome.c_str());
            }
            qInfo("%5lld ms  %-28s %s", static_cast<long long>(timer.elapsed()), name.c_str(), QString::fromStdString(outcome).replace(m_files.folder.path() + QLatin1Char('/'), QString()).toUtf8().constData());
            QVERIFY2(timer.elapsed() < kMostMs, name.c_str());
            QCOMPARE(m_files.read("between.txt", "goes on").text, std::string("goes on"));
        }
        QVERIFY(m_makers.size() >= 60);
        QVERIFY(refused >= 50);
    }

    void whatMustBeRefusedIs_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("reason");
        const std::pair<const char*, const char*> rows[] = {
            {"bomb.docx", "more than 64 MB of text"}, {"bomb-of-blanks.docx", "zip bomb"}, {"slip.docx", "leads out"}, {"absolute.docx", "absolute"}, {"drive.docx", "absolute"}, {"backslash.docx", "another system"},
            {"reserved.docx", "reserved"}, {"case.docx", "twice"}, {"link.docx", "link"}, {"laughs.docx", "document type"}, {"outside-entity.docx", "document type"}, {"deep.docx", "nests deeper"},
            {"same-name-twice.docx", "twice"}, {"20000-entries.docx", "entries"}, {"locked.pdf", "password"}, {"scanned.pdf", "picture"}, {"deep.json", "nests deeper"}, {"deep.html", "nest deeper"},
            {"pipe.txt", "not a regular file"}, {"device.txt", "not a regular file"}, {"gigabyte-line.txt", "binary"}, {"empty.pdf", "is empty"},
        };
        for (const auto& [name, reason] : rows)
            QTest::newRow(name) << QString::fromUtf8(name) << QString::fromUtf8(reason);
    }
    void whatMustBeRefusedIs() {
        QFETCH(QString, name);
        QFETCH(QString, reason);
        try {
            m_files.reader.read(m_files.path(name.toStdString()));
            QFAIL("it was read");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).contains(reason), error.what());
        }
    }

    void deathOfTheReaderIsTheErrorOfItsFile_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("reason");
        QTest::newRow("crash") << QStringLiteral("kill -SEGV $$") << QStringLiteral("crashed");
        QTest::newRow("processor time") << QStringLiteral("kill -XCPU $$") << QStringLiteral("processor time");
        QTest::newRow("hangs") << QStringLiteral("exec sleep 100") << QStringLiteral("within 1 s");
        QTest::newRow("nonsense") << QStringLiteral("echo '{\"document\": 1, \"text_bytes\": 1}'; printf x; exec sleep 100") << QStringLiteral("not what it promises");
        QTest::newRow("lies about its size") << QStringLiteral("echo '{\"document\": 1, \"text_bytes\": 1e30}'; exec sleep 100") << QStringLiteral("not what it promises");
    }
    void deathOfTheReaderIsTheErrorOfItsFile() {
        QFETCH(QString, script);
        QFETCH(QString, reason);
        ReaderLimits limits;
        limits.patience = std::chrono::seconds(1);
        DocumentReader reader({"/bin/sh", "-c", "read n; " + script.toStdString(), "reader"}, limits);
        for (int i = 0; i < 2; ++i) {
            try {
                reader.read("some.pdf");
                QFAIL("it was read");
            } catch (const Error& error) {
                QVERIFY2(QString::fromStdString(error.message()).contains(reason) && error.message().find("some.pdf") != std::string::npos, error.what());
            }
        }
    }
    void tooMuchMemoryIsSaid() {
        ReaderLimits limits;
        limits.memory_mb = 192;
        DocumentReader reader(defaultReaderCommand(), limits);
        const fs::path large = m_files.write("large.html", "<p>" + std::string(60u << 20, 'x'));
        try {
            reader.read(large);
            QFAIL("it was read");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("memory") != std::string::npos && error.message().find("large.html") != std::string::npos, error.what());
        }
        QCOMPARE(reader.read(m_files.write("small.txt", "small")).text, std::string("small"));
    }
    void stopEndsAReadingAtOnce() {
        DocumentReader reader({"/bin/sh", "-c", "exec sleep 100", "reader"});
        std::stop_source stop;
        const std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            stop.request_stop();
        });
        QElapsedTimer timer;
        timer.start();
        QVERIFY_THROWS_EXCEPTION(Error, reader.read("some.pdf", stop.get_token()));
        QVERIFY(timer.elapsed() < 5000);
    }
    void missingReaderSaysWhereToLook() {
        DocumentReader reader({"/no/such/triptych-reader"});
        try {
            reader.read("some.pdf");
            QFAIL("it was read");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::NotFound);
            QVERIFY(error.hint().find("TRIPTYCH_READER") != std::string::npos);
        }
    }
};

QTEST_GUILESS_MAIN(HostileDocuments)
#include "tst_hostile_documents.moc"
