#pragma once

#include "base/files.h"
#include "knowledge/chunker.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triptych::testing {

/// Meaning that is planted: a text "... [1 0 0.5]" lies in that direction, whatever its words are. So that the numbers are no words
/// themselves, their digits become signs (U+2580 on).
inline std::string planting(const std::string& text) {
    std::string result;
    bool inside = false;
    for (const char c : text) {
        inside = c == '[' || (inside && c != ']');
        if (inside && c >= '0' && c <= '9')
            result += std::string("\xe2\x96") + static_cast<char>(0x80 + (c - '0'));
        else
            result += c;
    }
    return result;
}

/// Documents by name and text, planted, in a base of its own, with chunks of so many tokens.
inline KnowledgeStore makeBase(const std::filesystem::path& folder, const std::vector<std::pair<std::string, std::string>>& documents, const BaseEmbedder& embedder,
                               ChunkerKind chunker = ChunkerKind::None, int chunk_size = 32, int overlap = 0) {
    ChunkerSettings settings;
    settings.chunker = chunker;
    settings.chunk_size = chunk_size;
    settings.overlap = overlap;
    KnowledgeStore store = KnowledgeStore::create(folder, knowledgeSettings(embedder.name, settings, false));
    std::vector<PlainDocument> plain;
    for (const auto& [name, text] : documents)
        plain.push_back({name, planting(text)});
    ingestTexts(store, embedder, plain, nullProgress(), {});
    return store;
}

inline BaseEmbedder hashing() {
    BaseEmbedder base = wordsOnly();
    base.name = "hashing";
    base.fingerprint = "1";
    return base;
}

inline KnowledgeBase openBase(const std::filesystem::path& folder, const BaseEmbedder& embedder, const std::optional<HnswSettings>& settings = {}) {
    return KnowledgeBase::open(folder, embedderFor(KnowledgeStore::open(folder), embedder), nullProgress(), {}, settings);
}

/// Reads what planting() has written, and what it has not.
class PlantedMeaning final : public Embedder {
public:
    static constexpr int kDimension = 8;
    int dimension() const override { return kDimension; }
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token&) override {
        std::vector<float> vectors;
        for (const std::string& given : texts) {
            std::string text;
            for (std::size_t i = 0; i < given.size(); ++i) {
                const bool isDigit = given.compare(i, 2, "\xe2\x96") == 0 && i + 2 < given.size();
                text += isDigit ? static_cast<char>('0' + (static_cast<unsigned char>(given[i + 2]) - 0x80)) : given[i];
                i += isDigit ? 2 : 0;
            }
            std::vector<double> values(kDimension);
            const std::size_t open = text.find('[');
            const char* at = open == std::string::npos ? "" : text.c_str() + open + 1;
            for (double& value : values) {
                char* end = nullptr;
                value = std::strtod(at, &end);
                if (end == at)
                    break;
                at = end;
            }
            double squares = 0;
            for (const double value : values)
                squares += value * value;
            if (squares == 0)
                squares = values[kDimension - 1] = 1;
            for (const double value : values)
                vectors.push_back(static_cast<float>(value / std::sqrt(squares)));
        }
        return vectors;
    }
};

inline BaseEmbedder planted(const std::string& name = "planted") {
    BaseEmbedder base = wordsOnly();
    base.name = name;
    base.fingerprint = "1";
    base.embedder = std::make_shared<PlantedMeaning>();
    return base;
}

} // namespace triptych::testing
