#include "base/files.h"
#include "jobs/protocol.h"
#include "storage/workspace.h"
#include "support/cli_run.h"
#include "support/small_base.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>

using namespace triptych;
using namespace triptych::testing;
namespace fs = std::filesystem;

/// `triptych-engine serve`, asked as the Knowledge page asks it.
class EngineKnowledgeTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<QProcess> m_engine;
    LineFramer m_lines;
    int m_id = 0;
    std::vector<Json> m_progress; ///< of the last request

    fs::path workspace() const { return m_dir->path().toStdString(); }
    fs::path base(const char* name = "m") const { return workspace() / "knowledge" / name; }

    Json call(const char* method, const Json& params) {
        const Json id = ++m_id;
        m_progress.clear();
        m_engine->write(QByteArray::fromStdString(dumpJson(requestMessage(id, method, params)) + "\n"));
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 60'000) {
            while (const auto frame = m_lines.next()) {
                const Json message = Json::parse(frame->line);
                if (message.value("id", Json()) == id)
                    return message;
                m_progress.push_back(message);
            }
            if (!m_engine->waitForReadyRead(60'000))
                break;
            m_lines.feed(m_engine->readAllStandardOutput().toStdString());
        }
        return "no answer";
    }
    /// The result, or the error's code.
    Json ask(const char* method, Json params = Json::object(), const char* name = "m") {
        params["workspace"] = workspace().string();
        params["base"] = name;
        const Json answer = call(method, params);
        return answer.contains("result") ? answer.at("result") : answer.at("error").at("data").at("code");
    }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        Workspace::create(workspace());
        std::vector<std::pair<std::string, std::string>> documents;
        for (int i = 0; i < 20; ++i)
            documents.emplace_back("part" + std::to_string(i), "Valve number " + std::to_string(i) + " of the pump is opened by lever " + std::to_string(i) + ".");
        documents.emplace_back("oven", "The oven is cleaned with warm water.");
        documents.emplace_back("copy", "the oven is  cleaned with warm water.");
        makeBase(base(), documents, hashing());
        makeBase(base("words"), documents, wordsOnly());
        m_engine = std::make_unique<QProcess>();
        m_engine->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_engine->start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-engine"), {QStringLiteral("serve")});
        QVERIFY(m_engine->waitForStarted());
        m_lines = LineFramer();
        const Json hello = call("initialize", {{"protocol", kProtocolVersion}});
        const Json& methods = hello.at("result").at("methods");
        for (const char* method : {"kb.search", "kb.preview", "kb.why", "kb.honesty", "kb.map", "kb.duplicates", "kb.eval", "kb.sweep"})
            QVERIFY2(std::find(methods.begin(), methods.end(), method) != methods.end(), method);
    }
    void cleanup() {
        m_engine->closeWriteChannel();
        if (!m_engine->waitForFinished(10'000))
            m_engine->kill();
        m_engine.reset();
    }

    void searchAnswersInAllModes() {
        const Json answer = ask("kb.search", {{"query", "cleaning the oven"}, {"k", 3}, {"modes", {"hybrid", "dense", "lexical"}}});
        QVERIFY2(answer.is_object(), answer.dump().c_str());
        QVERIFY(answer.at("chunks") == 22 && answer.at("exact") == true && answer.at("exact_below") == 2000 && answer.at("embed_ms").get<double>() >= 0);
        for (const char* mode : {"hybrid", "dense", "lexical"}) {
            const Json& hits = answer.at("results").at(mode).at("hits");
            QVERIFY(hits.size() >= 2 && hits[0].at("text").get<std::string>().find("oven is") != std::string::npos && hits[0].at("spans").size() == 2);
            for (const char* key : {"chunk_id", "document", "document_id", "title", "type", "chunk", "begin", "end", "heading", "page", "text", "score", "dense_rank", "lexical_rank", "dense_score",
                                    "lexical_score", "spans", "share", "edited", "neighbours"})
                QVERIFY2(hits[0].contains(key), key);
        }
        const Json words = ask("kb.search", {{"query", "oven"}, {"k", 3}, {"modes", {"hybrid", "lexical"}}}, "words");
        QVERIFY(words.at("results").size() == 1 && words.at("dimension").is_null());
        QVERIFY(ask("kb.search", {{"query", "oven"}, {"k", 5}, {"modes", {"lexical"}}, {"document", "part"}}).at("results").at("lexical").at("hits").empty());
        QVERIFY(ask("kb.search", {{"query", "oven"}, {"k", 0}}) == Json("invalid_argument"));
        QVERIFY(ask("kb.search", {{"query", "oven"}, {"k", 101}}) == Json("invalid_argument"));
        QVERIFY(ask("kb.search", {{"query", "oven"}}, "none") == Json("not_found"));
        QVERIFY(ask("kb.search") == Json("invalid_argument"));
    }
    /// A base stays open, and what another process has changed is in the next answer.
    void changesAreTakenIn() {
        const auto hits = [&](const char* query) { return ask("kb.search", {{"query", query}, {"modes", {"lexical"}}}).at("results").at("lexical").at("hits"); };
        QVERIFY(hits("fridge").empty());
        KnowledgeStore store = KnowledgeStore::open(base());
        const std::vector<PlainDocument> more = {{"fridge", "The fridge hums at night."}};
        ingestTexts(store, hashingEmbedder(store), more, nullProgress(), {});
        QVERIFY(hits("fridge").at(0).at("document") == Json("fridge"));
        store.removeDocument("fridge");
        QVERIFY(hits("fridge").empty());
        // Another base under the same name.
        {
            KnowledgeStore gone = std::move(store);
        }
        fs::remove_all(base());
        makeBase(base(), {{"only", "A sail on the harbour."}}, wordsOnly());
        QVERIFY(hits("sail").at(0).at("document") == Json("only"));
        QCOMPARE(ask("kb.search", {{"query", "sail"}}).at("results").size(), std::size_t(1));
    }
    /// The first documents come while the base is open: their vectors are weighted by what was counted then.
    void anEmptyBaseFills() {
        makeBase(base("empty"), {}, hashing());
        QVERIFY(ask("kb.search", {{"query", "oven"}}, "empty").at("results").at("lexical").at("hits").empty());
        KnowledgeStore store = KnowledgeStore::open(base("empty"));
        const std::vector<PlainDocument> documents = {{"a", "The oven is warm."}, {"b", "The sail is torn."}, {"c", "The valve leaks."}};
        ingestTexts(store, hashing(), documents, nullProgress(), {});
        const Json dense = ask("kb.search", {{"query", "The oven is warm."}, {"modes", {"dense"}}}, "empty").at("results").at("dense").at("hits");
        QVERIFY2(dense.at(0).at("document") == "a" && dense.at(0).at("dense_score").get<double>() > 0.999, dense.dump().c_str());
    }
    void previewOfTextFileAndDocument() {
        const Json cut = {{"embedder", ""}, {"chunker", "sentence"}, {"chunk_size", 16}, {"overlap", 0}};
        const auto with = [&](const char* key, const std::string& value) {
            Json params = cut;
            params[key] = value;
            return params;
        };
        const Json text = ask("kb.preview", with("text", "One sentence stands here. Another one follows it at once, and is a little longer."), "");
        QVERIFY2(text.is_object() && text.at("chunks").size() == 2 && text.at("chunks")[0].at("begin") == 0, text.dump().c_str());
        atomicWrite(workspace() / "page.html", "<h1>Oven</h1><p>It is cleaned with warm water.</p>");
        const Json file = ask("kb.preview", with("path", (workspace() / "page.html").string()), "");
        QVERIFY2(file.is_object() && file.at("name") == "page.html" && file.at("chunks")[0].at("heading") == "Oven", file.dump().c_str());
        QVERIFY(ask("kb.preview", with("document", "oven")).at("characters") == Json(36));
        QVERIFY(ask("kb.preview", with("document", "none")) == Json("not_found"));
        Json wrong = with("text", "x");
        wrong["overlap"] = 12;
        QVERIFY(ask("kb.preview", wrong) == Json("invalid_argument"));
        wrong = with("text", "One. Two. Three.");
        wrong["embedder"] = "hashing";
        wrong["chunker"] = "semantic";
        QVERIFY(ask("kb.preview", wrong, "").contains("chunks"));
    }
    void whyNamesTheRung() {
        const Json found = ask("kb.why", {{"query", "oven"}, {"document", "oven"}, {"k", 10}});
        QVERIFY2(found.at("broken").is_null() && found.at("rungs").size() == 10, found.dump().c_str());
        QVERIFY(ask("kb.why", {{"query", "oven"}, {"document", "stove"}, {"k", 10}}).at("broken") == Json("in_base"));
        QVERIFY(ask("kb.why", {{"query", "harbour"}, {"document", "oven"}, {"k", 10}}, "words").at("broken") == Json("words"));
        // The model of the base is not there any more.
        KnowledgeStore store = KnowledgeStore::open(base());
        Json settings = store.settings();
        settings["embedder"] = "no-such-model";
        store.setSettings(settings);
        const Json gone = ask("kb.why", {{"query", "oven"}, {"document", "oven"}, {"k", 10}});
        QVERIFY2(gone.at("broken") == "embedded" && gone.at("rungs")[4].at("facts").at("reason").get<std::string>().find("no-such-model") != std::string::npos, gone.dump().c_str());
        QVERIFY(ask("kb.search", {{"query", "oven"}}) == Json("not_found"));
    }
    void honestyMapAndDuplicates() {
        const Json honest = ask("kb.honesty", {{"k", 5}});
        QVERIFY(honest.at("graph") == false && honest.at("recall").at("value") == 1.0);
        const Json forced = ask("kb.honesty", {{"queries", {"oven", "valve"}}, {"k", 5}, {"forced", true}});
        QVERIFY(forced.at("queries") == 2 && forced.at("frontier").size() >= 5 && forced.at("settings").contains("ef_construction"));
        const Json map = ask("kb.map", {{"query", "oven"}});
        QVERIFY(map.at("shown") == 22 && map.at("names").size() == 22 && map.at("hits").size() == 10 && map.at("query").contains("y"));
        QVERIFY(ask("kb.map", {{"most", 4}}, "words").at("shown") == 4);
        for (const char* name : {"m", "words"}) {
            const Json duplicates = ask("kb.duplicates", {{"threshold", 0.99}}, name);
            QVERIFY2(duplicates.at("compared") == 22 && duplicates.at("groups")[0].at("exact") == true && duplicates.at("groups")[0].at("chunks").size() == 2, duplicates.dump().c_str());
        }
        QVERIFY(ask("kb.duplicates", {{"threshold", 0.1}}) == Json("invalid_argument"));
    }
    void evalAndSweep() {
        atomicWrite(workspace() / "squad.json", R"({"data": [{"title": "T", "paragraphs": [
            {"context": "The oven is cleaned with warm water.", "qas": [{"id": "1", "question": "How is the oven cleaned?", "answers": []}]},
            {"context": "The kettle is descaled with vinegar.", "qas": [{"id": "2", "question": "What descales a kettle?", "answers": []}]}]}]})");
        const std::string squad = (workspace() / "squad.json").string();
        const Json evaluated = ask("kb.eval", {{"squad", squad}, {"modes", {"hybrid", "lexical"}}});
        QVERIFY2(evaluated.is_object() && evaluated.at("queries") == 2 && evaluated.at("results").size() == 2, evaluated.dump().c_str());
        QVERIFY(evaluated.at("results").at("hybrid").at("curve").size() == 20 && evaluated.at("results").at("lexical").at("metrics").at("recall@1").at("value") == 1.0);
        QVERIFY(!m_progress.empty());
        const Json swept = ask("kb.sweep", {{"squad", squad}, {"chunker", "recursive"}, {"chunk_sizes", {16, 32}}, {"overlaps", {0, 8}}, {"mode", "hybrid"}, {"metric", "recall@5"}});
        QVERIFY2(swept.is_object() && swept.at("cells").size() == 3 && swept.at("best").contains("overlap"), swept.dump().c_str());
        QVERIFY(std::any_of(m_progress.begin(), m_progress.end(), [](const Json& one) { return one.value("params", Json::object()).value("unit", "") == "settings"; }));
        QVERIFY(ask("kb.eval") == Json("invalid_argument"));
        QVERIFY(ask("kb.sweep", {{"squad", squad}, {"chunk_sizes", Json::array()}, {"overlaps", {0}}}) == Json("invalid_argument"));
    }
};

QTEST_GUILESS_MAIN(EngineKnowledgeTest)
#include "tst_engine_kb.moc"
