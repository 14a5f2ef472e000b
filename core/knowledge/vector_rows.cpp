#include "knowledge/vector_rows.h"

#include <algorithm>
#include <functional>

namespace triptych {

void VectorRows::add(std::span<const std::int64_t> ids) {
    const std::int64_t before = highest();
    m_ids.insert(m_ids.end(), ids.begin(), ids.end());
    const bool goesOn = ids.empty() || (ids.front() > before && std::is_sorted(ids.begin(), ids.end(), std::less_equal<>()));
    if (!m_isPlain || !goesOn)
        sort();
}

void VectorRows::sort() {
    m_isPlain = false;
    m_order.clear();
    for (std::size_t row = 0; row < m_ids.size(); ++row) {
        if (m_ids[row] != 0)
            m_order.push_back(static_cast<std::uint32_t>(row));
    }
    std::sort(m_order.begin(), m_order.end(), [this](std::uint32_t a, std::uint32_t b) { return m_ids[a] < m_ids[b]; });
}

void VectorRows::clear() {
    m_ids.clear();
    m_order.clear();
    m_isPlain = true;
}

std::vector<std::int64_t> VectorRows::living() const {
    std::vector<std::int64_t> ids(places());
    for (std::size_t place = 0; place < ids.size(); ++place)
        ids[place] = m_ids[rowAt(place)];
    return ids;
}

std::int64_t VectorRows::highest() const { return places() == 0 ? 0 : m_ids[rowAt(places() - 1)]; }

std::optional<std::int64_t> VectorRows::rowOf(std::int64_t id) const {
    std::size_t low = 0, high = places();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (m_ids[rowAt(middle)] < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == places() || m_ids[rowAt(low)] != id)
        return std::nullopt;
    return static_cast<std::int64_t>(rowAt(low));
}

RowSet VectorRows::rowsOf(std::span<const std::int64_t> ids) const {
    RowSet rows;
    rows.has.assign(m_ids.size(), 0);
    std::size_t place = 0;
    for (const std::int64_t id : ids) {
        while (place < places() && m_ids[rowAt(place)] < id)
            ++place;
        if (place < places() && m_ids[rowAt(place)] == id) {
            rows.has[rowAt(place)] = 1;
            ++rows.count;
        }
    }
    return rows;
}

void VectorRows::keepOnly(std::span<const std::int64_t> ids) {
    const RowSet kept = rowsOf(ids);
    if (kept.count == livingCount())
        return;
    for (std::size_t row = 0; row < m_ids.size(); ++row) {
        if (!kept.has[row])
            m_ids[row] = 0;
    }
    sort();
}

} // namespace triptych
