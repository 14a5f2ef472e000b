#pragma once

class QTableView;

namespace triptych::ui {

/// The window's look of a table: no grid, whole rows selected, read-only, quiet header, 28 a row.
void styleTable(QTableView* table);

} // namespace triptych::ui
