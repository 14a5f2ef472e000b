#pragma once

#include "text/jinja_value.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triptych {

struct JinjaToken {
    enum class Type { Data, ExpressionBegin, ExpressionEnd, BlockBegin, BlockEnd, Name, Text, Integer, Real, Operator, End };
    Type type = Type::End;
    std::string text; ///< of a Text its value, escapes resolved
    int line = 1;
    bool is(Type wanted, std::string_view what) const { return type == wanted && text == what; }
};

/// Cuts a template as Jinja2 does with trim_blocks and lstrip_blocks. Throws Error{InvalidInput} naming source and line.
std::vector<JinjaToken> lexJinja(std::string_view text, const std::string& source);

struct JinjaNode;
using JinjaNodePtr = std::unique_ptr<const JinjaNode>;

/// One statement or expression. What stands in `children` (null where optional and absent) and `named`:
struct JinjaNode {
    enum class Kind {
        Body,        ///< statements
        Text,        ///< text
        Output,      ///< expression
        If,          ///< condition, body, condition, body, ... [body of else]
        For,         ///< target, iterable, body, else?, filter?; text "recursive"
        Set,         ///< target, value
        SetBlock,    ///< target, body, filters?
        Macro,       ///< body; text: name; named: parameters with their defaults, null where none
        CallBlock,   ///< call, macro
        FilterBlock, ///< body, filters
        With,        ///< body; named: variables
        Scope,       ///< body
        Break,
        Continue,
        Literal,     ///< value
        Name,        ///< text
        BlockText,   ///< what a SetBlock or FilterBlock rendered
        List,        ///< items
        Tuple,       ///< items
        Dict,        ///< key, value, key, value, ...
        Attribute,   ///< object; text: name
        Item,        ///< object, index
        Slice,       ///< object, start?, stop?, step?
        Call,        ///< callee, arguments; named
        Filter,      ///< input, arguments; named; text: name
        Test,        ///< input, arguments; named; text: name
        Unary,       ///< operand; text: not + -
        Logical,     ///< left, right; text: and or
        Binary,      ///< left, right; text: + - * / // % **
        Compare,     ///< operands; named: an operator for each after the first
        Concat,      ///< operands
        Conditional, ///< then, condition, else?
    };
    Kind kind = Kind::Body;
    int line = 1;
    int depth = 1; ///< bounded, so that nobody who walks the tree runs out of stack
    std::string text;
    JinjaValue value;
    std::vector<JinjaNodePtr> children;
    std::vector<std::pair<std::string, JinjaNodePtr>> named;
    bool takesMore = false;  ///< macro that uses `varargs`
    bool takesNamed = false; ///< macro that uses `kwargs`
};

/// Throws Error{InvalidInput} naming source, line and construct, {Unsupported} for tags that need other templates.
JinjaNodePtr parseJinja(std::string_view text, const std::string& source);

} // namespace triptych
