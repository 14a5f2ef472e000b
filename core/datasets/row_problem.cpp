#include "datasets/row_problem.h"

#include <fmt/args.h>
#include <fmt/format.h>

namespace triptych {

namespace {

const char* sentenceOf(RowFault fault) {
    switch (fault) {
    case RowFault::LineTooLong: return "the line has {} bytes, more than the {} allowed";
    case RowFault::RowTooLong: return "the row has {} bytes, more than the {} allowed";
    case RowFault::NulInRow: return "the row holds a NUL byte (byte {})";
    case RowFault::NulInCell: return "there is a NUL byte (byte {}) in {}";
    case RowFault::BadRowEncoding: return "byte {} of the row is not valid {}";
    case RowFault::BadCellEncoding: return "byte {} of the cell is not valid {}: the encoding is wrong or the byte is damaged";
    case RowFault::EmptyCell: return "the cell is empty";
    case RowFault::UnknownClass: return "{} is neither one of the {} class names nor a number from 0 to {}";
    case RowFault::TextAfterQuote: return "a closing quote is followed by further text; a quote inside a quoted cell is written twice";
    case RowFault::OpenQuote: return "a quote is opened here and not closed (looked up to line {}); reading goes on with line {}";
    case RowFault::TooFewColumns: return "the row has {} of {} columns: {}";
    case RowFault::TooManyColumns: return "the row has {} columns where {} are expected: text that holds the delimiter needs quotes";
    case RowFault::NotJson: return "the row is not valid JSON: {}";
    case RowFault::NotAnObject: return "the row is not a JSON object: {}";
    case RowFault::ArrayOpen: return "the file ends inside the JSON array";
    case RowFault::TextAfterArray: return "there is further text after the end of the JSON array";
    case RowFault::MissingKey: return "the row has no {}";
    case RowFault::TextNotAString: return "the text is {}, not a string: {}";
    case RowFault::LabelNotAName: return "the label is {}, not a string or a number: {}";
    }
    return "";
}

} // namespace

std::string rowProblemText(const RowProblem& problem) {
    fmt::dynamic_format_arg_store<fmt::format_context> values;
    for (const std::string& value : problem.values)
        values.push_back(value);
    return fmt::vformat(sentenceOf(problem.fault), values);
}

} // namespace triptych
