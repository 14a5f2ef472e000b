// Chat templates and their language against what Jinja2 makes of them: tests/data/chat_templates/make.py.

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "text/chat_template.h"

#include <QTemporaryDir>
#include <QTest>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

using namespace triptych;

namespace {

const char* const kData = TRIPTYCH_TEST_DATA "/chat_templates/";

OrderedJson expected() {
    static const OrderedJson json = OrderedJson::parse(readFile(std::string(kData) + "expected.json"));
    return json;
}

/// The time of the fixture: 2026-03-07 14:05:09, a Saturday.
std::tm fixtureTime() {
    std::tm time{};
    time.tm_year = 126;
    time.tm_mon = 2;
    time.tm_mday = 7;
    time.tm_hour = 14;
    time.tm_min = 5;
    time.tm_sec = 9;
    time.tm_wday = 6;
    time.tm_yday = 65;
    return time;
}

std::string strftimeNow(const std::string& format) {
    char text[256];
    const std::tm time = fixtureTime();
    return std::string(text, std::strftime(text, sizeof text, format.c_str(), &time));
}

std::string templateText(const std::string& name) {
    std::string text = readFile(fmt::format("{}templates/{}.jinja", kData, name));
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

QString failureOf(const std::string& text, const OrderedJson& variables = OrderedJson::object(), const JinjaTemplate::Limits& limits = {}) {
    try {
        const std::string out = JinjaTemplate(text, "t.jinja").render(variables, {}, limits);
        return QStringLiteral("rendered: ") + QString::fromStdString(out).left(200);
    } catch (const Error& error) {
        return QString::fromStdString(error.message());
    }
}

} // namespace

class ChatTemplateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void templatesRenderAsJinja2_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("conversation");
        const OrderedJson all = expected();
        for (const auto& [model, entry] : all["templates"].items()) {
            for (const auto& [name, rendered] : entry["rendered"].items())
                QTest::newRow((model + " " + name).c_str()) << QString::fromStdString(model) << QString::fromStdString(name);
        }
    }
    void templatesRenderAsJinja2() {
        QFETCH(QString, model);
        QFETCH(QString, conversation);
        const OrderedJson all = expected();
        const OrderedJson& entry = all["templates"][model.toStdString()];
        const OrderedJson& given = all["conversations"][conversation.toStdString()];
        const OrderedJson& wanted = entry["rendered"][conversation.toStdString()];
        const ChatTemplate chat(templateText(model.toStdString()), entry["special_tokens"].get<std::map<std::string, std::string>>(), "test");
        ChatOptions options;
        options.add_generation_prompt = given.value("add_generation_prompt", true);
        options.tools = given.value("tools", OrderedJson());
        options.variables = given.value("variables", OrderedJson::object());
        options.now = fixtureTime();
        try {
            const std::string text = chat.render(given["messages"], options);
            QVERIFY2(wanted.is_string(), fmt::format("Jinja2 refuses it ({}), and this gives {}", wanted.dump(), text).c_str());
            QCOMPARE(QString::fromStdString(text), QString::fromStdString(wanted.get<std::string>()));
        } catch (const Error& error) {
            QVERIFY2(wanted.is_object(), error.what());
            const auto reason = wanted["error"].get<std::string>();
            // A message of Jinja2 or of the template is given as it is; Python's own have only a name.
            if (reason.find(' ') != std::string::npos)
                QVERIFY2(error.message().find(reason) != std::string::npos, error.what());
            QVERIFY2(error.message().find("line ") != std::string::npos, error.what());
        }
    }

    void constructsRenderAsJinja2_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<bool>("fails");
        const OrderedJson all = expected();
        int number = 0;
        for (const OrderedJson& construct : all["constructs"]) {
            const auto text = construct[0].get<std::string>();
            const bool fails = construct[1].is_object();
            QTest::newRow(fmt::format("{} {}", number++, text.substr(0, 60)).c_str())
                << QString::fromStdString(text) << (fails ? QString() : QString::fromStdString(construct[1].get<std::string>())) << fails;
        }
        QVERIFY(number > 200);
    }
    void constructsRenderAsJinja2() {
        QFETCH(QString, text);
        QFETCH(QString, wanted);
        QFETCH(bool, fails);
        const OrderedJson all = expected();
        try {
            const std::string out = JinjaTemplate(text.toStdString(), "t.jinja").render(all["variables"], strftimeNow);
            QVERIFY2(!fails, fmt::format("Jinja2 refuses it, and this gives {}", out).c_str());
            QCOMPARE(QString::fromStdString(out), wanted);
        } catch (const Error& error) {
            QVERIFY2(fails, error.what());
            QVERIFY2(error.message().find("'t.jinja', line ") == 0, error.what());
        }
    }

    void complaintsNameLineAndConstruct_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("filter") << "a\n{{ 1 | nosuch }}" << "'t.jinja', line 2: there is no filter 'nosuch'";
        QTest::newRow("argument") << "{{ 'a' | join(x=1) }}" << "'t.jinja', line 1: filter 'join' has no argument 'x'";
        QTest::newRow("method") << "\n\n{{ 'a'.encode() }}" << "'t.jinja', line 3: method 'encode' of str is not supported";
        QTest::newRow("change") << "{{ [].append(1) }}" << "'t.jinja', line 1: method 'append' of list would change it, which templates may not";
        QTest::newRow("undefined") << "{{ x.y }}" << "'t.jinja', line 1: 'x' is undefined";
        QTest::newRow("tag") << "a\n{% include 'x' %}" << "'t.jinja', line 2: this version does not have the tag '{% include %}'";
        QTest::newRow("unclosed") << "a\n{% if x %}\nb\n" << "'t.jinja', line 3: '{% endif %}' is missing at the end of the template";
        QTest::newRow("wrong end") << "{% for x in y %}\n{% endif %}" << "'t.jinja', line 2: '{% endif %}' stands where '{% endfor %}' belongs";
        QTest::newRow("expression") << "{{ 1 + }}" << "'t.jinja', line 1: expected an expression, found '}}'";
        QTest::newRow("raised") << "\n{{ raise_exception('Say more') }}" << "'t.jinja', line 2: Say more";
        QTest::newRow("overflow") << "{{ 9223372036854775807 + 1 }}" << "'t.jinja', line 1: the result of + is out of the range of 64 bits";
    }
    void complaintsNameLineAndConstruct() {
        QFETCH(QString, text);
        QFETCH(QString, message);
        QCOMPARE(failureOf(text.toStdString()), message);
    }

    void hostileTemplatesEnd_data() {
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const std::string& text) { QTest::newRow(name) << QString::fromStdString(text); };
        row("nested loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}");
        row("doubled text", "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}");
        row("doubled list", "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}");
        row("repeated text", "{{ 'abc' * 99999999999 }}");
        row("repeated list", "{{ [1] * 9999999999999 }}");
        row("wide padding", "{{ 'a'.center(99999999999) }}");
        row("wide format", "{{ '%99999999d' % 1 }}");
        row("large output", "{% set x = 'x' * 1000000 %}{% for i in range(9999) %}{{ x }}{% endfor %}");
        row("endless macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
        row("endless call", "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}");
        row("endless loop call", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}");
        row("ring of namespaces", "{% set a = namespace() %}{% set a.a = a %}{{ a }}");
        row("ring of lists", "{% set a = namespace() %}{% set a.a = [[a]] %}{{ a }}");
        row("deep list", "{% set a = namespace(l=[]) %}{% for i in range(99999) %}{% set a.l = [a.l] %}{% endfor %}");
        row("deep methods", "{% set a = namespace(l=[]) %}{% for i in range(99999) %}{% set a.l = [a.l].count %}{% endfor %}");
        row("deep json", "{% set a = namespace(l={}) %}{% for i in range(99999) %}{% set a.l = {'x': a.l} %}{% endfor %}{{ a.l | tojson }}");
        row("replacement", "{% set x = 'a' * 1000000 %}{{ x | replace('', x) }}");
        row("join", "{% set x = 'a' * 1000000 %}{{ range(9999) | join(x) }}");
        row("parentheses", std::string(100000, '('));
        row("open brackets", "{{ " + std::string(100000, '['));
        row("nots", [] {
            std::string text = "{{ ";
            for (int i = 0; i < 50000; ++i)
                text += "not ";
            return text + "1 }}";
        }());
        row("long sum", [] {
            std::string text = "{{ 1";
            for (int i = 0; i < 50000; ++i)
                text += " + 1";
            return text + " }}";
        }());
        row("deep ifs", [] {
            std::string text;
            for (int i = 0; i < 20000; ++i)
                text += "{% if x %}";
            return text;
        }());
        row("large template", std::string((1u << 20) + 1, 'x'));
    }
    void hostileTemplatesEnd() {
        QFETCH(QString, text);
        const auto started = std::chrono::steady_clock::now();
        const QString failure = failureOf(text.startsWith(QLatin1Char('(')) ? "{{ " + text.toStdString() : text.toStdString());
        QVERIFY2(!failure.startsWith(QLatin1String("rendered")), qPrintable(failure));
        // Generous: other work may run beside. Without limits none of these would end.
        QVERIFY(std::chrono::steady_clock::now() - started < std::chrono::seconds(60));
    }
    void chainsAreTakenApartWithoutRecursion() {
        // Each value holds the one before; what is left in the end must not be destroyed in one descent.
        QCOMPARE(failureOf("{% set a = namespace() %}{% for i in range(50000) %}{% set n = namespace(p=a.p) %}{% set a.p = n %}{% endfor %}x"),
                 QStringLiteral("rendered: x"));
        QCOMPARE(failureOf("{% set a = namespace(p=none) %}{% for i in range(50000) %}{% for j in [1] %}{% set _ = loop.changed(a.p) %}{% set a.p = loop %}"
                           "{% endfor %}{% endfor %}x"),
                 QStringLiteral("rendered: x"));
    }
    void limitsAreTheCallersToSet() {
        JinjaTemplate::Limits limits;
        limits.steps = 100;
        QVERIFY(failureOf("{% for i in range(1000) %}{{ i }}{% endfor %}", OrderedJson::object(), limits).contains(QLatin1String("does not come to an end")));
        limits = {};
        limits.bytes = 1000;
        QVERIFY(failureOf("{{ 'x' * 2000 }}", OrderedJson::object(), limits).contains(QLatin1String("too large")));
    }
    void longConversationsFitTheLimits() {
        OrderedJson messages = OrderedJson::array();
        for (int i = 0; i < 2000; ++i)
            messages.push_back({{"role", i % 2 ? "assistant" : "user"}, {"content", std::string(2000, 'x')}});
        for (const char* model : {"qwen3", "llama3_1", "mistral_v3", "gemma3"}) {
            const ChatTemplate chat(templateText(model), {{"bos_token", "<s>"}, {"eos_token", "</s>"}}, "test");
            QVERIFY(chat.render(messages).size() > 4'000'000);
        }
    }

    void foldersGiveTheirTemplate() {
        const QTemporaryDir temporary;
        const std::filesystem::path folder = temporary.path().toStdString();
        QVERIFY(!ChatTemplate::open(folder));
        const OrderedJson messages = OrderedJson::parse(R"([{"role": "user", "content": "Hi"}])");
        writeJsonFile(folder / "tokenizer_config.json", {{"chat_template", "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"},
                                                         {"bos_token", "<s>"},
                                                         {"eos_token", {{"content", "</s>"}, {"lstrip", false}}}});
        QCOMPARE(ChatTemplate::open(folder)->render(messages), std::string("<s>Hi</s>"));
        QVERIFY_EXCEPTION_THROWN(ChatTemplate::open(folder, "rag"), Error);
        writeJsonFile(folder / "tokenizer_config.json",
                      {{"chat_template", {{{"name", "default"}, {"template", "plain"}}, {{"name", "rag"}, {"template", "rag{{ documents }}"}}}}});
        QCOMPARE(ChatTemplate::open(folder)->render(messages), std::string("plain"));
        QCOMPARE(ChatTemplate::open(folder, "rag")->render(messages), std::string("ragNone"));
        atomicWrite(folder / "chat_template.jinja", "file{% if tools is none %}!{% endif %}\n");
        QCOMPARE(ChatTemplate::open(folder)->render(messages), std::string("file!"));
        std::filesystem::create_directory(folder / "additional_chat_templates");
        atomicWrite(folder / "additional_chat_templates" / "tool_use.jinja", "tools");
        QCOMPARE(ChatTemplate::open(folder, "tool_use")->render(messages), std::string("tools"));
        for (const char* name : {"../chat_template", ".hidden", "nosuch"})
            QVERIFY_EXCEPTION_THROWN(ChatTemplate::open(folder, name), Error);
    }
    void badFoldersAreRefused_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("named");
        QTest::newRow("number") << R"({"chat_template": 5})" << "chat_template";
        QTest::newRow("list of texts") << R"({"chat_template": ["x"]})" << "chat_template";
        QTest::newRow("no name") << R"({"chat_template": [{"template": "x"}]})" << "name";
        QTest::newRow("no default") << R"({"chat_template": [{"name": "rag", "template": "x"}]})" << "'default'";
        QTest::newRow("syntax") << R"({"chat_template": "\n{% if %}"})" << "line 2";
        QTest::newRow("no JSON") << R"({"chat_template": )" << "byte";
    }
    void badFoldersAreRefused() {
        QFETCH(QString, config);
        QFETCH(QString, named);
        const QTemporaryDir temporary;
        const std::filesystem::path folder = temporary.path().toStdString();
        atomicWrite(folder / "tokenizer_config.json", config.toStdString());
        try {
            ChatTemplate::open(folder);
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("tokenizer_config.json") != std::string::npos, error.what());
            QVERIFY2(error.message().find(named.toStdString()) != std::string::npos, error.what());
        }
    }
    void messagesAreChecked() {
        const ChatTemplate chat("{{ messages | length }}", {}, "test");
        QCOMPARE(chat.render(OrderedJson::array()), std::string("0"));
        for (const char* bad : {"{}", "5", "[5]", "[{}]", R"([{"role": 5}])"})
            QVERIFY_EXCEPTION_THROWN(chat.render(OrderedJson::parse(bad)), Error);
    }
};

QTEST_GUILESS_MAIN(ChatTemplateTest)
#include "tst_chat_template.moc"
