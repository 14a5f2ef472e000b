// Attributes, items, slices, arithmetic and %-formatting of template values.

#include "text/jinja_builtins.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace triptych {

namespace {

using Flavor = JinjaSequence::Flavor;

[[noreturn]] void failUndefined(const JinjaValue& value) {
    const auto& why = value.as<JinjaValue::Undefined>()->why;
    jinjaFail(why ? *why : "an undefined value is used");
}

JinjaValue loopAttribute(const JinjaLoop& loop, std::string_view name) {
    const auto size = static_cast<std::int64_t>(loop.items().size());
    const auto index = static_cast<std::int64_t>(loop.index);
    if (name == "index")
        return index + 1;
    if (name == "index0")
        return index;
    if (name == "first")
        return index == 0;
    if (name == "last")
        return index + 1 == size;
    if (name == "length")
        return size;
    if (name == "revindex")
        return size - index;
    if (name == "revindex0")
        return size - index - 1;
    if (name == "depth")
        return loop.nesting + 1;
    if (name == "depth0")
        return loop.nesting;
    if (name == "previtem")
        return index > 0 ? loop.items()[loop.index - 1] : JinjaValue::undefined("there is no previous item");
    if (name == "nextitem")
        return index + 1 < size ? loop.items()[loop.index + 1] : JinjaValue::undefined("there is no next item");
    return JinjaValue::undefined(fmt::format("'loop' has no attribute '{}'", name));
}

JinjaValue missing(const JinjaValue& object, std::string_view name) {
    return JinjaValue::undefined(object.isNone() ? fmt::format("'None' has no attribute '{}'", name) : fmt::format("'{} object' has no attribute '{}'", object.typeName(), name));
}

JinjaValue boundMethod(const JinjaValue& object, std::string_view name) {
    return JinjaValue::function(
        std::string(name), [object, name = std::string(name)](JinjaCall& call) { return *callJinjaMethod(object, name, call); }, &object);
}

/// Key of a dict, attribute of a namespace or loop, item of a list or text; empty if there is none.
std::optional<JinjaValue> lookUp(const JinjaValue& object, const JinjaValue& key) {
    if (const auto* dict = object.as<JinjaDict>()) {
        const JinjaValue* found = dict->find(key);
        return found ? std::optional(*found) : std::nullopt;
    }
    const auto index = jinjaInteger(key);
    if (!index)
        return std::nullopt;
    if (const auto* sequence = object.as<JinjaSequence>()) {
        if (sequence->flavor == Flavor::Generator || sequence->flavor == Flavor::View)
            return std::nullopt;
        const auto size = static_cast<std::int64_t>(sequence->items.size());
        const std::int64_t at = *index < 0 ? *index + size : *index;
        return at >= 0 && at < size ? std::optional(sequence->items[static_cast<std::size_t>(at)]) : std::nullopt;
    }
    if (const auto* text = object.as<std::string>()) {
        const std::int64_t size = jinjaLength(object), at = *index < 0 ? *index + size : *index;
        if (at < 0 || at >= size)
            return std::nullopt;
        const auto next = [text](std::size_t byte) {
            do
                ++byte;
            while (byte < text->size() && (static_cast<unsigned char>((*text)[byte]) & 0xc0) == 0x80);
            return byte;
        };
        std::size_t begin = 0;
        for (std::int64_t i = 0; i < at; ++i)
            begin = next(begin);
        return text->substr(begin, next(begin) - begin);
    }
    return std::nullopt;
}

template <typename Items>
Items sliced(const Items& items, std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::int64_t step) {
    const auto size = static_cast<std::int64_t>(items.size());
    const auto place = [&](std::optional<std::int64_t> at, std::int64_t otherwise) {
        if (!at)
            return otherwise;
        const std::int64_t shifted = *at < 0 ? *at + size : *at;
        return step > 0 ? std::clamp<std::int64_t>(shifted, 0, size) : std::clamp<std::int64_t>(shifted, -1, size - 1);
    };
    const std::int64_t begin = place(start, step > 0 ? 0 : size - 1), end = place(stop, step > 0 ? size : -1);
    Items out;
    for (std::int64_t i = begin; step > 0 ? i < end : i > end;) {
        out.push_back(items[static_cast<std::size_t>(i)]);
        // A step beyond the end would overflow.
        if (step > size || step < -size)
            break;
        i += step;
    }
    return out;
}

[[noreturn]] void failOperands(std::string_view op, const JinjaValue& left, const JinjaValue& right) {
    jinjaFail(fmt::format("unsupported operand types for {}: '{}' and '{}'", op, left.typeName(), right.typeName()));
}
[[noreturn]] void failRange(std::string_view op) { jinjaFail(fmt::format("the result of {} is out of the range of 64 bits", op)); }

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
    std::int64_t result = 1;
    while (exponent > 0) {
        if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
            failRange("**");
        exponent >>= 1;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
            failRange("**");
    }
    return result;
}

JinjaValue wholeArithmetic(std::string_view op, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (op == "+" ? __builtin_add_overflow(a, b, &result) : op == "-" ? __builtin_sub_overflow(a, b, &result) : op == "*" && __builtin_mul_overflow(a, b, &result))
        failRange(op);
    if (op == "+" || op == "-" || op == "*")
        return result;
    if (op == "**")
        return b >= 0 ? JinjaValue(power(a, b)) : a == 0 ? (jinjaFail("zero to a negative power"), JinjaValue()) : JinjaValue(std::pow(static_cast<double>(a), static_cast<double>(b)));
    if (b == 0)
        jinjaFail("division by zero");
    if (op == "/")
        return static_cast<double>(a) / static_cast<double>(b);
    if (b == -1) // the smallest number has no negative
        return op == "%" ? JinjaValue(std::int64_t(0)) : wholeArithmetic("-", 0, a);
    return op == "//" ? floorDivide(a, b) : a - floorDivide(a, b) * b;
}

JinjaValue realArithmetic(std::string_view op, double a, double b) {
    if (op == "+")
        return a + b;
    if (op == "-")
        return a - b;
    if (op == "*")
        return a * b;
    if (op == "**")
        return std::pow(a, b);
    if (b == 0)
        jinjaFail("float division by zero");
    if (op == "/")
        return a / b;
    double rest = std::fmod(a, b);
    if (rest != 0 && (rest < 0) != (b < 0))
        rest += b;
    return op == "%" ? rest : std::floor((a - rest) / b + 0.5);
}

JinjaValue repeated(const JinjaValue& value, std::int64_t count, JinjaBudget& budget) {
    const auto times = static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
    const auto room = [&](std::uint64_t size) {
        if (size > 0 && times > (std::uint64_t(1) << 40) / size)
            jinjaFail("the template makes a text or list that is too large");
        budget.grow(size * times);
    };
    if (const auto* text = value.as<std::string>()) {
        room(text->size());
        std::string out;
        out.reserve(text->size() * times);
        for (std::uint64_t i = 0; i < times && !text->empty(); ++i)
            out += *text;
        return out;
    }
    const auto& sequence = *value.as<JinjaSequence>();
    room(sequence.items.size() * sizeof(JinjaValue));
    JinjaValues out;
    for (std::uint64_t i = 0; i < times && !sequence.items.empty(); ++i)
        out.insert(out.end(), sequence.items.begin(), sequence.items.end());
    return jinjaSequence(std::move(out), sequence.flavor);
}

bool isListOrTuple(const JinjaValue& value) {
    const auto* sequence = value.as<JinjaSequence>();
    return sequence && (sequence->flavor == Flavor::List || sequence->flavor == Flavor::Tuple);
}

std::string formatOne(const std::string& flags, std::size_t width, std::optional<std::size_t> precision, char conversion, const JinjaValue& value) {
    std::string pattern = "%" + flags + "*";
    if (precision)
        pattern += fmt::format(".{}", *precision);
    char buffer[1600];
    int length = 0;
    if (conversion == 's' || conversion == 'r') {
        std::string text = conversion == 's' ? jinjaText(value) : jinjaRepr(value);
        std::u32string chars = decodeUtf8(text);
        if (precision && chars.size() > *precision)
            chars.resize(*precision);
        const std::size_t missing = chars.size() < width ? width - chars.size() : 0;
        const std::string fill(missing, ' ');
        text = encodeUtf8(chars);
        return flags.find('-') != std::string::npos ? text + fill : fill + text;
    }
    const auto number = jinjaNumber(value);
    if (!number)
        jinjaFail(fmt::format("%{} format: a number is required, not {}", conversion, value.typeName()));
    if (std::string_view("diuxXo").find(conversion) != std::string_view::npos) {
        if (!(std::abs(*number) < 9.2e18))
            failRange("%");
        const long long whole = jinjaInteger(value) ? *jinjaInteger(value) : static_cast<long long>(*number);
        if (std::string_view("xXo").find(conversion) != std::string_view::npos && whole < 0)
            throw JinjaFault{ErrorCode::Unsupported, fmt::format("%{} of a negative number is not supported", conversion)};
        pattern += std::string("ll") + (conversion == 'u' ? 'd' : conversion);
        length = std::snprintf(buffer, sizeof buffer, pattern.c_str(), static_cast<int>(width), whole);
    } else {
        pattern += conversion;
        length = std::snprintf(buffer, sizeof buffer, pattern.c_str(), static_cast<int>(width), *number);
    }
    return std::string(buffer, static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(sizeof buffer) - 1)));
}

} // namespace

JinjaValue jinjaAttribute(const JinjaValue& object, std::string_view name) {
    if (object.isUndefined())
        failUndefined(object);
    if (hasJinjaMethod(object, name))
        return boundMethod(object, name);
    if (const auto* dict = object.as<JinjaDict>()) {
        const JinjaValue* found = dict->find(name);
        return found ? *found : missing(object, name);
    }
    if (const auto* space = object.asNamespace()) {
        const JinjaValue* found = space->find(name);
        return found ? *found : missing(object, name);
    }
    if (const auto* loop = object.asLoop())
        return loopAttribute(*loop, name);
    if (const auto* sequence = object.as<JinjaSequence>(); sequence && sequence->flavor == Flavor::Group && (name == "grouper" || name == "list"))
        return sequence->items[name == "grouper" ? 0 : 1];
    if (const auto* function = object.as<JinjaFunction>(); function && name == "name")
        return function->name;
    return missing(object, name);
}

JinjaValue jinjaItem(const JinjaValue& object, const JinjaValue& key) {
    if (object.isUndefined())
        failUndefined(object);
    if (auto found = lookUp(object, key))
        return *found;
    if (const auto* name = key.as<std::string>())
        return jinjaAttribute(object, *name);
    return JinjaValue::undefined(fmt::format("{} object has no element {}", object.typeName(), jinjaRepr(key)));
}

JinjaValue jinjaSlice(const JinjaValue& object, const JinjaValue* start, const JinjaValue* stop, const JinjaValue* step, JinjaBudget& budget) {
    const auto place = [](const JinjaValue* value) -> std::optional<std::int64_t> {
        if (!value || value->isNone())
            return std::nullopt;
        const auto whole = jinjaInteger(*value);
        if (!whole)
            jinjaFail("slice indices must be integers or None");
        // Beyond any length, and far enough from where adding one would overflow.
        return std::clamp<std::int64_t>(*whole, -(std::int64_t(1) << 40), std::int64_t(1) << 40);
    };
    const auto from = place(start), to = place(stop);
    const std::int64_t by = place(step).value_or(1);
    if (by == 0)
        jinjaFail("slice step cannot be zero");
    if (object.isUndefined())
        failUndefined(object);
    if (const auto* text = object.as<std::string>()) {
        budget.grow(text->size());
        return encodeUtf8(sliced(decodeUtf8(*text), from, to, by));
    }
    const auto* sequence = object.as<JinjaSequence>();
    if (!sequence || sequence->flavor == Flavor::Generator || sequence->flavor == Flavor::View)
        jinjaFail(fmt::format("'{}' object is not subscriptable", object.typeName()));
    budget.grow(sequence->items.size() * sizeof(JinjaValue));
    return jinjaSequence(sliced(sequence->items, from, to, by), sequence->flavor == Flavor::Group ? Flavor::Tuple : sequence->flavor);
}

JinjaValue jinjaArithmetic(std::string_view op, const JinjaValue& left, const JinjaValue& right, JinjaBudget& budget) {
    if (op == "%" && left.as<std::string>())
        return jinjaFormat(*left.as<std::string>(), right, budget);
    for (const JinjaValue* side : {&left, &right}) {
        if (side->isUndefined())
            failUndefined(*side);
    }
    if (const auto a = jinjaInteger(left), b = jinjaInteger(right); a && b)
        return wholeArithmetic(op, *a, *b);
    if (const auto a = jinjaNumber(left), b = jinjaNumber(right); a && b)
        return realArithmetic(op, *a, *b);
    if (op == "+") {
        if (const auto *a = left.as<std::string>(), *b = right.as<std::string>(); a && b) {
            budget.grow(a->size() + b->size());
            return *a + *b;
        }
        if (isListOrTuple(left) && isListOrTuple(right) && left.typeName() == right.typeName()) {
            const auto &a = *left.as<JinjaSequence>(), &b = *right.as<JinjaSequence>();
            budget.grow((a.items.size() + b.items.size()) * sizeof(JinjaValue));
            JinjaValues items = a.items;
            items.insert(items.end(), b.items.begin(), b.items.end());
            return jinjaSequence(std::move(items), a.flavor);
        }
    }
    if (op == "*") {
        for (const auto& [value, count] : {std::pair(&left, &right), std::pair(&right, &left)}) {
            if (const auto times = jinjaInteger(*count); times && (value->as<std::string>() || isListOrTuple(*value)))
                return repeated(*value, *times, budget);
        }
    }
    failOperands(op, left, right);
}

std::string jinjaFormat(std::string_view format, const JinjaValue& values, JinjaBudget& budget) {
    const auto* several = values.as<JinjaSequence>();
    const bool tuple = several && (several->flavor == Flavor::Tuple || several->flavor == Flavor::Group);
    std::size_t next = 0;
    const auto take = [&]() -> const JinjaValue& {
        if (next >= (tuple ? several->items.size() : 1))
            jinjaFail("not enough arguments for format string");
        return tuple ? several->items[next++] : (++next, values);
    };
    const auto number = [&](std::size_t& i) {
        std::size_t value = 0;
        for (; i < format.size() && format[i] >= '0' && format[i] <= '9'; ++i)
            value = value * 10 + static_cast<std::size_t>(format[i] - '0');
        if (value > 1000)
            jinjaFail(fmt::format("a width of {} in a format string is too large", value));
        return value;
    };
    std::string out;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        if (++i < format.size() && format[i] == '%') {
            out += '%';
            continue;
        }
        const JinjaValue* named = nullptr;
        if (i < format.size() && format[i] == '(') {
            const std::size_t end = format.find(')', i);
            const auto* dict = values.as<JinjaDict>();
            if (end == std::string_view::npos || !dict)
                jinjaFail("format requires a mapping");
            named = dict->find(format.substr(i + 1, end - i - 1));
            if (!named)
                jinjaFail(fmt::format("the format string names '{}', which is not there", format.substr(i + 1, end - i - 1)));
            i = end + 1;
        }
        std::string flags;
        for (; i < format.size() && std::string_view("-+ 0#").find(format[i]) != std::string_view::npos; ++i) {
            if (flags.find(format[i]) == std::string::npos)
                flags += format[i];
        }
        const std::size_t width = number(i);
        std::optional<std::size_t> precision;
        if (i < format.size() && format[i] == '.') {
            ++i;
            precision = number(i);
        }
        if (i >= format.size() || std::string_view("srdiuxXofFeEgG").find(format[i]) == std::string_view::npos)
            jinjaFail("the format string has a conversion that is not supported");
        const std::string text = formatOne(flags, width, precision, format[i], named ? *named : take());
        budget.grow(text.size());
        out += text;
    }
    if (next < (tuple ? several->items.size() : 0) || (!tuple && next == 0 && !values.as<JinjaDict>() && !values.as<JinjaSequence>()))
        jinjaFail("not all arguments converted during string formatting");
    return out;
}

} // namespace triptych
