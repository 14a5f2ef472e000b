#include "storage/workspace_impl.h"

#include "base/error.h"
#include "base/wall_clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace triptych {

namespace {

constexpr const char* kSelect = "SELECT id, name, task, hash, created, rows, splits, labels, source FROM datasets";

DatasetRecord recordOf(const Connection& connection, const Prepared& row) {
    const std::string what = fmt::format("data set '{}'", row.text(1));
    return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5),
            connection.json(row.text(6), what), connection.json(row.text(7), what), connection.json(row.text(8), what)};
}

Error noDataset(std::string_view name) {
    return Error(ErrorCode::NotFound, fmt::format("there is no data set '{}' in the workspace", name),
                 "`triptych-cli data list` shows the ones there are, `data import` makes one.");
}

std::int64_t idOf(Connection& connection, std::string_view name) {
    auto row = connection.prepared("SELECT id FROM datasets WHERE name = ?");
    if (!row.bind(name).step())
        throw noDataset(name);
    return row.integer(0);
}

} // namespace

void Workspace::saveDataset(const DatasetRecord& dataset, const std::vector<ExampleRecord>& rows, bool replace) {
    transaction([&] {
        Connection& connection = m_impl->connection;
        const bool known = connection.prepared("SELECT 1 FROM datasets WHERE name = ?").bind(std::string_view(dataset.name)).step();
        if (known && !replace)
            throw Error(ErrorCode::AlreadyExists, fmt::format("there is a data set '{}' already", dataset.name), "Choose another name.");
        connection
            .prepared("INSERT INTO datasets(name, task, hash, created, rows, splits, labels, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                      "ON CONFLICT(name) DO UPDATE SET task = excluded.task, hash = excluded.hash, created = excluded.created, "
                      "rows = excluded.rows, splits = excluded.splits, labels = excluded.labels, source = excluded.source")
            .bind(dataset.name, dataset.task, dataset.hash, dataset.created.empty() ? isoTimeUtc() : dataset.created,
                  static_cast<std::int64_t>(rows.size()), dumpJson(dataset.splits), dumpJson(dataset.labels), dumpJson(dataset.source))
            .run();
        const std::int64_t id = idOf(connection, dataset.name);
        if (known)
            connection.prepared("DELETE FROM examples WHERE dataset_id = ?").bind(id).run();
        auto insert = connection.prepared("INSERT INTO examples(dataset_id, split, label, text, line) VALUES (?, ?, ?, ?, ?)");
        for (const ExampleRecord& row : rows)
            insert.bind(id, row.split, row.label, row.text, row.line).run();
    });
}

std::vector<DatasetRecord> Workspace::datasets() const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("{} ORDER BY name", kSelect));
        std::vector<DatasetRecord> records;
        while (row.step())
            records.push_back(recordOf(connection, row));
        return records;
    });
}

std::optional<DatasetRecord> Workspace::dataset(std::string_view name) const {
    return m_impl->run([&](Connection& connection) -> std::optional<DatasetRecord> {
        auto row = connection.prepared(fmt::format("{} WHERE name = ?", kSelect));
        if (!row.bind(name).step())
            return std::nullopt;
        return recordOf(connection, row);
    });
}

DatasetRecord Workspace::requireDataset(std::string_view name) const {
    if (auto record = dataset(name))
        return std::move(*record);
    throw noDataset(name);
}

std::vector<ExampleRecord> Workspace::examples(std::string_view dataset, std::string_view split, std::int64_t offset, std::int64_t limit) const {
    return m_impl->run([&](Connection& connection) {
        const std::int64_t id = idOf(connection, dataset);
        auto row = split.empty()
                       ? connection.prepared("SELECT text, label, split, line FROM examples WHERE dataset_id = ? ORDER BY id LIMIT ? OFFSET ?")
                       : connection.prepared("SELECT text, label, split, line FROM examples WHERE dataset_id = ? AND split = ? ORDER BY id LIMIT ? OFFSET ?");
        if (split.empty())
            row.bind(id, limit, offset);
        else
            row.bind(id, split, limit, offset);
        std::vector<ExampleRecord> records;
        while (row.step())
            records.push_back({row.text(0), row.text(1), row.text(2), row.integer(3)});
        return records;
    });
}

void Workspace::setLabelDescriptions(std::string_view dataset, const Json& labelToDescription) {
    transaction([&] {
        Connection& connection = m_impl->connection;
        DatasetRecord record = requireDataset(dataset);
        for (const auto& [label, description] : labelToDescription.items()) {
            const auto entry = std::find_if(record.labels.begin(), record.labels.end(), [&](const Json& known) { return known.value("name", "") == label; });
            if (entry == record.labels.end()) {
                throw Error(ErrorCode::InvalidInput, fmt::format("the data set '{}' has no label '{}'", dataset, label),
                            "Descriptions are given by label, as the labels stand in the data.");
            }
            if (description.is_null())
                entry->erase("description");
            else
                (*entry)["description"] = description;
        }
        connection.prepared("UPDATE datasets SET labels = ? WHERE name = ?").bind(dumpJson(record.labels), dataset).run();
    });
}

void Workspace::removeDataset(std::string_view name) {
    transaction([&] {
        Connection& connection = m_impl->connection;
        const std::int64_t id = idOf(connection, name);
        connection.prepared("DELETE FROM datasets WHERE id = ?").bind(id).run();
        connection.prepared("DELETE FROM decisions WHERE dataset = ?").bind(name).run();
    });
}

} // namespace triptych
