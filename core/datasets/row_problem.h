#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace triptych {

/// What is wrong with a row; the comment says what stands in RowProblem::values.
enum class RowFault {
    LineTooLong,     ///< bytes, bytes allowed
    RowTooLong,      ///< the same of an element of a JSON array
    NulInRow,        ///< byte, from 1
    NulInCell,       ///< byte, cell
    BadRowEncoding,  ///< byte, encoding
    BadCellEncoding, ///< byte, encoding
    EmptyCell,
    UnknownClass,    ///< label, number of class names, greatest number
    TextAfterQuote,
    OpenQuote,       ///< last line looked at, line where reading goes on
    TooFewColumns,   ///< columns, columns expected, first cell
    TooManyColumns,  ///< columns, columns expected
    NotJson,         ///< row
    NotAnObject,     ///< row
    ArrayOpen,
    TextAfterArray,
    MissingKey,      ///< key
    TextNotAString,  ///< JSON type, value
    LabelNotAName,   ///< JSON type, value
};

/// Why one row was not accepted. The rest of the file goes on.
struct RowProblem {
    std::int64_t line = 0; ///< from 1
    std::string field;     ///< column or key; empty if the whole row is at fault
    RowFault fault = RowFault::NotJson;
    std::vector<std::string> values; ///< texts quoted and cut short, numbers in digits
};

/// The fault with its values as an English sentence without a full stop.
std::string rowProblemText(const RowProblem& problem);

} // namespace triptych
