#include "storage/workspace_impl.h"

#include "base/error.h"
#include "base/wall_clock.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace triptych {

namespace {

constexpr const char* kSelectRuns = "SELECT id, kind, method, title, state, dataset, created, spec, result, last_event FROM runs";

RunRecord runOf(const Connection& connection, const Prepared& row) {
    const std::string what = fmt::format("run '{}'", row.text(0));
    return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6),
            connection.json(row.text(7), what), connection.json(row.text(8), what), row.integer(9)};
}

ModelRecord modelOf(const Prepared& row) { return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)}; }

double numberOf(const SQLite::Column& column) {
    return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

} // namespace

void Workspace::saveModel(const ModelRecord& model) {
    transaction([&] { // nobody else may take the name in between
        Connection& connection = m_impl->connection;
        if (this->model(model.name))
            throw Error(ErrorCode::AlreadyExists, fmt::format("there is a model '{}' already", model.name), "Choose another name, or remove that model first.");
        connection.prepared("INSERT INTO models(name, path, kind, run, created) VALUES (?, ?, ?, ?, ?)")
            .bind(model.name, model.path, model.kind, model.run, model.created.empty() ? isoTimeUtc() : model.created)
            .run();
    });
}

std::vector<ModelRecord> Workspace::models() const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT name, path, kind, run, created FROM models ORDER BY name");
        std::vector<ModelRecord> records;
        while (row.step())
            records.push_back(modelOf(row));
        return records;
    });
}

std::optional<ModelRecord> Workspace::model(std::string_view name) const {
    return m_impl->run([&](Connection& connection) -> std::optional<ModelRecord> {
        auto row = connection.prepared("SELECT name, path, kind, run, created FROM models WHERE name = ?");
        if (!row.bind(name).step())
            return std::nullopt;
        return modelOf(row);
    });
}

void Workspace::removeModel(std::string_view name) {
    m_impl->run([&](Connection& connection) {
        if (!model(name))
            throw Error(ErrorCode::NotFound, fmt::format("there is no model '{}' in the workspace", name));
        connection.prepared("DELETE FROM models WHERE name = ?").bind(name).run();
    });
}

void Workspace::saveRun(const RunRecord& run) {
    m_impl->run([&](Connection& connection) {
        // Two supervisors may index one run: what the newer events say stays. An upsert, because replacing
        // the row would take its metrics along.
        connection
            .prepared("INSERT INTO runs(id, kind, method, title, state, dataset, created, spec, result, last_event) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, method = excluded.method, "
                      "title = excluded.title, state = excluded.state, dataset = excluded.dataset, created = excluded.created, "
                      "spec = excluded.spec, result = excluded.result, last_event = excluded.last_event "
                      "WHERE excluded.last_event >= runs.last_event")
            .bind(run.id, run.kind, run.method, run.title, run.state, run.dataset, run.created.empty() ? isoTimeUtc() : run.created,
                  dumpJson(run.spec), dumpJson(run.result), run.last_event)
            .run();
    });
}

std::vector<RunRecord> Workspace::runs() const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("{} ORDER BY created, rowid", kSelectRuns));
        std::vector<RunRecord> records;
        while (row.step())
            records.push_back(runOf(connection, row));
        return records;
    });
}

std::optional<RunRecord> Workspace::run(std::string_view id) const {
    return m_impl->run([&](Connection& connection) -> std::optional<RunRecord> {
        auto row = connection.prepared(fmt::format("{} WHERE id = ?", kSelectRuns));
        if (!row.bind(id).step())
            return std::nullopt;
        return runOf(connection, row);
    });
}

void Workspace::appendMetrics(std::string_view runId, const std::vector<MetricPoint>& points) {
    transaction([&] {
        Connection& connection = m_impl->connection;
        if (!connection.prepared("SELECT 1 FROM runs WHERE id = ?").bind(runId).step())
            throw Error(ErrorCode::NotFound, fmt::format("there is no run '{}' in the workspace", runId));
        // SQLite stores a value that is not a number as NULL; metrics() gives it back as NaN.
        auto insert = connection.prepared("INSERT OR REPLACE INTO metrics(run_id, name, step, value, wall_time) VALUES (?, ?, ?, ?, ?)");
        for (const MetricPoint& point : points)
            insert.bind(runId, point.name, point.step, point.value, point.wall_time).run();
    });
}

std::vector<MetricPoint> Workspace::metrics(std::string_view runId) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT name, step, value, wall_time FROM metrics WHERE run_id = ? ORDER BY name, step");
        row.bind(runId);
        std::vector<MetricPoint> points;
        while (row.step())
            points.push_back({row.text(0), row.integer(1), numberOf(row.column(2)), numberOf(row.column(3))});
        return points;
    });
}

void Workspace::removeRun(std::string_view id) {
    m_impl->run([&](Connection& connection) {
        if (!run(id))
            throw Error(ErrorCode::NotFound, fmt::format("there is no run '{}' in the workspace", id));
        connection.prepared("DELETE FROM runs WHERE id = ?").bind(id).run();
    });
}

std::int64_t Workspace::saveDecision(const DecisionRecord& decision) {
    return m_impl->run([&](Connection& connection) {
        connection.prepared("INSERT INTO decisions(dataset, created, answers, decision) VALUES (?, ?, ?, ?)")
            .bind(decision.dataset, decision.created.empty() ? isoTimeUtc() : decision.created, dumpJson(decision.answers), dumpJson(decision.decision))
            .run();
        return static_cast<std::int64_t>(connection.database().getLastInsertRowid());
    });
}

std::vector<DecisionRecord> Workspace::decisions(std::string_view dataset) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT id, dataset, created, answers, decision FROM decisions WHERE dataset = ? ORDER BY id DESC");
        row.bind(dataset);
        std::vector<DecisionRecord> records;
        while (row.step()) {
            const std::string what = fmt::format("decision {}", row.integer(0));
            records.push_back({row.integer(0), row.text(1), row.text(2), connection.json(row.text(3), what), connection.json(row.text(4), what)});
        }
        return records;
    });
}

} // namespace triptych
