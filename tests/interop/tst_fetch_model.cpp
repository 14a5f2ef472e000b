#include "base/error.h"
#include "base/files.h"
#include "interop/download.h"
#include "interop/fetch_model.h"
#include "interop/zip_archive.h"

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <zip.h>

#include <atomic>
#include <cstdlib>
#include <functional>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

/// A small HTTP server in a thread of its own: files with ranges, and what goes wrong on real ones.
class Server : public QThread {
public:
    Server() {
        start();
        while (m_port == 0)
            QThread::yieldCurrentThread();
    }
    ~Server() override {
        quit();
        wait();
    }
    std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(m_port) + path; }
    QByteArray file, page, type = "text/html";
    std::atomic<int> requests = 0;
    std::atomic<int> breakAfter = -1; ///< bytes of an answer after which the line breaks, once
    std::atomic<int> failing = 0;     ///< so many answers of 503 first
    std::atomic<bool> ranges = true;
    QByteArray lastRange;

protected:
    void run() override {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { answer(*socket); });
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        });
        m_port = server.serverPort();
        exec();
    }

private:
    void answer(QTcpSocket& socket) {
        const QByteArray request = socket.readAll();
        ++requests;
        const QByteArray path = request.split(' ').value(1);
        const auto send = [&](const QByteArray& status, const QByteArray& headers, const QByteArray& body) {
            socket.write("HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" + headers + "\r\n");
            const int most = path.startsWith("/file") ? breakAfter.exchange(-1) : -1;
            socket.write(most >= 0 ? body.left(most) : body);
            socket.flush();
            socket.disconnectFromHost();
        };
        if (failing > 0) {
            --failing;
            return send("503 Busy", "", "");
        }
        if (path == "/simple/tiny-package/")
            return send("200 OK", "Content-Type: " + type + "\r\n", page);
        if (path == "/moved")
            return send("302 Found", "Location: /file.zip\r\n", "");
        if (!path.startsWith("/file"))
            return send("404 Not Found", "", "nothing here");
        const qsizetype at = request.toLower().indexOf("range: bytes=");
        lastRange = at < 0 ? QByteArray() : request.mid(at + 13, request.indexOf("\r\n", at) - at - 13);
        const qsizetype from = lastRange.split('-').value(0).toLongLong();
        if (!lastRange.isEmpty() && ranges) {
            if (from >= file.size())
                return send("416 Range Not Satisfiable", "", "");
            return send("206 Partial Content",
                        "Content-Range: bytes " + QByteArray::number(from) + "-" + QByteArray::number(file.size() - 1) + "/" + QByteArray::number(file.size()) + "\r\n",
                        file.mid(from));
        }
        send("200 OK", "", file);
    }
    std::atomic<quint16> m_port = 0;
};

void addEntry(zip_t* zip, const char* name, const std::string& bytes) {
    void* const copy = std::malloc(bytes.size() + 1);
    std::memcpy(copy, bytes.data(), bytes.size());
    zip_file_add(zip, name, zip_source_buffer(zip, copy, bytes.size(), 1), ZIP_FL_ENC_UTF_8);
}

} // namespace

class FetchModelTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    int m_count = 0;

    fs::path fresh() {
        const fs::path folder = fs::path(m_dir.path().toStdString()) / std::to_string(++m_count);
        fs::create_directories(folder);
        return folder;
    }
    static std::optional<ErrorCode> codeOf(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.code();
        }
        return std::nullopt;
    }
    static DownloadRequest requestFor(const Server& server, const fs::path& target) {
        const std::string bytes = server.file.toStdString();
        return {server.url("/file.zip"), target, sha256(bytes), bytes.size(), 3, 0.01};
    }
    QByteArray zipOf(const std::vector<std::pair<std::string, std::string>>& entries) {
        const fs::path path = fresh() / "made.zip";
        zip_t* const zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
        for (const auto& [name, bytes] : entries)
            addEntry(zip, name.c_str(), bytes);
        zip_close(zip);
        return QByteArray::fromStdString(readFile(path));
    }

private Q_SLOTS:
    void aFileComesWholeAndChecked() {
        Server server;
        server.file = QByteArray(300'000, 'x') + "end";
        const fs::path target = fresh() / "a.bin";
        download(requestFor(server, target), nullProgress(), {});
        QCOMPARE(readFile(target), server.file.toStdString());
        DownloadRequest moved = requestFor(server, fresh() / "b.bin");
        moved.url = server.url("/moved");
        download(moved, nullProgress(), {});
        QVERIFY(fs::exists(moved.target));
    }
    void aBrokenLineGoesOnWhereItEnded() {
        Server server;
        server.file = QByteArray(200'000, 'a') + QByteArray(200'000, 'b');
        server.breakAfter = 150'000;
        const fs::path target = fresh() / "a.bin";
        download(requestFor(server, target), nullProgress(), {});
        QCOMPARE(readFile(target), server.file.toStdString());
        QCOMPARE(server.requests, 2);
        QVERIFY(server.lastRange.startsWith("150000-"));
    }
    void whatAnEarlierCallLeftIsGoneOnWith() {
        Server server;
        server.file = QByteArray(100'000, 'a') + QByteArray(100'000, 'b');
        server.breakAfter = 120'000;
        DownloadRequest request = requestFor(server, fresh() / "a.bin");
        request.attempts = 1;
        QVERIFY(codeOf([&] { download(request, nullProgress(), {}); }) == ErrorCode::Io);
        fs::path part = request.target;
        part += ".part";
        QCOMPARE(fs::file_size(part), std::uintmax_t(120'000));
        QVERIFY(!fs::exists(request.target));
        server.ranges = false; // a server that starts anew is no harm
        download(request, nullProgress(), {});
        QCOMPARE(readFile(request.target), server.file.toStdString());
        QVERIFY(!fs::exists(part));
    }
    void aBusyServerIsAskedAgain() {
        Server server;
        server.file = "bytes";
        server.failing = 2;
        const DownloadRequest request = requestFor(server, fresh() / "a.bin");
        download(request, nullProgress(), {});
        QCOMPARE(server.requests, 3);
    }
    void aWrongHashOrSizeLeavesNothing() {
        Server server;
        server.file = QByteArray(5000, 'x');
        DownloadRequest request = requestFor(server, fresh() / "a.bin");
        request.sha256[0] = request.sha256[0] == '0' ? '1' : '0';
        QVERIFY(codeOf([&] { download(request, nullProgress(), {}); }) == ErrorCode::Corrupt);
        QVERIFY(fs::is_empty(request.target.parent_path()));
        request = requestFor(server, request.target);
        request.bytes = 4999;
        QVERIFY(codeOf([&] { download(request, nullProgress(), {}); }) == ErrorCode::Corrupt);
        QVERIFY(fs::is_empty(request.target.parent_path()));
    }
    void whatCannotBeFetchedSaysWhy() {
        Server server;
        server.file = "x";
        DownloadRequest request = requestFor(server, fresh() / "a.bin");
        request.url = server.url("/absent");
        QVERIFY(codeOf([&] { download(request, nullProgress(), {}); }) == ErrorCode::NotFound);
        request.url = "file:///etc/hostname";
        QVERIFY(codeOf([&] { download(request, nullProgress(), {}); }) == ErrorCode::Io);
        request.url = "http://127.0.0.1:1/x"; // nobody listens there
        request.attempts = 2;
        QVERIFY(codeOf([&] { download(request, nullProgress(), {}); }) == ErrorCode::Io);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(codeOf([&] { download(requestFor(server, fresh() / "b.bin"), nullProgress(), stop.get_token()); }) == ErrorCode::Cancelled);
    }
    void anIndexInHtmlAndInJsonNamesTheFile() {
        Server server;
        server.page = "<a href=\"../../other.whl#sha256=1\">other.whl</a><a data-x=\"1\" href=\"../../file.zip?a=1&amp;b=2#sha256=ab\">file.zip</a>";
        QCOMPARE(packageFileUrl(server.url("/simple"), "tiny-package", "file.zip", {}), server.url("/file.zip?a=1&b=2"));
        server.page = "{\"files\": [{\"filename\": \"file.zip\", \"url\": \"" + QByteArray::fromStdString(server.url("/file.zip#x")) + "\"}, 3]}";
        QCOMPARE(packageFileUrl(server.url("/simple/"), "tiny-package", "file.zip", {}), server.url("/file.zip"));
        QVERIFY(codeOf([&] { packageFileUrl(server.url("/simple"), "tiny-package", "absent.zip", {}); }) == ErrorCode::NotFound);
        QVERIFY(codeOf([&] { packageFileUrl(server.url("/simple"), "no-package", "file.zip", {}); }) == ErrorCode::NotFound);
    }
    void theIndexIsPips() {
        qputenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
        QCOMPARE(packageIndex(), std::string("http://127.0.0.1:9/simple"));
        qunsetenv("PIP_INDEX_URL");
        if (std::system("python3 -c 'import pip' 2>/dev/null") == 0)
            QVERIFY(packageIndex().starts_with("http"));
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nowhere"); // no Python there
        QVERIFY(codeOf([] { packageIndex(); }) == ErrorCode::NotFound);
        qputenv("PATH", path);
    }
    void aKnownModelIsFetchedOnce() {
        Server server;
        std::vector<std::pair<std::string, std::string>> entries = {{"tiny/__init__.py", "raise SystemExit"}};
        std::uintmax_t unpacked = 0;
        const fs::path tiny = TRIPTYCH_TEST_DATA "/bert_tiny/encoder";
        for (const auto& entry : fs::recursive_directory_iterator(tiny)) {
            if (!entry.is_regular_file())
                continue;
            entries.emplace_back("tiny/model/" + fs::relative(entry.path(), tiny).string(), readFile(entry.path()));
            unpacked += entry.file_size();
        }
        server.file = zipOf(entries);
        server.page = "<a href=\"/file.zip\">file.zip</a>";
        const std::string bytes = server.file.toStdString();
        const KnownModel model = {"tiny", {}, "MIT", "tiny-package", "file.zip", bytes.size(), sha256(bytes), "tiny/model/", unpacked};
        const fs::path models = fresh() / "models";
        QCOMPARE(fetchModel(model, models, server.url("/simple"), nullProgress(), {}), models / "tiny");
        QVERIFY(fs::exists(models / "tiny/1_Pooling/config.json"));
        QVERIFY(!fs::exists(models / "tiny/__init__.py"));
        QVERIFY(!fs::exists(models / ".downloads/file.zip"));
        const int asked = server.requests;
        fetchModel(model, models, server.url("/simple"), nullProgress(), {});
        QCOMPARE(server.requests, asked);
        // What an earlier call left behind is not believed.
        const fs::path others = fresh() / "models";
        fs::create_directories(others / ".downloads");
        atomicWrite(others / ".downloads/file.zip", "not the archive");
        fetchModel(model, others, server.url("/simple"), nullProgress(), {});
        QVERIFY(fs::exists(others / "tiny/config.json"));
        QVERIFY(!fs::exists(others / ".tiny.unpacked"));
        // A package whose folder is no model leaves nothing that looks like one.
        KnownModel wrong = model;
        wrong.name = "wrong";
        wrong.entry = "tiny/__init__.py";
        QVERIFY(codeOf([&] { fetchModel(wrong, models, server.url("/simple"), nullProgress(), {}); }) == ErrorCode::NotFound);
        QVERIFY(!fs::exists(models / "wrong"));
    }
    void hostileArchivesAreRefused_data() {
        QTest::addColumn<QString>("entry");
        for (const char* entry : {"m/../../evil", "m//etc/evil", "m/..", "m/a\\..\\b"})
            QTest::newRow(entry) << QString::fromLatin1(entry);
    }
    void hostileArchivesAreRefused() {
        QFETCH(QString, entry);
        const fs::path folder = fresh();
        QFile file(QString::fromStdString((folder / "a.zip").string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(zipOf({{"m/good", "x"}, {entry.toStdString(), "y"}}));
        file.close();
        QVERIFY(codeOf([&] { extractZip(folder / "a.zip", "m/", folder / "out", 1000, nullProgress(), {}); }) == ErrorCode::InvalidInput);
        QVERIFY(!fs::exists(folder / "out"));
    }
    void bombsAndDamageAreRefused() {
        const fs::path folder = fresh();
        const auto archive = [&](QByteArray bytes) {
            atomicWrite(folder / "a.zip", bytes.toStdString());
            return folder / "a.zip";
        };
        const QByteArray zeros = zipOf({{"m/zeros", std::string(1'000'000, '\0')}});
        QVERIFY(zeros.size() < 5000);
        QVERIFY(codeOf([&] { extractZip(archive(zeros), "m/", folder / "out", 999'999, nullProgress(), {}); }) == ErrorCode::InvalidInput);
        QVERIFY(codeOf([&] { extractZip(archive(zeros), "other/", folder / "out", 1'000'000, nullProgress(), {}); }) == ErrorCode::NotFound);
        extractZip(archive(zeros), "m/", folder / "out", 1'000'000, nullProgress(), {});
        QCOMPARE(fs::file_size(folder / "out/zeros"), std::uintmax_t(1'000'000));
        for (const qsizetype cut : {qsizetype(0), qsizetype(10), zeros.size() / 2, zeros.size() - 1})
            QVERIFY(codeOf([&] { extractZip(archive(zeros.left(cut)), "m/", folder / "none", 1'000'000, nullProgress(), {}); }) == ErrorCode::InvalidInput);
        QByteArray flipped = zeros;
        for (qsizetype i = 40; i < 60; ++i)
            flipped[i] = static_cast<char>(~flipped[i]);
        QVERIFY(codeOf([&] { extractZip(archive(flipped), "m/", folder / "none", 1'000'000, nullProgress(), {}); }) == ErrorCode::InvalidInput);
        QVERIFY(codeOf([&] { extractZip(folder / "absent.zip", "m/", folder / "none", 1, nullProgress(), {}); }) == ErrorCode::NotFound);
    }
    void theListIsWhole() {
        const std::vector<KnownModel> models = knownModels();
        QCOMPARE(models.size(), std::size_t(3)); // the starters
        for (const KnownModel& model : models) {
            QCOMPARE(model.sha256.size(), std::size_t(64));
            QVERIFY(!model.licence.empty() && !model.about.at("zh").empty());
        }
        QVERIFY(codeOf([] { knownModel("nothing of the kind"); }) == ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(FetchModelTest)
#include "tst_fetch_model.moc"
