#include "base/files.h"
#include "generation/generate.h"
#include "generation/perplexity.h"
#include "support/decoder_fixtures.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

using namespace triptych;

namespace fs = std::filesystem;

/// A trained model of 260 thousand parameters that tells stories, with what it says and how sure it is.
class StoriesTest : public QObject {
    Q_OBJECT
    fs::path m_folder;
    Json m_reference;

    /// The first `count` parts of a text, without white space at their ends and without empty ones.
    static std::vector<std::string> partsOf(const fs::path& file, std::string_view separator, std::size_t count) {
        const std::string text = readFile(file);
        std::vector<std::string> parts;
        for (std::size_t begin = 0; begin < text.size() && parts.size() < count;) {
            const std::size_t end = std::min(text.find(separator, begin), text.size());
            const std::string part = text.substr(begin, end - begin);
            const std::size_t first = part.find_first_not_of(" \n\t\r"), last = part.find_last_not_of(" \n\t\r");
            if (first != std::string::npos)
                parts.push_back(part.substr(first, last - first + 1));
            begin = end + separator.size();
        }
        return parts;
    }

private Q_SLOTS:
    void initTestCase() {
        const char* folder = std::getenv("TRIPTYCH_REFERENCE_STORIES");
        if (!folder)
            QSKIP("TRIPTYCH_REFERENCE_STORIES names no folder with hf/model.safetensors and reference.json");
        m_folder = folder;
        m_reference = readJsonFile(m_folder / "reference.json");
    }
    void tellsTheReferenceStories() {
        const Decoder decoder = openDecoder(m_folder / "hf");
        const auto tokenizer = Tokenizer::open(m_folder / "hf");
        double worst = 0;
        for (const Json& wanted : m_reference["generation"]) {
            const auto ids = wanted["ids"].get<std::vector<std::int32_t>>();
            QVERIFY(tokenizer->encode(wanted["prompt"].get<std::string>()).ids == ids);
            const at::Tensor logits = decoder.forward(decoders::pack({ids}), nullptr, LogitsOf::Last).logits[0]; // (V)
            std::vector<std::int32_t> order(std::size_t(logits.numel()));
            std::iota(order.begin(), order.end(), 0);
            const float* values = logits.const_data_ptr<float>();
            std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return values[a] > values[b]; });
            for (std::size_t i = 0; i < wanted["last_logits_top5"].size(); ++i) {
                const Json& entry = wanted["last_logits_top5"][i];
                const auto id = entry["id"].get<std::int32_t>();
                // Two of one prompt are equal to the digits of the reference.
                QVERIFY(std::find(order.begin(), order.begin() + 5, id) != order.begin() + 5);
                worst = std::max(worst, std::abs(double(values[id]) - entry["logit"].get<double>()));
            }
            GenerationSettings settings;
            settings.max_tokens = 64;
            settings.stop_token_ids = {1, 2};
            std::string streamed;
            const auto sink = [&](std::size_t, std::int32_t, std::string_view text) {
                streamed += text;
                return true;
            };
            const GeneratedText answer = generate(decoder, tokenizer.get(), std::vector<std::vector<std::int32_t>>{ids}, settings, sink).answers[0];
            QVERIFY(answer.ids == wanted["greedy_ids"].get<std::vector<std::int32_t>>());
            QCOMPARE(streamed, answer.text);
            std::vector<std::int32_t> whole = ids;
            whole.insert(whole.end(), answer.ids.begin(), answer.ids.end());
            QCOMPARE(tokenizer->decode(whole), wanted["greedy_text"].get<std::string>());
        }
        qInfo("logits: off by %.2g", worst);
        QVERIFY2(worst <= 1e-4, fmt::format("logits are off by {}", worst).c_str()); // the reference has four digits
    }
    void isAsSureAsTheReference_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("separator");
        QTest::newRow("its own kind of text") << QStringLiteral("tinystories_first_60") << QStringLiteral("tinystories_train.txt")
                                              << QStringLiteral("<|endoftext|>");
        QTest::newRow("another kind") << QStringLiteral("tinyshakespeare_first_60_blocks") << QStringLiteral("tinyshakespeare.txt")
                                      << QStringLiteral("\n\n");
    }
    void isAsSureAsTheReference() {
        QFETCH(QString, name);
        QFETCH(QString, file);
        QFETCH(QString, separator);
        const fs::path texts = m_folder / ".." / "lm_text" / file.toStdString();
        if (!fs::exists(texts))
            QSKIP("beside TRIPTYCH_REFERENCE_STORIES there is no lm_text");
        const auto tokenizer = Tokenizer::open(m_folder / "hf");
        std::vector<std::vector<std::int32_t>> ids;
        for (const std::string& text : partsOf(texts, separator.toStdString(), 60)) {
            ids.push_back(tokenizer->encode(text).ids);
            ids.back().resize(std::min<std::size_t>(ids.back().size(), 256));
        }
        const PerplexityResult result = perplexity(openDecoder(m_folder / "hf"), ids, 256);
        const Json& wanted = m_reference["nll"][name.toStdString()];
        QCOMPARE(result.tokens, wanted["tokens"].get<std::int64_t>());
        const double off = std::abs(result.negativeLogLikelihood - wanted["mean_nll"].get<double>());
        QVERIFY2(off <= 2e-5, fmt::format("{} is off by {}", result.negativeLogLikelihood, off).c_str());
    }
};

QTEST_GUILESS_MAIN(StoriesTest)
#include "tst_stories.moc"
