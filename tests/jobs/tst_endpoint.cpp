#include "base/error.h"
#include "base/files.h"
#include "jobs/endpoint.h"
#include "jobs/keychain.h"
#include "storage/workspace.h"
#include "support/fake_keychain.h"

#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

constexpr const char* kKey = "sk-test-0123456789abcdefghij";

Endpoint plain() {
    Endpoint endpoint;
    endpoint.name = "lab";
    endpoint.base_url = "http://127.0.0.1:8000/v1";
    endpoint.model = "m";
    return endpoint;
}

Error errorOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorCode::Internal, "no error");
}

bool holds(const Error& error, const char* text) { return (error.message() + ' ' + error.hint()).find(text) != std::string::npos; }

} // namespace

class EndpointTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_folder;

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_folder = m_dir->path().toStdString() + "/w";
        Workspace::create(m_folder);
        qputenv("TRIPTYCH_DATA_DIR", (m_dir->path() + QStringLiteral("/data")).toLocal8Bit());
        qunsetenv("TRIPTYCH_KEY_LAB");
    }

    void addressesHaveOneForm_data() {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("kept");
        const auto row = [](const char* given, const char* kept) { QTest::newRow(given) << QString::fromUtf8(given) << QString::fromUtf8(kept); };
        row("https://host/v1", "https://host/v1");
        row("https://host/v1/", "https://host/v1");
        row("https://host", "https://host/v1");
        row("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1");
        row("https://host/openai/v1/chat/completions", "https://host/openai/v1");
        row("https://host/v1/embeddings", "https://host/v1");
        row("http://[::1]:8000/api", "http://[::1]:8000/api");
        for (const char* bad : {"host/v1", "ftp://host/v1", "https://", "https:///", "https://user:secret@host/v1", "https://host/v1?key=secret", "https://host/v1#secret",
                                "https://host/a b", "sk-secret", "https://h\xc3\xb6st/v1"})
            row(bad, "");
    }
    void addressesHaveOneForm() {
        QFETCH(QString, given);
        QFETCH(QString, kept);
        Endpoint endpoint = plain();
        endpoint.base_url = given.toStdString();
        if (!kept.isEmpty()) {
            QCOMPARE(QString::fromStdString(checkedEndpoint(endpoint).base_url), kept);
            return;
        }
        const Error error = errorOf([&] { checkedEndpoint(endpoint); });
        QVERIFY(error.code() == ErrorCode::InvalidArgument && holds(error, "base_url"));
        QVERIFY(!holds(error, "secret"));
    }
    void fieldsAreChecked() {
        const auto refused = [](const std::function<void(Endpoint&)>& change, const char* field) {
            Endpoint endpoint = plain();
            change(endpoint);
            const Error error = errorOf([&] { checkedEndpoint(endpoint); });
            return error.code() == ErrorCode::InvalidArgument && holds(error, field);
        };
        QVERIFY(refused([](Endpoint& e) { e.model = ""; }, "model"));
        QVERIFY(refused([](Endpoint& e) { e.model = "a\nb"; }, "model"));
        for (const char* variable : {"sk-secret", "AWS_SECRET_ACCESS_KEY", "TRIPTYCH_KEY_", "TRIPTYCH_KEY_A-B", "XTRIPTYCH_KEY_A"})
            QVERIFY(refused([variable](Endpoint& e) { e.key_env = variable; }, "key_env"));
        QVERIFY(refused([](Endpoint& e) { e.idle_timeout_s = 0; }, "idle_timeout_s"));
        QVERIFY(refused([](Endpoint& e) { e.connect_timeout_s = 1e9; }, "connect_timeout_s"));
        QVERIFY(refused([](Endpoint& e) { e.attempts = 0; }, "attempts"));
    }
    void oneIsAddedFoundAndRemoved() {
        testing::FakeKeychain keychain(m_dir->path());
        Workspace workspace = Workspace::open(m_folder);
        Endpoint endpoint = plain();
        endpoint.embedder = true;
        endpoint.dimension = 384;
        endpoint.idle_timeout_s = 2.5;
        addEndpoint(workspace, endpoint);
        endpoint.name = "a.b 中";
        addEndpoint(workspace, endpoint);
        QCOMPARE(endpointNames(m_folder), (std::vector<std::string>{"a.b 中", "lab"}));
        const Endpoint found = *findEndpoint(m_folder, "lab");
        QVERIFY(endpointToJson(found) == endpointToJson(*findEndpoint(m_folder, "lab")));
        QVERIFY(found.embedder && found.dimension == 384 && found.idle_timeout_s == 2.5 && found.name == "lab");
        QVERIFY(!findEndpoint(m_folder, "../w/endpoints/lab") && !findEndpoint(m_folder, "other"));
        QVERIFY(errorOf([&] { addEndpoint(workspace, plain()); }).code() == ErrorCode::AlreadyExists);
        fs::create_directories(m_folder / "models/taken");
        workspace.saveModel({"taken", "models/taken", "encoder", "", "2026-01-01T00:00:00Z"});
        Endpoint taken = plain();
        taken.name = "taken";
        QVERIFY(errorOf([&] { addEndpoint(workspace, taken); }).code() == ErrorCode::AlreadyExists);
        taken.name = "../x";
        QVERIFY(errorOf([&] { addEndpoint(workspace, taken); }).code() == ErrorCode::InvalidArgument);
        QVERIFY(workspace.check().problems.empty());
        storeKey(*findEndpoint(m_folder, "lab"), kKey);
        QVERIFY(removeEndpoint(m_folder, "lab"));
        QVERIFY(!findEndpoint(m_folder, "lab") && keychain.kept().isEmpty());
        atomicWrite(m_folder / "endpoints/odd.json", "{");
        QVERIFY(!removeEndpoint(m_folder, "odd")); // nobody knows its server
        QVERIFY(errorOf([&] { removeEndpoint(m_folder, "lab"); }).code() == ErrorCode::NotFound);
    }
    void filesThatDoNotFitAreNamed_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("fault");
        const auto row = [](const char* name, const QByteArray& file, const QByteArray& fault) { QTest::newRow(name) << file << fault; };
        row("no JSON", "{", "lab.json");
        row("a list", "[]", "lab.json");
        row("a key in it", "{\"base_url\": \"http://h/v1\", \"model\": \"m\", \"api_key\": \"secret\"}", "api_key");
        row("no address", "{\"model\": \"m\"}", "base_url");
        row("address a number", "{\"base_url\": 7, \"model\": \"m\"}", "base_url");
        row("bad address", "{\"base_url\": \"https://u:secret@h/v1\", \"model\": \"m\"}", "base_url");
        row("another's variable", "{\"base_url\": \"https://h/v1\", \"model\": \"m\", \"key_env\": \"AWS_SECRET_ACCESS_KEY\"}", "key_env");
        row("bad time", "{\"base_url\": \"https://h/v1\", \"model\": \"m\", \"idle_timeout_s\": -1}", "idle_timeout_s");
    }
    void filesThatDoNotFitAreNamed() {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, fault);
        fs::create_directories(m_folder / "endpoints");
        atomicWrite(m_folder / "endpoints/lab.json", file.toStdString());
        const Error error = errorOf([&] { findEndpoint(m_folder, "lab"); });
        QVERIFY2(error.code() == ErrorCode::InvalidInput && holds(error, fault.constData()) && holds(error, "lab.json"), error.what());
        QVERIFY(!holds(error, "secret"));
    }

    void theEnvironmentGoesBeforeTheKeychain() {
        testing::FakeKeychain keychain(m_dir->path());
        Workspace workspace = Workspace::open(m_folder);
        const Endpoint endpoint = plain();
        addEndpoint(workspace, endpoint);
        EndpointKey key = endpointKey(endpoint);
        QVERIFY(key.text.empty());
        QVERIFY2(key.source.find("TRIPTYCH_KEY_LAB") != std::string::npos && key.source.find("keychain") != std::string::npos, key.source.c_str());
        storeKey(endpoint, kKey);
        key = endpointKey(endpoint);
        QCOMPARE(key.text, std::string(kKey));
        QCOMPARE(key.source, std::string("the keychain"));
        qputenv("TRIPTYCH_KEY_LAB", "other-key\n");
        key = endpointKey(endpoint);
        QCOMPARE(key.text, std::string("other-key"));
        QCOMPARE(key.source, std::string("TRIPTYCH_KEY_LAB"));
        Endpoint named = endpoint;
        named.name = "other";
        named.key_env = "TRIPTYCH_KEY_TEST";
        addEndpoint(workspace, named);
        qputenv("TRIPTYCH_KEY_TEST", "third");
        QCOMPARE(endpointKey(named).text, std::string("third"));
        qunsetenv("TRIPTYCH_KEY_TEST");
        clearKey(endpoint);
        clearKey(endpoint); // none is there: no error
        qunsetenv("TRIPTYCH_KEY_LAB");
        QVERIFY(endpointKey(endpoint).text.empty());
        // Never an argument of a process.
        QVERIFY(!keychain.calls().contains(kKey));
        QVERIFY(keychain.calls().contains("lab"));
    }
    void aKeyBelongsToItsServer() {
        testing::FakeKeychain keychain(m_dir->path());
        storeKey(plain(), kKey);
        Endpoint foreign = plain();
        foreign.base_url = "https://elsewhere.example/v1";
        QVERIFY(endpointKey(foreign).text.empty());
        Endpoint samePlace = plain();
        samePlace.base_url = "http://127.0.0.1:8000/other";
        QCOMPARE(endpointKey(samePlace).text, std::string(kKey));
    }
    void theEnvironmentsKeyBelongsToServersAddedHere() {
        Workspace workspace = Workspace::open(m_folder);
        qputenv("TRIPTYCH_KEY_LAB", kKey);
        const auto refused = [](const Endpoint& endpoint) {
            const Error error = errorOf([&] { endpointKey(endpoint); });
            return error.code() == ErrorCode::InvalidArgument && holds(error, "add it again") && holds(error, serverOf(endpoint).c_str()) && !holds(error, kKey);
        };
        // As in a workspace that came from elsewhere: its file is there, and nobody has added it.
        saveEndpoint(m_folder, plain());
        QVERIFY(refused(*findEndpoint(m_folder, "lab")));
        removeEndpoint(m_folder, "lab");
        addEndpoint(workspace, plain());
        QCOMPARE(endpointKey(plain()).text, std::string(kKey));
        Endpoint foreign = plain();
        foreign.base_url = "https://elsewhere.example/v1";
        QVERIFY(refused(foreign));
        foreign = plain();
        foreign.key_env = "TRIPTYCH_KEY_OTHER";
        qputenv("TRIPTYCH_KEY_OTHER", kKey);
        QVERIFY(refused(foreign));
        qunsetenv("TRIPTYCH_KEY_OTHER");
    }
    void aKeyGoesUnencryptedOnlyIfAllowed_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("safe");
        const auto row = [](const char* address, bool safe) { QTest::newRow(address) << QString::fromLatin1(address) << safe; };
        row("https://lab.example/v1", true);
        row("http://127.0.0.1:8000/v1", true);
        row("http://127.8.8.8/v1", true);
        row("http://localhost:8000/v1", true);
        row("http://[::1]:8000/v1", true);
        row("http://lab.example/v1", false);
        row("http://192.168.1.9:8000/v1", false);
        row("http://127.0.0.1.lab.example/v1", false);
        row("http://localhost.lab.example/v1", false);
        row("http://[::1f]:8000/v1", false);
    }
    void aKeyGoesUnencryptedOnlyIfAllowed() {
        QFETCH(QString, address);
        QFETCH(bool, safe);
        testing::FakeKeychain keychain(m_dir->path());
        Workspace workspace = Workspace::open(m_folder);
        Endpoint endpoint = plain();
        endpoint.base_url = address.toStdString();
        addEndpoint(workspace, endpoint);
        QVERIFY(endpointKey(endpoint).text.empty()); // without a key any address will do
        qputenv("TRIPTYCH_KEY_LAB", kKey);
        if (safe) {
            QCOMPARE(endpointKey(endpoint).text, std::string(kKey));
            return;
        }
        const auto refused = [](const Error& error) { return error.code() == ErrorCode::InvalidArgument && holds(error, "unencrypted") && holds(error, "https"); };
        QVERIFY(refused(errorOf([&] { endpointKey(endpoint); })));
        QVERIFY(refused(errorOf([&] { storeKey(endpoint, kKey); })));
        endpoint.allow_plain_http = true; // in the file alone, it opens nothing
        QVERIFY(holds(errorOf([&] { endpointKey(endpoint); }), "add it again"));
        removeEndpoint(m_folder, "lab");
        addEndpoint(workspace, endpoint);
        QVERIFY(findEndpoint(m_folder, "lab")->allow_plain_http);
        QCOMPARE(endpointKey(endpoint).text, std::string(kKey));
    }
    void aNameOfBothIsNobodys() {
        Workspace workspace = Workspace::open(m_folder);
        addEndpoint(workspace, plain());
        requireNoModel(workspace, plain());
        fs::create_directories(m_dir->path().toStdString() + "/data/models/lab");
        const Error error = errorOf([&] { requireNoModel(workspace, plain()); });
        QVERIFY2(error.code() == ErrorCode::InvalidArgument && holds(error, "data/models/lab") && holds(error, "http://127.0.0.1:8000"), error.what());
    }
    void withoutAKeychainTheEnvironmentIsNamed() {
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nowhere");
        const Error stored = errorOf([] { storeKey(plain(), kKey); });
        QVERIFY(stored.code() == ErrorCode::Unsupported && holds(stored, "secret-tool") && holds(stored, "environment") && !holds(stored, kKey));
        const EndpointKey none = endpointKey(plain());
        QVERIFY2(none.text.empty() && none.source.find("no keychain") != std::string::npos, none.source.c_str());
        qputenv("PATH", path);

        testing::FakeKeychain keychain(m_dir->path());
        keychain.fail("secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY");
        const Error failed = errorOf([] { storeKey(plain(), kKey); });
        QVERIFY2(failed.code() == ErrorCode::Unsupported && holds(failed, "autolaunch"), failed.what());
        QVERIFY(endpointKey(plain()).source.find("autolaunch") != std::string::npos);
    }
    void aStopIsHeardWhileTheKeychainThinks() {
        testing::FakeKeychain keychain(m_dir->path());
        keychain.hang();
        std::stop_source source;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            source.request_stop();
        });
        const auto begin = std::chrono::steady_clock::now();
        QVERIFY(errorOf([&] { lookUpKey(plain(), source.get_token()); }).code() == ErrorCode::Cancelled);
        QVERIFY(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    }
    void whatIsNoKeyIsRefusedAndNotRepeated() {
        testing::FakeKeychain keychain(m_dir->path());
        for (const char* bad : {"", "two words", "line\nbreak", "schl\xc3\xbcssel"}) {
            const Error error = errorOf([&] { storeKey(plain(), bad); });
            QVERIFY(error.code() == ErrorCode::InvalidArgument && (*bad == 0 || !holds(error, bad)));
        }
        addEndpoint(Workspace::open(m_folder), plain());
        qputenv("TRIPTYCH_KEY_LAB", "two words");
        const Error error = errorOf([] { endpointKey(plain()); });
        QVERIFY(error.code() == ErrorCode::InvalidArgument && holds(error, "TRIPTYCH_KEY_LAB") && !holds(error, "two words"));
    }
    void variablesFollowFromNames() {
        Endpoint endpoint = plain();
        endpoint.name = "My-server 2.0中";
        QCOMPARE(keyVariable(endpoint), std::string("TRIPTYCH_KEY_MY_SERVER_2_0___"));
        endpoint.key_env = "TRIPTYCH_KEY_OTHER";
        QCOMPARE(keyVariable(endpoint), std::string("TRIPTYCH_KEY_OTHER"));
    }
};

QTEST_GUILESS_MAIN(EndpointTest)
#include "tst_endpoint.moc"
