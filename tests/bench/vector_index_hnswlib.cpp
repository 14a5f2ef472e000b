// hnswlib by itself over the same vectors, compiled for this very processor, when told to: see vector_index.py.

#include "clustered.h"

#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>

using namespace triptych;

namespace {

constexpr std::size_t kBest = 10;

template <typename Work>
double secondsOf(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::set<std::size_t> exactly(const VectorSet& set, const float* query, std::size_t k) {
    std::vector<float> products(set.rows());
    for (std::size_t row = 0; row < set.rows(); ++row)
        products[row] = std::inner_product(query, query + set.dimension, set.vectors.data() + row * set.dimension, 0.0f);
    std::vector<std::size_t> rows(set.rows());
    std::iota(rows.begin(), rows.end(), 0u);
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(k), rows.end(), [&](std::size_t a, std::size_t b) { return products[a] > products[b]; });
    return {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(k)};
}

void run(const VectorSet& set) {
    hnswlib::InnerProductSpace space(set.dimension);
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> index;
    std::printf("{\"ready\": true}\n");
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        std::size_t a = 0, b = 0;
        words >> command >> a >> b;
        if (command == "build") { // M EF_CONSTRUCTION
            const double seconds = secondsOf([&] {
                index = std::make_unique<hnswlib::HierarchicalNSW<float>>(&space, set.rows(), a, b);
                for (std::size_t row = 0; row < set.rows(); ++row)
                    index->addPoint(set.vectors.data() + row * set.dimension, row);
            });
            std::printf("{\"seconds\": %g}\n", seconds);
        } else if (command == "time") { // EF
            index->setEf(a);
            std::size_t found = 0;
            const double seconds = secondsOf([&] {
                for (std::size_t q = 0; q < set.queryCount(); ++q)
                    found += index->searchKnn(set.queries.data() + q * set.dimension, kBest).size();
            });
            std::printf("{\"seconds\": %g, \"found\": %zu}\n", seconds, found);
        } else { // recall EF
            index->setEf(a);
            const std::size_t k = kBest + (set.queriesAreRows ? 1 : 0);
            std::size_t hits = 0;
            for (std::size_t q = 0; q < set.queryCount(); ++q) {
                const std::set<std::size_t> expected = exactly(set, set.queries.data() + q * set.dimension, k);
                for (auto found = index->searchKnn(set.queries.data() + q * set.dimension, k); !found.empty(); found.pop())
                    hits += expected.contains(found.top().second) && !(set.queriesAreRows && found.top().second == q);
            }
            std::printf("{\"recall\": %g}\n", static_cast<double>(hits) / static_cast<double>(kBest * set.queryCount()));
        }
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char** argv) {
    try {
        run(vectorSetOf({argv + 1, argv + argc}));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
