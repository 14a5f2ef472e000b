// Filters and tests of Jinja2, with tojson as transformers has it.

#include "text/jinja_builtins.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

namespace triptych {

namespace {

using Flavor = JinjaSequence::Flavor;
using Filter = JinjaValue (*)(JinjaCall&);

const JinjaValue& input(const JinjaCall& call) { return call.arguments[0]; }
bool flag(const JinjaValue* value, bool otherwise) { return value ? jinjaTruth(*value) : otherwise; }

std::int64_t whole(const JinjaCall& call, const JinjaValue* value, std::int64_t otherwise) {
    if (!value)
        return otherwise;
    const auto number = jinjaInteger(*value);
    if (!number)
        jinjaFail(fmt::format("{} needs a whole number, not {}", call.construct, value->typeName()));
    return *number;
}

/// "a.b.0" of an item, as filters take attributes.
JinjaValue attributeOf(const JinjaValue& item, const JinjaValue& path) {
    const auto* text = path.as<std::string>();
    if (!text)
        return jinjaItem(item, path);
    JinjaValue value = item;
    for (std::size_t begin = 0; begin <= text->size();) {
        const std::size_t end = std::min(text->find('.', begin), text->size());
        const std::string key = text->substr(begin, end - begin);
        const bool digits = !key.empty() && key.size() < 10 && key.find_first_not_of("0123456789") == std::string::npos;
        value = jinjaItem(value, digits ? JinjaValue(std::int64_t(std::stol(key))) : JinjaValue(key));
        begin = end + 1;
    }
    return value;
}

JinjaValue sortKey(const JinjaValue& value, bool caseSensitive) {
    const auto* text = value.as<std::string>();
    return text && !caseSensitive ? JinjaValue(jinjaChangeCase(*text, JinjaCase::Lower)) : value;
}

struct Keyed {
    JinjaValue key, value;
};
std::vector<Keyed> keyed(JinjaCall& call, const JinjaValue* attribute, bool caseSensitive) {
    std::vector<Keyed> items;
    for (JinjaValue& item : jinjaItems(input(call), call.budget)) {
        JinjaValue key = sortKey(attribute && !attribute->isNone() ? attributeOf(item, *attribute) : item, caseSensitive);
        items.push_back({std::move(key), std::move(item)});
    }
    call.budget.step(items.size() * 20); // sorted or compared next
    return items;
}
void sortByKey(std::vector<Keyed>& items, bool reverse) {
    // The order must hold before std::stable_sort relies on it: values without one are refused here.
    for (std::size_t i = 1; i < items.size(); ++i)
        jinjaCompare(items[0].key, items[i].key);
    std::stable_sort(items.begin(), items.end(), [reverse](const Keyed& a, const Keyed& b) { return reverse ? jinjaCompare(b.key, a.key) < 0 : jinjaCompare(a.key, b.key) < 0; });
}
JinjaValue valuesOf(std::vector<Keyed> items) {
    JinjaValues values;
    for (Keyed& item : items)
        values.push_back(std::move(item.value));
    return jinjaSequence(std::move(values));
}

JinjaValue sorted(JinjaCall& call) {
    const auto bound = call.bind({"value", "reverse", "case_sensitive", "attribute"});
    const auto* attributes = bound[3] ? bound[3]->as<std::string>() : nullptr;
    auto items = keyed(call, attributes ? nullptr : bound[3], flag(bound[2], false));
    for (Keyed& item : items) {
        // Several with commas between them sort by the first, then the second, ...
        JinjaValues keys;
        for (std::size_t begin = 0; attributes && begin <= attributes->size();) {
            const std::size_t end = std::min(attributes->find(',', begin), attributes->size());
            keys.push_back(sortKey(attributeOf(item.value, attributes->substr(begin, end - begin)), flag(bound[2], false)));
            begin = end + 1;
        }
        if (attributes)
            item.key = jinjaSequence(std::move(keys));
    }
    sortByKey(items, flag(bound[1], false));
    return valuesOf(std::move(items));
}

JinjaValue extreme(JinjaCall& call, int sign) {
    const auto bound = call.bind({"value", "case_sensitive", "attribute"});
    const auto items = keyed(call, bound[2], flag(bound[1], false));
    if (items.empty())
        return JinjaValue::undefined("No aggregated item, sequence was empty.");
    const Keyed* best = &items[0];
    for (const Keyed& item : items)
        best = jinjaCompare(item.key, best->key) * sign > 0 ? &item : best;
    return best->value;
}

JinjaValue unique(JinjaCall& call) {
    const auto bound = call.bind({"value", "case_sensitive", "attribute"});
    JinjaValues kept, keys;
    for (Keyed& item : keyed(call, bound[2], flag(bound[1], false))) {
        call.budget.step(keys.size());
        if (std::any_of(keys.begin(), keys.end(), [&](const JinjaValue& key) { return jinjaEqual(key, item.key); }))
            continue;
        keys.push_back(std::move(item.key));
        kept.push_back(std::move(item.value));
    }
    return jinjaSequence(std::move(kept), Flavor::Generator);
}

JinjaValue groupby(JinjaCall& call) {
    const auto bound = call.bind({"value", "attribute", "default", "case_sensitive"}, 2);
    std::vector<Keyed> items;
    for (JinjaValue& item : jinjaItems(input(call), call.budget)) {
        JinjaValue key = attributeOf(item, *bound[1]);
        if (key.isUndefined() && bound[2])
            key = *bound[2];
        items.push_back({sortKey(key, flag(bound[3], false)), jinjaSequence({key, std::move(item)})});
    }
    call.budget.step(items.size() * 20);
    sortByKey(items, false);
    JinjaValues groups;
    for (std::size_t i = 0; i < items.size();) {
        JinjaValues members;
        const JinjaValue first = items[i].value.as<JinjaSequence>()->items[0];
        for (const JinjaValue key = items[i].key; i < items.size() && jinjaEqual(items[i].key, key); ++i)
            members.push_back(items[i].value.as<JinjaSequence>()->items[1]);
        groups.push_back(jinjaSequence({first, jinjaSequence(std::move(members))}, Flavor::Group));
    }
    return jinjaSequence(std::move(groups));
}

JinjaValue dictsort(JinjaCall& call) {
    const auto bound = call.bind({"value", "case_sensitive", "by", "reverse"});
    const auto* dict = input(call).as<JinjaDict>();
    if (!dict)
        jinjaFail(fmt::format("{} needs a dict, not {}", call.construct, input(call).typeName()));
    const std::string by = bound[2] ? jinjaText(*bound[2]) : "key";
    if (by != "key" && by != "value")
        jinjaFail("You can only sort by either \"key\" or \"value\"");
    std::vector<Keyed> items;
    for (const auto& [key, value] : dict->entries)
        items.push_back({sortKey(by == "key" ? key : value, flag(bound[1], false)), jinjaSequence({key, value}, Flavor::Tuple)});
    sortByKey(items, flag(bound[3], false));
    return valuesOf(std::move(items));
}

JinjaValue sum(JinjaCall& call) {
    const auto bound = call.bind({"iterable", "attribute", "start"});
    JinjaValue total = bound[2] ? *bound[2] : JinjaValue(std::int64_t(0));
    for (const JinjaValue& item : jinjaItems(input(call), call.budget))
        total = jinjaArithmetic("+", total, bound[1] && !bound[1]->isNone() ? attributeOf(item, *bound[1]) : item, call.budget);
    return total;
}

/// What is empty or none is passed over by the filters that walk over their input lazily.
JinjaValues lazyItems(JinjaCall& call) { return jinjaTruth(input(call)) ? jinjaItems(input(call), call.budget) : JinjaValues(); }

/// The arguments after the first `used` ones, for a filter or test that another one applies.
JinjaCall passedOn(const JinjaCall& call, const JinjaValue& item, std::size_t used) {
    JinjaCall inner{call.construct, call.budget, {item}, call.named};
    if (call.arguments.size() > used)
        inner.arguments.insert(inner.arguments.end(), call.arguments.begin() + static_cast<std::ptrdiff_t>(used), call.arguments.end());
    return inner;
}

std::string nameArgument(const JinjaCall& call, std::size_t at, const char* what) {
    const auto* name = at < call.arguments.size() ? call.arguments[at].as<std::string>() : nullptr;
    if (!name)
        jinjaFail(fmt::format("{} needs the name of a {}", call.construct, what));
    return *name;
}

JinjaValue map(JinjaCall& call) {
    JinjaValues mapped;
    const bool byAttribute = call.arguments.size() == 1;
    if (byAttribute) {
        const auto bound = call.bind({"value", "attribute", "default"}, 2);
        for (const JinjaValue& item : lazyItems(call)) {
            call.budget.step();
            JinjaValue value = attributeOf(item, *bound[1]);
            mapped.push_back(value.isUndefined() && bound[2] ? *bound[2] : std::move(value));
        }
    } else {
        const std::string filter = nameArgument(call, 1, "filter");
        for (const JinjaValue& item : lazyItems(call)) {
            call.budget.step();
            JinjaCall inner = passedOn(call, item, 2);
            mapped.push_back(applyJinjaFilter(filter, inner));
        }
    }
    return jinjaSequence(std::move(mapped), Flavor::Generator);
}

/// select, reject, selectattr and rejectattr.
JinjaValue chosen(JinjaCall& call, bool keep, bool byAttribute) {
    const std::size_t used = byAttribute ? 2 : 1;
    if (byAttribute && call.arguments.size() < 2)
        jinjaFail(fmt::format("{} needs the name of an attribute", call.construct));
    const std::string test = call.arguments.size() > used ? nameArgument(call, used, "test") : std::string();
    JinjaValues kept;
    for (const JinjaValue& item : lazyItems(call)) {
        call.budget.step();
        const JinjaValue tested = byAttribute ? attributeOf(item, call.arguments[1]) : item;
        bool passes = false;
        if (test.empty()) {
            passes = jinjaTruth(tested);
        } else {
            JinjaCall inner = passedOn(call, tested, used + 1);
            passes = applyJinjaTest(test, inner);
        }
        if (passes == keep)
            kept.push_back(item);
    }
    return jinjaSequence(std::move(kept), Flavor::Generator);
}

JinjaValue items(JinjaCall& call) {
    call.bind({"value"});
    if (input(call).isUndefined())
        return jinjaSequence({}, Flavor::Generator);
    const auto* dict = input(call).as<JinjaDict>();
    if (!dict)
        jinjaFail("Can only get item pairs from a mapping.");
    JinjaValues pairs;
    for (const auto& [key, value] : dict->entries)
        pairs.push_back(jinjaSequence({key, value}, Flavor::Tuple));
    return jinjaSequence(std::move(pairs), Flavor::Generator);
}

JinjaValue first(JinjaCall& call) {
    call.bind({"seq"});
    const auto* sequence = input(call).as<JinjaSequence>();
    if (sequence && sequence->flavor == Flavor::Generator)
        return sequence->next < sequence->items.size() ? sequence->items[sequence->next++] : JinjaValue::undefined("No first item, sequence was empty.");
    const JinjaValues all = jinjaItems(input(call), call.budget);
    return all.empty() ? JinjaValue::undefined("No first item, sequence was empty.") : all.front();
}

JinjaValue last(JinjaCall& call) {
    call.bind({"seq"});
    if (const auto* sequence = input(call).as<JinjaSequence>(); sequence && sequence->flavor == Flavor::Generator)
        jinjaFail("'generator' object is not reversible");
    const JinjaValues all = jinjaItems(input(call), call.budget);
    return all.empty() ? JinjaValue::undefined("No last item, sequence was empty.") : all.back();
}

JinjaValue reverse(JinjaCall& call) {
    call.bind({"value"});
    if (const auto* text = input(call).as<std::string>()) {
        std::u32string chars = decodeUtf8(*text);
        std::reverse(chars.begin(), chars.end());
        return encodeUtf8(chars);
    }
    JinjaValues all = jinjaItems(input(call), call.budget);
    std::reverse(all.begin(), all.end());
    return jinjaSequence(std::move(all), Flavor::Generator);
}

JinjaValue tojson(JinjaCall& call) {
    const auto bound = call.bind({"x", "ensure_ascii", "indent", "separators", "sort_keys"});
    JinjaJsonStyle style;
    style.ascii = flag(bound[1], false);
    style.sorted = flag(bound[4], false);
    if (bound[2] && !bound[2]->isNone()) {
        const auto* text = bound[2]->as<std::string>();
        style.indent = text ? *text : std::string(static_cast<std::size_t>(std::clamp<std::int64_t>(whole(call, bound[2], 0), 0, 32)), ' ');
        style.comma = ",";
    }
    if (bound[3] && !bound[3]->isNone()) {
        const auto* pair = bound[3]->as<JinjaSequence>();
        if (!pair || pair->items.size() != 2)
            jinjaFail("filter 'tojson' takes two separators");
        style.comma = jinjaText(pair->items[0]);
        style.colon = jinjaText(pair->items[1]);
    }
    return jinjaJson(input(call), style);
}

JinjaValue join(JinjaCall& call) {
    const auto bound = call.bind({"value", "d", "attribute"});
    JinjaValues all = jinjaItems(input(call), call.budget);
    if (bound[2] && !bound[2]->isNone()) {
        for (JinjaValue& item : all)
            item = attributeOf(item, *bound[2]);
    }
    return jinjaJoin(all, bound[1] ? jinjaText(*bound[1]) : std::string(), call.budget);
}

JinjaValue toInteger(JinjaCall& call) {
    const auto bound = call.bind({"value", "default", "base"});
    const JinjaValue otherwise = bound[1] ? *bound[1] : JinjaValue(std::int64_t(0));
    if (const auto number = jinjaInteger(input(call)))
        return *number;
    if (const auto* missing = input(call).as<JinjaValue::Undefined>())
        jinjaFail(missing->why ? *missing->why : "an undefined value is used");
    double real = 0;
    if (const auto* number = input(call).as<double>()) {
        real = *number;
    } else if (const auto* text = input(call).as<std::string>()) {
        std::string digits = jinjaStrip(*text, JinjaSide::Both, nullptr);
        if (digits.starts_with('+'))
            digits.erase(0, 1);
        std::erase(digits, '_');
        std::int64_t value = 0;
        const auto base = static_cast<int>(std::clamp<std::int64_t>(whole(call, bound[2], 10), 2, 36));
        if (base == 16 && (digits.starts_with("0x") || digits.starts_with("0X")))
            digits.erase(0, 2);
        const char* end = digits.data() + digits.size();
        if (const auto [at, error] = std::from_chars(digits.data(), end, value, base); error == std::errc() && at == end && !digits.empty())
            return value;
        if (const auto [at, error] = std::from_chars(digits.data(), end, real); error != std::errc() || at != end || digits.empty())
            return otherwise;
    } else {
        return otherwise;
    }
    if (!(std::abs(real) < 9.2e18))
        return otherwise;
    return static_cast<std::int64_t>(real);
}

JinjaValue toReal(JinjaCall& call) {
    const auto bound = call.bind({"value", "default"});
    if (const auto number = jinjaNumber(input(call)))
        return *number;
    const JinjaValue otherwise = bound[1] ? *bound[1] : JinjaValue(0.0);
    const auto* text = input(call).as<std::string>();
    if (!text)
        return otherwise;
    std::string digits = jinjaStrip(*text, JinjaSide::Both, nullptr);
    if (digits.starts_with('+'))
        digits.erase(0, 1);
    double value = 0;
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && !digits.empty() && at == digits.data() + digits.size() ? JinjaValue(value) : otherwise;
}

JinjaValue rounded(JinjaCall& call) {
    const auto bound = call.bind({"value", "precision", "method"});
    const std::string method = bound[2] ? jinjaText(*bound[2]) : "common";
    const std::int64_t precision = whole(call, bound[1], 0);
    const auto value = jinjaNumber(input(call));
    if (!value)
        jinjaFail(fmt::format("{} needs a number, not {}", call.construct, input(call).typeName()));
    if (precision < -15 || precision > 15)
        jinjaFail(fmt::format("{}: a precision of {} is out of range", call.construct, precision));
    const double scale = std::pow(10.0, static_cast<double>(precision));
    if (method == "ceil")
        return std::ceil(*value * scale) / scale;
    if (method == "floor")
        return std::floor(*value * scale) / scale;
    if (method != "common")
        jinjaFail("method must be common, ceil or floor");
    const auto exact = jinjaInteger(input(call));
    if (exact && precision >= 0)
        return *exact;
    if (!std::isfinite(*value))
        return *value;
    // The decimal form is rounded to even exactly, as Python does it.
    const double result = precision >= 0 ? std::stod(fmt::format("{:.{}f}", *value, precision)) : std::nearbyint(*value * scale) / scale;
    return exact ? JinjaValue(static_cast<std::int64_t>(result)) : JinjaValue(result);
}

JinjaValue absolute(JinjaCall& call) {
    call.bind({"value"});
    if (const auto number = jinjaInteger(input(call)))
        return *number < 0 ? jinjaArithmetic("-", std::int64_t(0), *number, call.budget) : JinjaValue(*number);
    const auto* real = input(call).as<double>();
    if (!real)
        jinjaFail(fmt::format("{} needs a number, not {}", call.construct, input(call).typeName()));
    return std::abs(*real);
}

/// Each word from its first letter: words begin after blanks, hyphens and opening brackets.
JinjaValue title(JinjaCall& call) {
    call.bind({"s"});
    std::string out, word;
    const auto flush = [&] {
        out += jinjaChangeCase(word, JinjaCase::Capitalize);
        word.clear();
    };
    for (const char32_t c : decodeUtf8(jinjaText(input(call)))) {
        if (isPythonSpace(c) || std::u32string_view(U"-({[<").find(c) != std::u32string_view::npos) {
            flush();
            appendUtf8(out, c);
        } else {
            appendUtf8(word, c);
        }
    }
    flush();
    return out;
}

JinjaValue indent(JinjaCall& call) {
    const auto bound = call.bind({"s", "width", "first", "blank"});
    const auto* given = bound[1] ? bound[1]->as<std::string>() : nullptr;
    const std::string margin = given ? *given : std::string(static_cast<std::size_t>(std::clamp<std::int64_t>(whole(call, bound[1], 4), 0, 1000)), ' ');
    const bool blank = flag(bound[3], false);
    const std::string text = jinjaText(input(call));
    std::string out = flag(bound[2], false) ? margin : std::string();
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (begin > 0) {
            out += '\n';
            if (blank || end > begin) {
                call.budget.grow(margin.size());
                out += margin;
            }
        }
        out.append(text, begin, end - begin);
        begin = end + 1;
    }
    return out;
}

JinjaValue truncate(JinjaCall& call) {
    const auto bound = call.bind({"s", "length", "killwords", "end", "leeway"});
    const std::u32string text = decodeUtf8(jinjaText(input(call))), end = decodeUtf8(bound[3] ? jinjaText(*bound[3]) : std::string("..."));
    const std::int64_t length = whole(call, bound[1], 255), leeway = bound[4] && !bound[4]->isNone() ? whole(call, bound[4], 5) : 5;
    const auto ending = static_cast<std::int64_t>(end.size());
    if (length < ending || leeway < 0)
        jinjaFail(fmt::format("{}: expected length >= {}, got {}", call.construct, ending, length));
    if (static_cast<std::int64_t>(text.size()) <= length + std::min(leeway, std::int64_t(1) << 30))
        return encodeUtf8(text);
    std::u32string kept = text.substr(0, static_cast<std::size_t>(length - ending));
    if (const std::size_t space = kept.rfind(U' '); !flag(bound[2], false) && space != std::u32string::npos)
        kept.resize(space);
    return encodeUtf8(kept + end);
}

JinjaValue batch(JinjaCall& call) {
    const auto bound = call.bind({"value", "linecount", "fill_with"}, 2);
    const std::int64_t size = whole(call, bound[1], 1);
    JinjaValues batches, current;
    for (JinjaValue& item : jinjaItems(input(call), call.budget)) {
        if (static_cast<std::int64_t>(current.size()) == size)
            batches.push_back(jinjaSequence(std::exchange(current, {})));
        current.push_back(std::move(item));
    }
    if (!current.empty()) {
        if (bound[2] && !bound[2]->isNone() && static_cast<std::int64_t>(current.size()) < size) {
            call.budget.grow(static_cast<std::uint64_t>(size) * sizeof(JinjaValue));
            current.resize(static_cast<std::size_t>(size), *bound[2]);
        }
        batches.push_back(jinjaSequence(std::move(current)));
    }
    return jinjaSequence(std::move(batches), Flavor::Generator);
}

JinjaValue escape(JinjaCall& call) {
    call.bind({"s"});
    std::string out;
    for (const char c : jinjaText(input(call))) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '\'': out += "&#39;"; break;
        case '"': out += "&#34;"; break;
        default: out += c;
        }
    }
    return out;
}

JinjaValue format(JinjaCall& call) {
    JinjaValues values(call.arguments.begin() + 1, call.arguments.end());
    if (!values.empty() && !call.named.empty())
        jinjaFail("can't handle positional and keyword arguments at the same time");
    if (call.named.empty())
        return jinjaFormat(jinjaText(input(call)), jinjaSequence(std::move(values), Flavor::Tuple), call.budget);
    JinjaDict dict;
    for (const auto& [name, value] : call.named)
        dict.set(name, value);
    return jinjaFormat(jinjaText(input(call)), jinjaDict(std::move(dict)), call.budget);
}

JinjaValue defaulted(JinjaCall& call) {
    const auto bound = call.bind({"value", "default_value", "boolean"});
    const bool absent = input(call).isUndefined() || (flag(bound[2], false) && !jinjaTruth(input(call)));
    return !absent ? input(call) : bound[1] ? *bound[1] : JinjaValue("");
}

JinjaValue wordcount(JinjaCall& call) {
    call.bind({"s"});
    std::int64_t count = 0;
    bool inside = false;
    for (const char32_t c : decodeUtf8(jinjaText(input(call)))) {
        const bool word = isWordCharacter(c);
        count += word && !inside;
        inside = word;
    }
    return count;
}

template <JinjaCase Wanted>
JinjaValue changeCase(JinjaCall& call) {
    call.bind({"s"});
    return jinjaChangeCase(jinjaText(input(call)), Wanted);
}
JinjaValue length(JinjaCall& call) { return call.bind({"obj"}), jinjaLength(input(call)); }
JinjaValue same(JinjaCall& call) { return call.bind({"value"}), JinjaValue(jinjaText(input(call))); }

const std::unordered_map<std::string_view, Filter>& filters() {
    static const std::unordered_map<std::string_view, Filter> kFilters = {
        {"abs", absolute},
        {"attr",
         [](JinjaCall& c) {
             const std::string name = jinjaText(*c.bind({"obj", "name"}, 2)[1]);
             const bool key = input(c).as<JinjaDict>() && !hasJinjaMethod(input(c), name); // never looks for keys
             return key ? JinjaValue::undefined(fmt::format("'dict object' has no attribute '{}'", name)) : jinjaAttribute(input(c), name);
         }},
        {"batch", batch},
        {"capitalize", changeCase<JinjaCase::Capitalize>},
        {"center",
         [](JinjaCall& c) {
             const auto bound = c.bind({"value", "width"});
             JinjaCall inner{c.construct, c.budget, {bound[1] ? *bound[1] : JinjaValue(std::int64_t(80))}, {}};
             return *callJinjaMethod(jinjaText(input(c)), "center", inner);
         }},
        {"count", length},
        {"d", defaulted},
        {"default", defaulted},
        {"dictsort", dictsort},
        {"e", escape},
        {"escape", escape},
        {"first", first},
        {"float", toReal},
        {"forceescape", escape},
        {"format", format},
        {"groupby", groupby},
        {"indent", indent},
        {"int", toInteger},
        {"items", items},
        {"join", join},
        {"last", last},
        {"length", length},
        {"list", [](JinjaCall& c) { return c.bind({"value"}), jinjaSequence(jinjaItems(input(c), c.budget)); }},
        {"lower", changeCase<JinjaCase::Lower>},
        {"map", map},
        {"max", [](JinjaCall& c) { return extreme(c, 1); }},
        {"min", [](JinjaCall& c) { return extreme(c, -1); }},
        {"reject", [](JinjaCall& c) { return chosen(c, false, false); }},
        {"rejectattr", [](JinjaCall& c) { return chosen(c, false, true); }},
        {"replace",
         [](JinjaCall& c) -> JinjaValue {
             const auto bound = c.bind({"s", "old", "new", "count"}, 3);
             const std::int64_t count = bound[3] && !bound[3]->isNone() ? whole(c, bound[3], -1) : -1;
             return jinjaReplace(jinjaText(input(c)), jinjaText(*bound[1]), jinjaText(*bound[2]), count, c.budget);
         }},
        {"reverse", reverse},
        {"round", rounded},
        {"safe", same},
        {"select", [](JinjaCall& c) { return chosen(c, true, false); }},
        {"selectattr", [](JinjaCall& c) { return chosen(c, true, true); }},
        {"sort", sorted},
        {"string", same},
        {"sum", sum},
        {"title", title},
        {"tojson", tojson},
        {"trim",
         [](JinjaCall& c) -> JinjaValue { return jinjaStrip(jinjaText(input(c)), JinjaSide::Both, c.bind({"value", "chars"})[1]); }},
        {"truncate", truncate},
        {"unique", unique},
        {"upper", changeCase<JinjaCase::Upper>},
        {"wordcount", wordcount},
    };
    return kFilters;
}

using Test = bool (*)(JinjaCall&);

const JinjaValue& other(JinjaCall& call) { return *call.bind({"value", "other"}, 2)[1]; }

std::int64_t wholeInput(JinjaCall& call) {
    const auto number = jinjaInteger(input(call));
    if (!number)
        jinjaFail(fmt::format("{} needs a whole number, not {}", call.construct, input(call).typeName()));
    return *number;
}

bool isIterable(const JinjaValue& value) { return value.isUndefined() || value.as<std::string>() || value.as<JinjaSequence>() || value.as<JinjaDict>(); }

bool hasTextCase(JinjaCall& call, const char* method) {
    JinjaCall inner{call.construct, call.budget, {}, {}};
    return jinjaTruth(*callJinjaMethod(jinjaText(input(call)), method, inner));
}

const std::unordered_map<std::string_view, Test>& tests() {
    static const Test kEqual = [](JinjaCall& c) { return jinjaEqual(input(c), other(c)); };
    static const Test kUnequal = [](JinjaCall& c) { return !jinjaEqual(input(c), other(c)); };
    static const Test kLess = [](JinjaCall& c) { return jinjaCompare(input(c), other(c)) < 0; };
    static const Test kLessOrEqual = [](JinjaCall& c) { return jinjaCompare(input(c), other(c)) <= 0; };
    static const Test kGreater = [](JinjaCall& c) { return jinjaCompare(input(c), other(c)) > 0; };
    static const Test kGreaterOrEqual = [](JinjaCall& c) { return jinjaCompare(input(c), other(c)) >= 0; };
    static const std::unordered_map<std::string_view, Test> kTests = {
        {"boolean", [](JinjaCall& c) { return input(c).as<bool>() != nullptr; }},
        {"callable", [](JinjaCall& c) { return input(c).as<JinjaFunction>() != nullptr || input(c).isUndefined() || input(c).asLoop() != nullptr; }},
        {"defined", [](JinjaCall& c) { return !input(c).isUndefined(); }},
        {"undefined", [](JinjaCall& c) { return input(c).isUndefined(); }},
        {"divisibleby", [](JinjaCall& c) { return jinjaEqual(jinjaArithmetic("%", input(c), other(c), c.budget), std::int64_t(0)); }},
        {"eq", kEqual},
        {"==", kEqual},
        {"equalto", kEqual},
        {"ne", kUnequal},
        {"!=", kUnequal},
        {"lt", kLess},
        {"<", kLess},
        {"lessthan", kLess},
        {"le", kLessOrEqual},
        {"<=", kLessOrEqual},
        {"gt", kGreater},
        {">", kGreater},
        {"greaterthan", kGreater},
        {"ge", kGreaterOrEqual},
        {">=", kGreaterOrEqual},
        {"even", [](JinjaCall& c) { return wholeInput(c) % 2 == 0; }},
        {"odd", [](JinjaCall& c) { return wholeInput(c) % 2 != 0; }},
        {"false", [](JinjaCall& c) { return input(c).as<bool>() && !*input(c).as<bool>(); }},
        {"true", [](JinjaCall& c) { return input(c).as<bool>() && *input(c).as<bool>(); }},
        {"filter", [](JinjaCall& c) { return filters().contains(jinjaText(input(c))); }},
        {"test", [](JinjaCall& c) { return tests().contains(jinjaText(input(c))); }},
        {"float", [](JinjaCall& c) { return input(c).as<double>() != nullptr; }},
        {"integer", [](JinjaCall& c) { return input(c).as<std::int64_t>() != nullptr; }},
        {"number", [](JinjaCall& c) { return jinjaNumber(input(c)).has_value(); }},
        {"in", [](JinjaCall& c) { return jinjaContains(*c.bind({"value", "seq"}, 2)[1], input(c)); }},
        {"iterable", [](JinjaCall& c) { return isIterable(input(c)); }},
        {"mapping", [](JinjaCall& c) { return input(c).as<JinjaDict>() != nullptr; }},
        {"sequence",
         [](JinjaCall& c) {
             const auto* sequence = input(c).as<JinjaSequence>();
             return sequence ? sequence->flavor != Flavor::Generator && sequence->flavor != Flavor::View : isIterable(input(c));
         }},
        {"none", [](JinjaCall& c) { return input(c).isNone(); }},
        {"string", [](JinjaCall& c) { return input(c).as<std::string>() != nullptr; }},
        {"sameas", [](JinjaCall& c) { return input(c).isSame(other(c)); }},
        {"lower", [](JinjaCall& c) { return hasTextCase(c, "islower"); }},
        {"upper", [](JinjaCall& c) { return hasTextCase(c, "isupper"); }},
        {"escaped", [](JinjaCall&) { return false; }},
    };
    return kTests;
}

} // namespace

JinjaValue applyJinjaFilter(std::string_view name, JinjaCall& call) {
    const auto found = filters().find(name);
    if (found == filters().end())
        jinjaFail(fmt::format("there is no filter '{}'", name));
    const std::string construct = fmt::format("filter '{}'", name);
    call.construct = construct;
    if (const auto* text = input(call).as<std::string>())
        call.budget.step(text->size() / 64);
    return found->second(call);
}

bool applyJinjaTest(std::string_view name, JinjaCall& call) {
    const auto found = tests().find(name);
    if (found == tests().end())
        jinjaFail(fmt::format("there is no test '{}'", name));
    const std::string construct = fmt::format("test '{}'", name);
    call.construct = construct;
    return found->second(call);
}

} // namespace triptych
