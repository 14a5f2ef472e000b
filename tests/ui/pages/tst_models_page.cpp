#include "base/files.h"
#include "engine_client/engines.h"
#include "item_models/tensors_model.h"
#include "jobs/endpoint.h"
#include "pages/models/export_card.h"
#include "pages/models/models_page.h"
#include "support/fake_keychain.h"
#include "support/http_server.h"
#include "support/model_folders.h"
#include "support/speaking_models.h"
#include "ui/support/page_host.h"
#include "ui/support/pictures.h"
#include "widgets/banner.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace triptych;
using namespace triptych::testing;
using namespace triptych::ui;

namespace {

const QString kTiny = QStringLiteral(TRIPTYCH_TEST_DATA "/bert_tiny/");
constexpr int kPatience = 60'000; // the first request starts the engine
const QByteArray kKey = "sk-test-0123456789abcdefghij";

QString answerOf(const ModelsPage& page) { return page.findChild<QLabel*>(QStringLiteral("answer"))->text(); }
void click(const QWidget& page, const char* button) { QTest::mouseClick(page.findChild<QPushButton*>(QLatin1String(button)), Qt::LeftButton); }
QLineEdit* field(const QWidget& page, const char* name) { return page.findChild<QLineEdit*>(QLatin1String(name)); }

} // namespace

/// The page with the real engine and models of a few kilobytes.
class ModelsPageTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    int m_count = 0;
    std::optional<std::filesystem::path> m_starter;

    std::filesystem::path fresh() {
        const auto folder = std::filesystem::path(m_dir.path().toStdString()) / std::to_string(++m_count);
        qputenv("TRIPTYCH_DATA_DIR", (folder / "data").string().c_str());
        Workspace::create(folder / "w");
        return folder / "w";
    }
    static ModelsPage* shown(PageHost& host) {
        auto* page = static_cast<ModelsPage*>(host.make(QStringLiteral("models")));
        page->resize(1200, 860);
        page->show();
        page->refresh();
        return page;
    }
    static QString complaintOf(const ModelsPage& page) {
        for (const Banner* banner : page.findChildren<Banner*>()) {
            if (banner->isVisible())
                return banner->message();
        }
        return {};
    }
    static void importThere(ModelsPage& page, const QString& folder, const QString& name) {
        QSignalSpy described(&page, &ModelsPage::described);
        page.open(folder);
        auto* field = page.findChild<QLineEdit*>(QStringLiteral("importName"));
        field->setText(name);
        QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("importModel")), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(described.size() > 0, kPatience);
    }

private Q_SLOTS:
    void initTestCase() {
        try {
            m_starter = starterModel("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
        } catch (const std::exception& error) {
            QFAIL(error.what());
        }
    }
    void whatAGeneratorWritesComesPieceByPiece_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("vocabulary");
        QTest::newRow("decoder") << QStringLiteral("decoders/llama") << 96;
        QTest::newRow("T5") << QStringLiteral("t5/t5") << 48;
    }
    void whatAGeneratorWritesComesPieceByPiece() {
        QFETCH(QString, model);
        QFETCH(int, vocabulary);
        const auto folder = fresh();
        makeSpeaking(std::filesystem::path(TRIPTYCH_TEST_DATA) / model.toStdString(), folder.parent_path() / "speaker", vocabulary, false);
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        importThere(*page, QString::fromStdString((folder.parent_path() / "speaker").string()), QStringLiteral("speaker"));
        QTest::keyClicks(field(*page, "tryFirst"), QStringLiteral("t21 t19 t21 t34 t6"));
        QString streamed, seen;
        int pieces = 0;
        connect(&host.context().engines.writing, &EngineClient::token, this, [&](quint64, const Json& piece) {
            streamed += QString::fromStdString(piece["text"].get<std::string>());
            QCOMPARE(piece["new_tokens"].get<int>(), ++pieces);
            QVERIFY(piece["time_to_first_token_s"].get<double>() > 0);
            seen = answerOf(*page); // what the page shows, figures included
            QVERIFY2(seen.startsWith(streamed) && seen.contains(QStringLiteral("first after")), qPrintable(seen));
            QVERIFY(page->findChild<QPushButton*>(QStringLiteral("stopTrying"))->isVisible());
        });
        QSignalSpy tried(page, &ModelsPage::tried);
        click(*page, "try");
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        QVERIFY2(pieces > 20, qPrintable(answerOf(*page)));
        QVERIFY2(answerOf(*page).startsWith(streamed) && answerOf(*page).contains(QStringLiteral("%1 written").arg(pieces)), qPrintable(answerOf(*page)));
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("stopTrying"))->isVisible());
        QCOMPARE(complaintOf(*page), QString());
        keepPicture(*page, QStringLiteral("models-wrote-") + QString::fromLatin1(QTest::currentDataTag()));
    }
    void stopEndsAnAnswerAndKeepsWhatCame() {
        if (!m_starter)
            QSKIP("smollm2-135m-instruct is not here; ./dev models fetches it");
        const auto folder = fresh();
        std::filesystem::create_directories(folder.parent_path() / "data/models");
        std::filesystem::create_directory_symlink(*m_starter, folder.parent_path() / "data/models/smol");
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        QTRY_VERIFY_WITH_TIMEOUT(page->findChild<QLineEdit*>(QStringLiteral("tryFirst"))->isVisible(), kPatience);
        QTest::keyClicks(field(*page, "tryFirst"), QStringLiteral("Write a long story about a lighthouse."));
        int pieces = 0;
        connect(&host.context().engines.writing, &EngineClient::token, this, [&] {
            if (++pieces == 3)
                click(*page, "stopTrying");
        });
        click(*page, "try");
        QTRY_VERIFY_WITH_TIMEOUT(answerOf(*page).contains(QStringLiteral("stopped")), kPatience);
        const QString kept = answerOf(*page);
        // The engine has stopped too: it answers the next question at once, and nothing of the old one comes.
        QElapsedTimer clock;
        clock.start();
        bool answered = false;
        host.context().engines.writing.request(QStringLiteral("model.describe"), {{"path", m_starter->string()}}, this, [&](const Json&) { answered = true; },
                                      [](const Error& error) { qWarning("%s", error.what()); });
        QTRY_VERIFY_WITH_TIMEOUT(answered, 5000);
        QVERIFY2(clock.elapsed() < 3000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(answerOf(*page), kept);
        QCOMPARE(pieces, 3);
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("stopTrying"))->isVisible());
        keepPicture(*page, QStringLiteral("models-stopped"));
    }
    void whatIsAskedWaitsForNothingThatTakesLong() {
        const auto folder = fresh();
        for (const char* name : {"labels", "writer"})
            std::filesystem::create_directories(folder.parent_path() / "data/models" / name);
        // One request after another, as the engine does; import and the test of an endpoint never end.
        const std::string script = (folder.parent_path() / "slow_engine.py").string();
        atomicWrite(script, R"(import json, sys, time
def say(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    method, number, params = message["method"], message.get("id"), message.get("params", {})
    if method in ("model.import", "endpoint.test"):
        time.sleep(600)
    writes = params.get("path", "").endswith("writer")
    say({"id": number, "result":
        {"kind": "decoder" if writes else "encoder", "tokenizer": True, "tensors": []} if method == "model.describe" else
        {"tokens": [1], "answer": "word by word", "ms": 1} if writes else
        {"tokens": [1, 1], "similarities": [[1, 0.5], [0.5, 1]], "ms": 1}})
)");
        PageHost host(folder, {QStringLiteral("python3"), QString::fromStdString(script)});
        Endpoint endpoint;
        endpoint.name = "lab";
        endpoint.base_url = "http://127.0.0.1:1/v1";
        endpoint.model = "tiny";
        saveEndpoint(folder, endpoint);
        ModelsPage* page = shown(host);
        auto* list = page->findChild<QListWidget*>(QStringLiteral("models"));
        QSignalSpy described(page, &ModelsPage::described);
        QSignalSpy tried(page, &ModelsPage::tried);
        const auto asks = [&](int row, const QString& expected) {
            described.clear();
            tried.clear();
            list->setCurrentRow(row);
            QTRY_VERIFY_WITH_TIMEOUT(described.size() > 0 || field(*page, "tryFirst")->isVisible(), kPatience);
            field(*page, "tryFirst")->setText(QStringLiteral("one"));
            field(*page, "trySecond")->setText(QStringLiteral("two"));
            click(*page, "try");
            QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
            QVERIFY2(answerOf(*page).contains(expected), qPrintable(answerOf(*page)));
        };
        page->open(kTiny + QStringLiteral("encoder"));
        click(*page, "importModel");
        asks(1, QStringLiteral("word by word"));
        asks(0, QStringLiteral("0.500"));
        click(*page, "testEndpoint");
        asks(0, QStringLiteral("0.500"));
        // Compare's box asks the same process.
        bool predicted = false;
        host.context().engines.answers.request(QStringLiteral("predict"), Json::object(), this, [&](const Json&) { predicted = true; },
                                               [](const Error& error) { qWarning("%s", error.what()); });
        QTRY_VERIFY_WITH_TIMEOUT(predicted, kPatience);
        QVERIFY(host.context().engines.files.pendingCount() == 1 && host.context().engines.writing.pendingCount() == 1);
    }
    void anErrorStaysInSight() {
        const auto folder = fresh();
        makeSpeaking(TRIPTYCH_TEST_DATA "/decoders/llama", folder.parent_path() / "speaker", 96, false);
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        importThere(*page, QString::fromStdString((folder.parent_path() / "speaker").string()), QStringLiteral("speaker"));
        QTest::keyClicks(field(*page, "tryFirst"), QStringLiteral("t1 ").repeated(70)); // more than its positions
        QSignalSpy tried(page, &ModelsPage::tried);
        click(*page, "try");
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        QVERIFY2(complaintOf(*page).contains(QLatin1String("70 tokens")), qPrintable(complaintOf(*page)));
        page->refresh();
        QVERIFY(complaintOf(*page).contains(QLatin1String("70 tokens")));
        field(*page, "tryFirst")->setText(QStringLiteral("t1"));
        click(*page, "try"); // the next question takes it away
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{2}, kPatience);
        QCOMPARE(complaintOf(*page), QString());
    }

    void anEndpointIsAddedTestedAndRemoved() {
        HttpServer server([](const HttpRequest& request, int) {
            if (request.header("Authorization") != QByteArray("Bearer " + kKey))
                return whole("401 Unauthorized", "application/json", "{}");
            return HttpReply{{streamHead() + sse("O"), sse("K") + lastEvents()}, 20};
        });
        const auto folder = fresh();
        FakeKeychain keychain(QString::fromStdString(folder.parent_path().string()));
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        click(*page, "addEndpoint");
        QCOMPARE(field(*page, "endpointKey")->echoMode(), QLineEdit::Password);
        QTest::keyClicks(field(*page, "endpointName"), QStringLiteral("lab"));
        QTest::keyClicks(field(*page, "endpointUrl"), QString::fromStdString(server.url()));
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("saveEndpoint"))->isEnabled()); // the model is missing
        QTest::keyClicks(field(*page, "endpointModel"), QStringLiteral("tiny"));
        QTest::keyClicks(field(*page, "endpointKey"), QString::fromLatin1(kKey));
        QVERIFY(!page->saveState().contains(kKey));
        // Nor does it stay where somebody has put it into the address.
        const QString address = field(*page, "endpointUrl")->text();
        QVERIFY(page->saveState().contains(address.toUtf8()));
        for (const char* wrong : {"https://user:%1@host/v1", "https://host/v1?key=%1", "%1"}) {
            field(*page, "endpointUrl")->setText(QString::fromLatin1(wrong).arg(QString::fromLatin1(kKey)));
            QVERIFY(!page->saveState().contains(kKey));
        }
        // A key goes to another machine by https alone.
        field(*page, "endpointUrl")->setText(QStringLiteral("http://lab.example/v1"));
        QVERIFY(page->findChild<QLabel*>(QStringLiteral("endpointProblem"))->text().contains(QLatin1String("https")));
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("saveEndpoint"))->isEnabled());
        field(*page, "endpointUrl")->setText(address);
        keepPicture(*page, QStringLiteral("models-endpoint-form"));
        auto* const card = page->findChild<QListWidget*>(QStringLiteral("endpoints"))->parentWidget();
        QSignalSpy changed(card, SIGNAL(changed()));
        QSignalSpy tested(card, SIGNAL(tested()));
        click(*page, "saveEndpoint");
        QTRY_COMPARE(changed.size(), qsizetype{1});
        QCOMPARE(complaintOf(*page), QString());
        QCOMPARE(keychain.kept(), kKey);
        QVERIFY(!keychain.calls().contains(kKey));
        QCOMPARE(findEndpoint(folder, "lab")->model, std::string("tiny"));
        QCOMPARE(page->findChild<QListWidget*>(QStringLiteral("endpoints"))->count(), 1);
        QVERIFY(field(*page, "endpointKey")->text().isEmpty());

        auto* test = page->findChild<QPushButton*>(QStringLiteral("testEndpoint"));
        QCOMPARE(test->accessibleName(), QStringLiteral("Test the endpoint"));
        click(*page, "testEndpoint");
        QCOMPARE(test->accessibleName(), QStringLiteral("Stop the test"));
        QTRY_COMPARE_WITH_TIMEOUT(tested.size(), qsizetype{1}, kPatience);
        QCOMPARE(test->accessibleName(), QStringLiteral("Test the endpoint"));
        const QString result = page->findChild<QLabel*>(QStringLiteral("endpointResult"))->text();
        QVERIFY2(result.contains(QStringLiteral("OK")), qPrintable(result + complaintOf(*page)));
        keepPicture(*page, QStringLiteral("models-endpoint-tested"));

        // Its name is no model's any more.
        page->open(kTiny + QStringLiteral("encoder"));
        field(*page, "importName")->setText(QStringLiteral("lab"));
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("importModel"))->isEnabled());

        // Another key; the server refuses it, which is said and stays.
        click(*page, "keyOfEndpoint");
        QTest::keyClicks(field(*page, "endpointKey"), QStringLiteral("sk-another-key-0123"));
        click(*page, "saveEndpoint");
        QTRY_COMPARE(changed.size(), qsizetype{2});
        QCOMPARE(keychain.kept(), QByteArray("sk-another-key-0123"));
        click(*page, "testEndpoint");
        QTRY_COMPARE_WITH_TIMEOUT(tested.size(), qsizetype{2}, kPatience);
        QVERIFY2(complaintOf(*page).contains(QStringLiteral("401")) && !complaintOf(*page).contains(QStringLiteral("sk-")), qPrintable(complaintOf(*page)));
        keepPicture(*page, QStringLiteral("models-endpoint-refused"));

        QTimer::singleShot(0, this, [] { QApplication::activeModalWidget()->findChild<QPushButton*>(QStringLiteral("confirmRemove"))->click(); });
        click(*page, "removeEndpoint");
        QTRY_COMPARE(changed.size(), qsizetype{3});
        QVERIFY(!findEndpoint(folder, "lab"));
        QVERIFY(keychain.kept().isEmpty());
        QDirIterator files(QString::fromStdString(folder.string()), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly) && !file.readAll().contains(kKey));
        }
    }
    void withoutAKeychainTheEndpointStaysAndTheVariableIsNamed() {
        const auto folder = fresh();
        FakeKeychain keychain(QString::fromStdString(folder.parent_path().string()));
        keychain.fail("secret-tool: there is no session bus");
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        click(*page, "addEndpoint");
        field(*page, "endpointName")->setText(QStringLiteral("lab"));
        field(*page, "endpointUrl")->setText(QStringLiteral("http://127.0.0.1:1"));
        field(*page, "endpointModel")->setText(QStringLiteral("tiny"));
        page->findChild<QCheckBox*>(QStringLiteral("endpointEmbedder"))->click();
        field(*page, "endpointKey")->setText(QString::fromLatin1(kKey));
        click(*page, "saveEndpoint");
        QTRY_VERIFY2(complaintOf(*page).contains(QStringLiteral("session bus")), qPrintable(complaintOf(*page)));
        QVERIFY(findEndpoint(folder, "lab")->embedder);
        QVERIFY(!complaintOf(*page).contains(QString::fromLatin1(kKey)));
    }
    void whatAServerSaysIsNoMarkup() {
        HttpServer server([](const HttpRequest&, int) { return whole("400 Bad Request", "application/json", R"({"error": "<b>bold</b> <img src='file:///etc/hostname'>"})"); });
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        click(*page, "addEndpoint");
        field(*page, "endpointName")->setText(QStringLiteral("lab"));
        field(*page, "endpointUrl")->setText(QString::fromStdString(server.url()));
        field(*page, "endpointModel")->setText(QStringLiteral("<i>tiny</i>"));
        click(*page, "saveEndpoint");
        QTRY_VERIFY(page->findChild<QPushButton*>(QStringLiteral("testEndpoint"))->isVisible());
        QVERIFY(page->findChild<QListWidget*>(QStringLiteral("endpoints"))->item(0)->toolTip().contains(QLatin1String("&lt;i&gt;tiny")));
        click(*page, "testEndpoint");
        QTRY_VERIFY_WITH_TIMEOUT(complaintOf(*page).contains(QStringLiteral("<b>bold</b>")), kPatience);
        for (const Banner* banner : page->findChildren<Banner*>()) {
            for (const QLabel* label : banner->findChildren<QLabel*>())
                QCOMPARE(label->textFormat(), Qt::PlainText);
        }
    }
    void anEndpointIsTriedAsAModelIs() {
        HttpServer server([](const HttpRequest& request, int) {
            if (request.path.endsWith("/embeddings")) {
                // The dimension is asked for with one text.
                return whole("200 OK", "application/json", request.body.contains("Hi")
                                                               ? R"({"data": [{"index": 0, "embedding": [3, 0]}, {"index": 1, "embedding": [3, 4]}]})"
                                                               : R"({"data": [{"index": 0, "embedding": [3, 0]}]})");
            }
            if (request.body.contains("for ever"))
                return HttpReply{{streamHead(), sse("la ")}, 20, true};
            return HttpReply{{streamHead() + sse("Good "), sse("<b>day</b>") + lastEvents()}, 20};
        });
        const auto folder = fresh();
        for (const char* name : {"lab", "vectors"}) {
            Endpoint endpoint;
            endpoint.name = name;
            endpoint.base_url = server.url();
            endpoint.model = "tiny";
            endpoint.embedder = endpoint.name == "vectors";
            saveEndpoint(folder, endpoint);
        }
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        auto* list = page->findChild<QListWidget*>(QStringLiteral("endpoints"));
        QVERIFY(!field(*page, "tryFirst")->isVisible());
        // The first is current already; a click opens it all the same.
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(0)).center());
        QVERIFY(field(*page, "tryFirst")->isVisible() && !field(*page, "trySecond")->isVisible());
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("removeModel"))->isEnabled());
        QVERIFY(page->saveState().contains("\"model\":\"lab\""));
        QSignalSpy tried(page, &ModelsPage::tried);
        QTest::keyClicks(field(*page, "tryFirst"), QStringLiteral("Hello"));
        QTest::keyClick(field(*page, "tryFirst"), Qt::Key_Return);
        QVERIFY(field(*page, "tryFirst")->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        QVERIFY2(answerOf(*page).contains(QLatin1String("Good &lt;b&gt;day")) && answerOf(*page).contains(QLatin1String("first after")), qPrintable(answerOf(*page)));
        QCOMPARE(complaintOf(*page), QString());
        keepPicture(*page, QStringLiteral("models-endpoint-tried"));

        field(*page, "tryFirst")->setText(QStringLiteral("Sing for ever"));
        click(*page, "try");
        QTRY_VERIFY_WITH_TIMEOUT(answerOf(*page).contains(QLatin1String("la la la")), kPatience);
        click(*page, "stopTrying");
        QVERIFY2(answerOf(*page).contains(QLatin1String("la la la")) && answerOf(*page).contains(QLatin1String("stopped")), qPrintable(answerOf(*page)));
        // The engine has let go of the server.
        field(*page, "tryFirst")->setText(QStringLiteral("Hello"));
        click(*page, "try");
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{2}, 10'000);
        QVERIFY2(answerOf(*page).contains(QLatin1String("Good")), qPrintable(answerOf(*page)));

        page->open(QStringLiteral("vectors"));
        QCOMPARE(list->currentRow(), 1);
        QVERIFY(field(*page, "trySecond")->isVisible());
        field(*page, "trySecond")->setText(QStringLiteral("Hi"));
        click(*page, "try");
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{3}, kPatience);
        QVERIFY2(answerOf(*page).contains(QLatin1String("0.600")) && !answerOf(*page).contains(QLatin1String("tokens")), qPrintable(answerOf(*page) + complaintOf(*page)));
        keepPicture(*page, QStringLiteral("models-endpoint-vectors"));

        // Taken off the record, it is in sight no more.
        QTimer::singleShot(0, this, [] { QApplication::activeModalWidget()->findChild<QPushButton*>(QStringLiteral("confirmRemove"))->click(); });
        click(*page, "removeEndpoint");
        QTRY_VERIFY(!field(*page, "tryFirst")->isVisible());
        QVERIFY(findEndpoint(folder, "lab") && !findEndpoint(folder, "vectors"));
    }
    void aModelIsImportedShownTriedAndRemoved() {
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("encoder"), QStringLiteral("tiny"));
        QCOMPARE(host.errors(), QStringList());
        QVERIFY(std::filesystem::exists(folder / "models/tiny/model.safetensors"));
        QCOMPARE(host.workspace().model("tiny")->kind, std::string("encoder"));
        QCOMPARE(page->findChild<QListWidget*>(QStringLiteral("models"))->count(), 1);

        // The tree: embeddings, encoder, pooler; the sums are the model's.
        TensorsModel& tensors = page->tensors();
        QCOMPARE(tensors.rowCount(), 3);
        QCOMPARE(tensors.index(1, 0).data().toString(), QStringLiteral("encoder"));
        const QModelIndex layers = tensors.index(0, 0, tensors.index(1, 0));
        QCOMPARE(layers.data().toString(), QStringLiteral("layer"));
        QCOMPARE(tensors.rowCount(layers), 2);

        auto* first = page->findChild<QLineEdit*>(QStringLiteral("tryFirst"));
        auto* second = page->findChild<QLineEdit*>(QStringLiteral("trySecond"));
        QVERIFY(first->isVisible() && second->isVisible());
        QTest::keyClicks(first, QStringLiteral("what is my bank balance"));
        QTest::keyClicks(second, QStringLiteral("what is my bank balance"));
        QSignalSpy tried(page, &ModelsPage::tried);
        QTest::keyClick(second, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        const QString answer = page->findChild<QLabel*>(QStringLiteral("answer"))->text();
        QVERIFY2(answer.contains(QStringLiteral("1.000")) && answer.contains(QStringLiteral("7 + 7 tokens")), qPrintable(answer));
        keepPicture(*page, QStringLiteral("models-encoder"));

        QTimer::singleShot(0, this, [] {
            auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            QVERIFY(box);
            QVERIFY(box->informativeText().contains(QLatin1String("tiny")));
            box->findChild<QPushButton*>(QStringLiteral("confirmRemove"))->click();
        });
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("removeModel")), Qt::LeftButton);
        QTRY_COMPARE(page->findChild<QListWidget*>(QStringLiteral("models"))->count(), 0);
        QVERIFY(!std::filesystem::exists(folder / "models/tiny"));
        QVERIFY(!host.workspace().model("tiny"));
    }
    void aClassifierGivesItsLabels() {
        PageHost host(fresh(), {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("classifier"), QStringLiteral("labels"));
        auto* first = page->findChild<QLineEdit*>(QStringLiteral("tryFirst"));
        QVERIFY(first->isVisible() && !page->findChild<QLineEdit*>(QStringLiteral("trySecond"))->isVisible());
        QTest::keyClicks(first, QStringLiteral("play the red music"));
        QSignalSpy tried(page, &ModelsPage::tried);
        QTest::keyClick(first, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(tried.size(), qsizetype{1}, kPatience);
        const QString answer = page->findChild<QLabel*>(QStringLiteral("answer"))->text();
        for (const char* label : {"alpha", "beta", "gamma"})
            QVERIFY2(answer.contains(QLatin1String(label)), qPrintable(answer));
        keepPicture(*page, QStringLiteral("models-classifier"));
    }
    void withoutAWorkspaceModelsAreTheUsers() {
        const auto folder = fresh();
        PageHost host({}, {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("encoder"), QStringLiteral("mine"));
        QVERIFY(std::filesystem::exists(folder.parent_path() / "data/models/mine/config.json"));
    }
    void knownModelsAreOfferedUnlessTheyAreThere() {
        const auto folder = fresh();
        std::filesystem::create_directories(folder.parent_path() / "data/models/all-minilm-l6-v2");
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        QMenu* const menu = page->findChild<QPushButton*>(QStringLiteral("getModel"))->menu();
        Q_EMIT menu->aboutToShow();
        QVERIFY(menu->actions().size() > 1);
        for (const QAction* action : menu->actions())
            QCOMPARE(action->isEnabled(), !action->text().startsWith(QLatin1String("all-minilm-l6-v2")));
    }
    void aFailedFetchIsSaid() {
        qputenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple"); // nobody listens there
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        QMenu* const menu = page->findChild<QPushButton*>(QStringLiteral("getModel"))->menu();
        Q_EMIT menu->aboutToShow();
        menu->actions().constFirst()->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(complaintOf(*page).contains(QLatin1String("127.0.0.1")), kPatience);
        qunsetenv("PIP_INDEX_URL");
        keepPicture(*page, QStringLiteral("models-not-fetched"));
    }
    void whatCannotBeImportedIsSaidAndLeavesNothing() {
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        const QString bad = m_dir.filePath(QStringLiteral("bad"));
        std::filesystem::copy(TRIPTYCH_TEST_DATA "/bert_tiny/encoder", bad.toStdString(), std::filesystem::copy_options::recursive);
        QFile weights(bad + QStringLiteral("/model.safetensors"));
        QVERIFY(weights.resize(weights.size() - 7));
        page->open(bad);
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("importModel")), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(complaintOf(*page).contains(QLatin1String("model.safetensors")), kPatience);
        QVERIFY(!std::filesystem::exists(folder / "models/bad"));
        QVERIFY(host.workspace().models().empty());
        // A name that is no name cannot be pressed.
        page->findChild<QLineEdit*>(QStringLiteral("importName"))->setText(QStringLiteral("a/b"));
        QVERIFY(!page->findChild<QPushButton*>(QStringLiteral("importModel"))->isEnabled());
    }
    void anImportThatIsCancelledTooLateLeavesNothing_data() {
        QTest::addColumn<bool>("pageGoes");
        QTest::newRow("by the button") << false;
        QTest::newRow("by the end of the page") << true;
    }
    void anImportThatIsCancelledTooLateLeavesNothing() {
        QFETCH(bool, pageGoes);
        const auto folder = fresh();
        // The copy is whole when the cancel is heard.
        const std::string script = (folder.parent_path() / "late_engine.py").string();
        atomicWrite(script, R"(import json, os, sys
def say(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    method, number, params = message["method"], message.get("id"), message.get("params", {})
    if method == "model.import":
        os.makedirs(os.path.join(params["models"], params["name"]))
    elif method == "$/cancel":
        say({"id": params["id"], "result": {"kind": "encoder"}})
    else:
        say({"id": number, "result": {}})
)");
        PageHost host(folder, {QStringLiteral("python3"), QString::fromStdString(script)});
        ModelsPage* page = shown(host);
        page->open(kTiny + QStringLiteral("encoder"));
        click(*page, "importModel");
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(folder / "models/encoder"), kPatience);
        if (pageGoes)
            host.make(QStringLiteral("overview"));
        else
            click(*page, "cancelImport");
        QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(folder / "models/encoder"), kPatience);
        QCOMPARE(host.context().engines.files.pendingCount(), qsizetype{0});
        QVERIFY(host.workspace().models().empty());
        if (pageGoes)
            return;
        QCOMPARE(complaintOf(*page), QString());
        QVERIFY(page->findChild<QPushButton*>(QStringLiteral("importModel"))->isEnabled()); // it may be asked for again
    }
    void aModelIsExportedAndProven() {
        const auto folder = fresh();
        PageHost host(folder, {});
        ModelsPage* page = shown(host);
        auto* button = page->findChild<QPushButton*>(QStringLiteral("exportModel"));
        QVERIFY(!button->isEnabled());
        importThere(*page, QStringLiteral(TRIPTYCH_TEST_DATA "/decoders/llama"), QStringLiteral("tiny"));
        QTest::mouseClick(button, Qt::LeftButton);
        auto* card = page->findChild<ExportCard*>();
        auto* form = card->findChild<QComboBox*>(QStringLiteral("exportForm"));
        auto* place = card->findChild<QLineEdit*>(QStringLiteral("exportPlace"));
        auto* start = card->findChild<QPushButton*>(QStringLiteral("startExport"));
        QVERIFY(card->isVisible() && start->isEnabled());
        QCOMPARE(form->count(), 7);
        QTest::keyClick(form, Qt::Key_End);
        QVERIFY(place->text().endsWith(QLatin1String("tiny-q4_0.gguf")));
        QTest::keyClick(form, Qt::Key_Up);
        const QString out = QString::fromStdString((folder / "tiny.gguf").string());
        place->clear();
        QVERIFY(!start->isEnabled());
        QTest::keyClicks(place, out);
        QSignalSpy finished(card, &ExportCard::finished);
        QTest::mouseClick(start, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), qsizetype{1}, kPatience);
        QVERIFY2(complaintOf(*page).isEmpty(), qPrintable(complaintOf(*page)));
        QVERIFY(QFile::exists(out) && QFile::exists(out + QStringLiteral(".proof.json")));
        const QString outcome = card->findChild<QLabel*>(QStringLiteral("exportOutcome"))->text();
        QVERIFY2(outcome.contains(out) && outcome.contains(QLatin1String("second process")) && outcome.contains(QLatin1String("KL")), qPrintable(outcome));
        keepPicture(*page, QStringLiteral("models-exported"));
        QCOMPARE(card->findChild<QLabel*>(QStringLiteral("exportOutcome"))->textFormat(), Qt::PlainText);

        // What is there already is not written over, which is said of another's file.
        auto* problem = card->findChild<QLabel*>(QStringLiteral("exportProblem"));
        QVERIFY(!start->isEnabled() && !problem->isVisible());
        place->setText(out + QStringLiteral(".proof.json"));
        QVERIFY(!start->isEnabled() && problem->isVisible());
        place->setText(out + QStringLiteral(".other"));
        QVERIFY(start->isEnabled() && !problem->isVisible());

        // Cancelled, it leaves nothing.
        QTest::keyClick(form, Qt::Key_Home);
        const QString second = QString::fromStdString((folder / "cancelled").string());
        place->clear();
        QTest::keyClicks(place, second);
        QTest::mouseClick(start, Qt::LeftButton);
        QVERIFY(!button->isEnabled() && button->toolTip().contains(QLatin1String("export runs")));
        QVERIFY(!card->findChild<QProgressBar*>()->accessibleName().isEmpty());
        auto* close = card->findChild<QPushButton*>(QStringLiteral("closeExport"));
        QTest::mouseClick(close, Qt::LeftButton);
        QCOMPARE(finished.size(), qsizetype{2});
        QVERIFY(start->isEnabled() && button->isEnabled());
        bool answered = false; // which it is when the engine has done with the export
        host.context().engines.files.request(QStringLiteral("model.describe"), {{"path", (folder / "models/tiny").string()}}, this, [&](const Json&) { answered = true; },
                                             [](const Error& error) { qWarning("%s", error.what()); });
        QTRY_VERIFY_WITH_TIMEOUT(answered, kPatience);
        QVERIFY(!QFile::exists(second));
        QCOMPARE(QDir(QString::fromStdString(folder.string())).entryList({QStringLiteral(".*exporting")}, QDir::AllEntries | QDir::Hidden), QStringList());
        QTest::mouseClick(close, Qt::LeftButton);
        QVERIFY(!card->isVisible());
    }
    void anEncoderHasNoGgufFile() {
        PageHost host(fresh(), {});
        ModelsPage* page = shown(host);
        importThere(*page, kTiny + QStringLiteral("encoder"), QStringLiteral("tiny"));
        QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("exportModel")), Qt::LeftButton);
        QCOMPARE(page->findChild<ExportCard*>()->findChild<QComboBox*>(QStringLiteral("exportForm"))->count(), 4);
    }
    void theTreeKeepsAModelsContract() {
        TensorsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setTensors(Json::array({{{"name", "layer.10.weight"}, {"dtype", "F32"}, {"shape", {2, 3}}, {"bytes", 24}},
                                      {{"name", "layer.9.weight"}, {"dtype", "F16"}, {"shape", Json::array()}, {"bytes", 2}},
                                      {{"nonsense", 1}}, 7}));
        QCOMPARE(model.rowCount(), 1);
        const QModelIndex layer = model.index(0, 0);
        QCOMPARE(model.rowCount(layer), 2);
        QCOMPARE(model.index(0, 0, layer).data().toString(), QStringLiteral("9")); // by number, not by letter
        QCOMPARE(layer.siblingAtColumn(TensorsModel::Parameters).data().toString(), QStringLiteral("7"));
        const QModelIndex weight = model.index(0, TensorsModel::Shape, model.index(1, 0, layer));
        QCOMPARE(weight.data().toString(), QStringLiteral("2 × 3"));
        model.setTensors(Json());
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(ModelsPageTest)
#include "tst_models_page.moc"
