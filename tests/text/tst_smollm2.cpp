// The vocabulary and chat template inside the starter's GGUF file: tests/data/smollm2/make.py.

#include "base/error.h"
#include "base/files.h"
#include "support/model_folders.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

#include <QTest>

#include <fmt/format.h>

using namespace triptych;

class SmolLm2Test : public QObject {
    Q_OBJECT
    std::optional<std::filesystem::path> m_folder;
    OrderedJson m_expected;

private Q_SLOTS:
    void initTestCase() {
        m_expected = OrderedJson::parse(readFile(TRIPTYCH_TEST_DATA "/smollm2/expected.json"));
        m_folder = starterModel("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
        if (!m_folder)
            QSKIP("the starter model smollm2-135m-instruct is not on this machine; ./dev models fetches it");
    }
    void theFolderHoldsTheTokenizer() {
        QVERIFY(hasTokenizer(*m_folder));
        const auto tokenizer = Tokenizer::open(*m_folder);
        QCOMPARE(tokenizer->vocabularySize(), m_expected["size"].get<int>());
        for (const auto& [name, token] : m_expected["special"].items())
            QVERIFY2(tokenizer->isSpecial(tokenizer->tokenId(token.get<std::string>()).value()), name.c_str());
        for (const OrderedJson& line : m_expected["texts"]) {
            const auto text = line["text"].get<std::string>();
            const auto ids = tokenizer->encode(text, false).ids;
            QVERIFY2(OrderedJson(ids) == line["ids"], fmt::format("{}: {} instead of {}", OrderedJson(text).dump(), OrderedJson(ids).dump(), line["ids"].dump()).c_str());
            if (text.find("<|im_") == std::string::npos)
                QCOMPARE(QString::fromStdString(tokenizer->decode(ids)), QString::fromStdString(text));
        }
    }
    void chatsRenderAsJinja2DoesAndGiveTheSameIds() {
        const auto chat = ChatTemplate::open(*m_folder);
        QVERIFY(chat.has_value());
        QCOMPARE(chat->text(), m_expected["template"].get<std::string>());
        for (const auto& [name, token] : m_expected["special"].items())
            QCOMPARE(chat->specialTokens().at(name), token.get<std::string>());
        const auto tokenizer = Tokenizer::open(*m_folder);
        for (const OrderedJson& given : m_expected["chats"]) {
            ChatOptions options;
            options.add_generation_prompt = given.value("add_generation_prompt", true);
            const std::string text = chat->render(given["messages"], options);
            QCOMPARE(QString::fromStdString(text), QString::fromStdString(given["rendered"].get<std::string>()));
            QVERIFY(OrderedJson(tokenizer->encode(text, false).ids) == given["ids"]);
        }
    }
};

QTEST_GUILESS_MAIN(SmolLm2Test)
#include "tst_smollm2.moc"
