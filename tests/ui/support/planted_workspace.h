#pragma once

#include "storage/workspace.h"

#include <QString>

#include <filesystem>
#include <string>
#include <vector>

namespace triptych::ui {

/// A workspace with one small data set, English and Chinese, and finished runs of the arms as their workers leave
/// them: specs, events, predictions, results with metrics of the real functions, models by name. The answers are
/// made up: row i is right for an arm by a fixed pattern, so that figures and tests are the same every time. Beside them a knowledge base.
class PlantedWorkspace {
public:
    struct Options {
        bool dataset = true;
        bool runs = true;
        bool base = true;            ///< a knowledge base of texts, English and Chinese, by the hashing embedder
        bool cjk = true;             ///< every fourth row is Chinese
        std::vector<std::string> methods = {"zero_shot", "retrieve", "head", "full", "soft"};
    };
    PlantedWorkspace(const std::filesystem::path& folder, const Options& options);

    const std::filesystem::path& folder() const { return m_folder; }
    QString run(const std::string& method) const;
    static constexpr const char* kDataset = "desk";
    static constexpr const char* kBase = "manuals";

private:
    void plantDataset(Workspace& workspace, bool cjk);
    void plantBase() const;
    void plantRun(Workspace& workspace, const std::string& method, int number);

    std::filesystem::path m_folder;
    std::string m_hash;
    std::vector<ExampleRecord> m_rows;
};

} // namespace triptych::ui
