// nDCG@10 of lexical, dense and hybrid search over whole documents of one collection, with one embedder.

#include "base/error.h"
#include "base/files.h"
#include "datasets/retrieval_set.h"
#include "knowledge/fusion.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/hnsw_index.h"
#include "knowledge/language.h"
#include "models/encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

using namespace triptych;

namespace {

constexpr std::size_t kDepth = 100; ///< candidates of each part

/// With the prefix that a model wants, and with a folder where vectors are kept from one call to the next.
class PrefixedEmbedder final : public Embedder {
public:
    PrefixedEmbedder(Embedder& embedder, std::string prefix, std::filesystem::path cache, std::string model)
        : m_embedder(embedder), m_prefix(std::move(prefix)), m_cache(std::move(cache)), m_model(std::move(model)) {}
    int dimension() const override { return m_embedder.dimension(); }
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop = {}) override {
        std::vector<std::string> prefixed;
        std::string all = m_model;
        for (const std::string& text : texts) {
            prefixed.push_back(m_prefix + text);
            all += '\0' + prefixed.back();
        }
        const auto file = m_cache / (sha256(all).substr(0, 24) + ".f32");
        if (!m_cache.empty() && std::filesystem::exists(file)) {
            const std::string bytes = readFile(file);
            std::vector<float> vectors(bytes.size() / sizeof(float));
            std::memcpy(vectors.data(), bytes.data(), bytes.size());
            return vectors;
        }
        std::vector<float> vectors = m_embedder.embed(prefixed, stop);
        if (!m_cache.empty())
            atomicWrite(file, {reinterpret_cast<const char*>(vectors.data()), vectors.size() * sizeof(float)});
        return vectors;
    }

private:
    Embedder& m_embedder;
    std::string m_prefix;
    std::filesystem::path m_cache;
    std::string m_model;
};

int run(int argc, char** argv) {
    if (argc < 5) {
        fmt::print(stderr, "usage: retrieval_quality NAME MODEL_FOLDER|hashing CACHE_FOLDER|- beir FOLDER | squad FILE SAMPLE [CORPUS]\n");
        return 2;
    }
    RetrievalSet set;
    if (std::string_view(argv[4]) == "beir") {
        set = readBeir(argv[5]);
    } else {
        set = readSquad(argv[5], argc > 7 ? std::optional<std::filesystem::path>(argv[7]) : std::nullopt);
        if (const int sample = std::atoi(argv[6]))
            sampleQueries(set, static_cast<std::size_t>(sample));
    }
    const std::string model = std::filesystem::path(argv[2]).filename();
    const std::filesystem::path cache = std::string_view(argv[3]) == "-" || model == "hashing" ? "" : argv[3];
    std::vector<std::string> documents, queries;
    std::vector<std::string_view> views;
    for (const auto& document : set.documents)
        documents.push_back(document.text);
    for (const auto& query : set.queries)
        queries.push_back(query.text);
    views.assign(documents.begin(), documents.end());

    const Analyzer analyzer(guessLanguage(views));
    LexicalIndex index(analyzer);
    std::vector<LexicalText> texts;
    for (std::size_t i = 0; i < documents.size(); ++i)
        texts.push_back({static_cast<std::int64_t>(i), documents[i]});
    index.update({}, texts);

    std::unique_ptr<Embedder> embedder;
    if (model == "hashing") {
        FeatureFrequencies frequencies;
        for (const std::string& text : documents)
            frequencies.add(text, analyzer);
        embedder = std::make_unique<HashingEmbedder>(analyzer, std::move(frequencies));
    } else {
        embedder = Encoder::open(argv[2], Precision::Fast);
    }
    const bool prefixes = model.find("e5") != std::string::npos;
    PrefixedEmbedder passages(*embedder, prefixes ? "passage: " : "", cache, model);
    PrefixedEmbedder asks(*embedder, prefixes ? "query: " : "", cache, model);
    const std::vector<float> vectors = passages.embed(documents);
    const std::vector<float> asked = asks.embed(queries);
    const auto dimension = static_cast<std::size_t>(embedder->dimension());

    // Every seventh document or so, spread over the collection.
    std::vector<float> sampleVectors;
    std::vector<std::string> sampleTexts;
    const std::size_t samples = std::min<std::size_t>(1000, documents.size());
    for (std::size_t i = 0; i < samples; ++i) {
        const std::size_t at = i * 7919 % documents.size();
        sampleTexts.push_back(documents[at]);
        sampleVectors.insert(sampleVectors.end(), vectors.begin() + static_cast<std::ptrdiff_t>(at * dimension),
                             vectors.begin() + static_cast<std::ptrdiff_t>((at + 1) * dimension));
    }
    const double reliability = model == "hashing" ? HashingEmbedder::kReliability : denseReliability(asks, sampleTexts, sampleVectors, 1);

    std::map<std::string, std::vector<Ranking>> rankings;
    std::vector<Judgments> judgments;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        judgments.push_back(set.queries[q].judgments);
        const std::span<const float> vector = std::span(asked).subspan(q * dimension, dimension);
        std::vector<std::pair<float, std::int64_t>> dense;
        for (std::size_t i = 0; i < documents.size(); ++i) {
            float product = 0;
            for (std::size_t j = 0; j < dimension; ++j)
                product += vectors[i * dimension + j] * vector[j];
            dense.emplace_back(-product, static_cast<std::int64_t>(i));
        }
        const std::vector<std::pair<float, std::int64_t>> products = dense;
        std::sort(dense.begin(), dense.end());
        const auto lexical = index.search(queries[q], kDepth);
        std::vector<std::int64_t> rows;
        for (const LexicalHit& hit : lexical)
            rows.push_back(hit.row);
        for (std::size_t i = 0; i < std::min(kDepth, dense.size()); ++i)
            rows.push_back(dense[i].second);
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        const std::vector<float> scores = index.score(queries[q], rows);
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i < rows.size(); ++i)
            candidates.push_back({rows[i], scores[i], -products[static_cast<std::size_t>(rows[i])].first});
        const auto add = [&](const char* name, const auto& hits, auto row) {
            Ranking ranking;
            for (std::size_t i = 0; i < std::min<std::size_t>(20, hits.size()); ++i)
                ranking.push_back(set.documents[static_cast<std::size_t>(row(hits[i]))].name);
            rankings[name].push_back(std::move(ranking));
        };
        const auto rowOf = [](const auto& hit) { return hit.row; };
        add("lexical", lexical, rowOf);
        add("dense", dense, [](const auto& pair) { return pair.second; });
        add("rrf", reciprocalRankFusion(candidates), rowOf);
        add("hybrid", fuse(candidates, lexicalBackground(index.terms(queries[q]), index.size()), denseBackground(vector, sampleVectors), reliability), rowOf);
    }
    fmt::print("{:<16}{:<24}{:<4}", argv[1], model, analyzer.language());
    std::map<std::string, double> values;
    for (const char* name : {"lexical", "dense", "rrf", "hybrid"}) {
        values[name] = retrievalMetrics(rankings[name], judgments, 1).at("ndcg@10").value.value_or(0);
        fmt::print("  {} {:.4f}", name, values[name]);
    }
    fmt::print("  ({:+.4f})  reliability {:.3f}\n", values["hybrid"] - std::max(values["lexical"], values["dense"]), reliability);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n{}\n", error.message(), error.hint());
        return 1;
    }
}
