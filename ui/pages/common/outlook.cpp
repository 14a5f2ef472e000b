#include "pages/common/outlook.h"

#include "base/error.h"
#include "base/progress.h"
#include "datasets/languages.h"
#include "engine_client/job_center.h"
#include "jobs/arm_evidence.h"
#include "l10n/words.h"

#include <QLocale>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr char kCurrentDataset[] = "current_dataset";
constexpr char kBaseModel[] = "base_model";

QString answersKey(const std::string& dataset) { return QStringLiteral("answers/") + qstr(dataset); }

QString sharedName(const PageContext& context, const char* key, const QString& otherwise) {
    if (!context.workspace)
        return otherwise;
    const QHash<QString, Json> settings = context.jobs.settings();
    std::optional<Json> value;
    if (const auto set = settings.constFind(QLatin1String(key)); set != settings.cend()) {
        value = *set;
    } else {
        try {
            value = context.workspace->setting(key);
        } catch (const Error&) {
            // Damaged: the page's own read of the workspace says so.
        }
    }
    return value && value->is_string() ? qstr(value->get<std::string>()) : otherwise;
}

} // namespace

const Arm* Outlook::arm(Technique technique) const {
    const auto it = std::find_if(decision.arms.begin(), decision.arms.end(),
                                 [technique](const Arm& arm) { return arm.technique == technique; });
    return it == decision.arms.end() ? nullptr : &*it;
}

const RunSummary* Outlook::run(const std::string& id) const {
    const QString wanted = qstr(id);
    const auto it = std::find_if(runs.begin(), runs.end(), [&](const RunSummary& run) { return run.id == wanted; });
    return it == runs.end() ? nullptr : &*it;
}

const RunSummary* Outlook::runOf(Technique technique) const {
    const Arm* found = arm(technique);
    return found ? run(found->run) : nullptr;
}

bool Outlook::recommends(Technique technique) const {
    return std::find(decision.recommendation.begin(), decision.recommendation.end(), technique) != decision.recommendation.end();
}

Outlook loadOutlook(const std::filesystem::path& folder, const std::string& dataset, const std::stop_token& stop,
                    const QHash<QString, Json>& settings) {
    const Workspace workspace = Workspace::open(folder);
    Outlook outlook;
    const std::vector<DatasetRecord> all = workspace.datasets();
    for (const DatasetRecord& record : all) {
        outlook.datasets.push_back(record.name);
        if (record.name == dataset || !outlook.dataset)
            outlook.dataset = record;
    }
    if (!outlook.dataset)
        return outlook;
    throwIfStopped(stop);
    const std::string& name = outlook.dataset->name;
    outlook.cjkShare = shareOfCjk(workspace.examples(name));
    throwIfStopped(stop);
    outlook.runs = summariesOf(workspace.runs(), qstr(name));
    const auto set = settings.constFind(answersKey(name));
    outlook.answers = set == settings.cend() ? storedAnswers(workspace, name) : answersFromJson(*set);
    ArmEvidence evidence = gatherArms(workspace, name);
    throwIfStopped(stop);
    outlook.facts = evidence.facts;
    outlook.decision = decide(DecisionTree::load(), evidence.facts, evidence.arms, outlook.answers, kDecisionSeed);
    return outlook;
}

QString currentDataset(const PageContext& context) {
    return sharedName(context, kCurrentDataset, {});
}

void setCurrentDataset(const PageContext& context, const QString& name) {
    if (currentDataset(context) != name)
        context.jobs.setSetting(QLatin1String(kCurrentDataset), name.toStdString());
}

QString baseModel(const PageContext& context) {
    return sharedName(context, kBaseModel, QStringLiteral("all-minilm-l6-v2"));
}

void setBaseModel(const PageContext& context, const QString& name) {
    if (baseModel(context) != name)
        context.jobs.setSetting(QLatin1String(kBaseModel), name.toStdString());
}

Answers storedAnswers(const Workspace& workspace, const std::string& dataset) {
    const auto value = workspace.setting(answersKey(dataset).toStdString());
    return value ? answersFromJson(*value) : Answers();
}

void storeAnswers(const PageContext& context, const std::string& dataset, const Answers& answers) {
    context.jobs.setSetting(answersKey(dataset), answersToJson(answers));
}

std::string dataLanguage() {
    return QLocale().language() == QLocale::Chinese ? "zh" : "en";
}

} // namespace triptych::ui
