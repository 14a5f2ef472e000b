#pragma once

#include "knowledge/hnsw_index.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace triptych {

/// The chunk of every row of an index, and back. Rows stand in the order in which their vectors came, mostly that of the ids.
/// A row whose chunk has gone is 0 and is never found again.
class VectorRows {
public:
    /// Further rows; no id may be there already.
    void add(std::span<const std::int64_t> ids);
    void clear();
    std::size_t size() const { return m_ids.size(); } ///< with those that have gone
    std::int64_t operator[](std::size_t row) const { return m_ids[row]; }
    const std::vector<std::int64_t>& ids() const { return m_ids; }
    std::int64_t livingCount() const { return static_cast<std::int64_t>(places()); }
    std::vector<std::int64_t> living() const; ///< ids, ascending
    std::int64_t highest() const;             ///< id, 0 if there are none
    std::optional<std::int64_t> rowOf(std::int64_t id) const;
    /// ids: ascending; those without a row are skipped.
    RowSet rowsOf(std::span<const std::int64_t> ids) const;
    /// All but these (ascending) have gone.
    void keepOnly(std::span<const std::int64_t> ids);

private:
    std::size_t places() const { return m_isPlain ? m_ids.size() : m_order.size(); }
    std::size_t rowAt(std::size_t place) const { return m_isPlain ? place : m_order[place]; }
    void sort();

    std::vector<std::int64_t> m_ids;
    std::vector<std::uint32_t> m_order; ///< living rows by id
    bool m_isPlain = true;              ///< that is the order of the rows, and none has gone: m_order is empty
};

} // namespace triptych
