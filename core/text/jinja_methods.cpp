// Methods of Python's str, dict, list and tuple, as far as templates use them.

#include "text/jinja_builtins.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

namespace triptych {

namespace {

using Flavor = JinjaSequence::Flavor;

const std::string& textArgument(const JinjaCall& call, const JinjaValue* value, const char* what) {
    const auto* text = value ? value->as<std::string>() : nullptr;
    if (!text)
        jinjaFail(fmt::format("{}: {} must be a str, not {}", call.construct, what, value ? value->typeName() : "missing"));
    return *text;
}

std::int64_t wholeArgument(const JinjaCall& call, const JinjaValue* value, std::int64_t otherwise) {
    if (!value)
        return otherwise;
    const auto whole = jinjaInteger(*value);
    if (!whole)
        jinjaFail(fmt::format("{} needs a whole number, not {}", call.construct, value->typeName()));
    return *whole;
}

std::string fullCase(std::string_view text, bool upper) {
    const std::string valid = isUtf8(text) ? std::string(text) : encodeUtf8(decodeUtf8(text));
    std::u16string in(valid.size() + 1, u'\0');
    UErrorCode error = U_ZERO_ERROR;
    std::int32_t length = 0;
    u_strFromUTF8(in.data(), static_cast<std::int32_t>(in.size()), &length, valid.data(), static_cast<std::int32_t>(valid.size()), &error);
    std::u16string out(static_cast<std::size_t>(length) * 3 + 1, u'\0'); // no character grows by more
    const auto change = upper ? u_strToUpper : u_strToLower;
    length = change(out.data(), static_cast<std::int32_t>(out.size()), in.data(), length, "", &error);
    std::string result(static_cast<std::size_t>(length) * 3 + 1, '\0');
    std::int32_t bytes = 0;
    u_strToUTF8(result.data(), static_cast<std::int32_t>(result.size()), &bytes, out.data(), length, &error);
    if (U_FAILURE(error))
        jinjaFail(fmt::format("the case of a text cannot be changed ({})", u_errorName(error)));
    result.resize(static_cast<std::size_t>(bytes));
    return result;
}

bool isCased(char32_t c) {
    const auto code = static_cast<UChar32>(c);
    return u_isULowercase(code) || u_isUUppercase(code) || u_istitle(code);
}

void appendTitle(std::string& out, char32_t c) {
    std::string one;
    appendUtf8(one, c);
    const auto title = static_cast<char32_t>(u_totitle(static_cast<UChar32>(c)));
    if (title != c) {
        appendUtf8(out, title);
        return;
    }
    // A letter without a capital of its own: "ß" begins a word as "Ss".
    const std::u32string upper = decodeUtf8(fullCase(one, true));
    appendUtf8(out, upper[0]);
    for (std::size_t i = 1; i < upper.size(); ++i)
        appendUtf8(out, static_cast<char32_t>(u_tolower(static_cast<UChar32>(upper[i]))));
}

/// A part of a text by code points, as Python's start and end arguments mean it.
std::string part(const JinjaCall& call, const std::string& text, const JinjaValue* start, const JinjaValue* end) {
    if (!start && !end)
        return text;
    const std::u32string chars = decodeUtf8(text);
    const auto size = static_cast<std::int64_t>(chars.size());
    const auto place = [&](const JinjaValue* value, std::int64_t otherwise) {
        std::int64_t at = value && !value->isNone() ? wholeArgument(call, value, 0) : otherwise;
        at = at < 0 ? std::max<std::int64_t>(at + size, 0) : std::min(at, size);
        return static_cast<std::size_t>(at);
    };
    const std::size_t from = place(start, 0), to = place(end, size);
    return from < to ? encodeUtf8(std::u32string_view(chars).substr(from, to - from)) : std::string();
}

std::size_t findBytes(std::string_view text, std::string_view what, std::size_t from) {
    if (from > text.size())
        return std::string_view::npos;
    // Linear in the worst case, which std::string_view::find is not.
    const void* found = memmem(text.data() + from, text.size() - from, what.data(), what.size());
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

JinjaValues splitAtSpaces(const std::string& text, std::int64_t most, bool fromRight) {
    const std::u32string chars = decodeUtf8(text);
    JinjaValues parts;
    const auto size = static_cast<std::ptrdiff_t>(chars.size());
    const std::ptrdiff_t step = fromRight ? -1 : 1, end = fromRight ? -1 : size;
    const auto push = [&](std::ptrdiff_t a, std::ptrdiff_t b) { // from a, walking, up to b
        const std::ptrdiff_t low = fromRight ? b + 1 : a, high = fromRight ? a + 1 : b;
        parts.emplace_back(encodeUtf8(std::u32string_view(chars).substr(static_cast<std::size_t>(low), static_cast<std::size_t>(high - low))));
    };
    for (std::ptrdiff_t at = fromRight ? size - 1 : 0; at != end;) {
        while (at != end && isPythonSpace(chars[static_cast<std::size_t>(at)]))
            at += step;
        if (at == end)
            break;
        if (most == 0) {
            push(at, end);
            break;
        }
        const std::ptrdiff_t begin = at;
        while (at != end && !isPythonSpace(chars[static_cast<std::size_t>(at)]))
            at += step;
        push(begin, at);
        --most;
    }
    if (fromRight)
        std::reverse(parts.begin(), parts.end());
    return parts;
}

JinjaValue split(const std::string& text, JinjaCall& call, bool fromRight) {
    const auto bound = call.bind({"sep", "maxsplit"});
    std::int64_t most = wholeArgument(call, bound[1], -1);
    call.budget.grow(text.size() * 64);
    if (!bound[0] || bound[0]->isNone())
        return jinjaSequence(splitAtSpaces(text, most < 0 ? INT64_MAX : most, fromRight));
    const std::string& separator = textArgument(call, bound[0], "the separator");
    if (separator.empty())
        jinjaFail(fmt::format("{}: empty separator", call.construct));
    std::vector<std::size_t> places;
    for (std::size_t at = findBytes(text, separator, 0); at != std::string::npos; at = findBytes(text, separator, at + separator.size()))
        places.push_back(at);
    if (fromRight && most >= 0 && places.size() > static_cast<std::size_t>(most)) {
        // Found from the right, overlapping matches fall otherwise; only separators such as "aa" could tell.
        places.erase(places.begin(), places.end() - static_cast<std::ptrdiff_t>(most));
    } else if (most >= 0 && places.size() > static_cast<std::size_t>(most)) {
        places.resize(static_cast<std::size_t>(most));
    }
    JinjaValues parts;
    std::size_t begin = 0;
    for (const std::size_t at : places) {
        parts.emplace_back(text.substr(begin, at - begin));
        begin = at + separator.size();
    }
    parts.emplace_back(text.substr(begin));
    return jinjaSequence(std::move(parts));
}

JinjaValue splitLines(const std::string& text, JinjaCall& call) {
    const auto bound = call.bind({"keepends"});
    const bool keep = bound[0] && jinjaTruth(*bound[0]);
    call.budget.grow(text.size() * 64);
    const std::u32string chars = decodeUtf8(text);
    JinjaValues lines;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < chars.size();) {
        const char32_t c = chars[i];
        if (!((c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029)) {
            ++i;
            continue;
        }
        const std::size_t end = i + (c == '\r' && i + 1 < chars.size() && chars[i + 1] == '\n' ? 2 : 1);
        lines.emplace_back(encodeUtf8(std::u32string_view(chars).substr(begin, (keep ? end : i) - begin)));
        begin = i = end;
    }
    if (begin < chars.size())
        lines.emplace_back(encodeUtf8(std::u32string_view(chars).substr(begin)));
    return jinjaSequence(std::move(lines));
}

bool hasAffix(const std::string& text, JinjaCall& call, bool end) {
    const auto bound = call.bind({"prefix", "start", "end"}, 1);
    const std::string range = part(call, text, bound[1], bound[2]);
    const auto matches = [&](const JinjaValue& value) {
        const std::string& affix = textArgument(call, &value, "the argument");
        return end ? range.ends_with(affix) : range.starts_with(affix);
    };
    if (const auto* several = bound[0]->as<JinjaSequence>(); several && several->flavor == Flavor::Tuple)
        return std::any_of(several->items.begin(), several->items.end(), matches);
    return matches(*bound[0]);
}

JinjaValue find(const std::string& text, JinjaCall& call, bool last, bool mustBe) {
    const auto bound = call.bind({"sub", "start", "end"}, 1);
    if (bound[1] || bound[2])
        throw JinjaFault{ErrorCode::Unsupported, fmt::format("{} with a place to start is not supported", call.construct)};
    const std::string& what = textArgument(call, bound[0], "the argument");
    if (last)
        call.budget.step(text.size() * (what.size() + 1) / 64);
    const std::size_t at = last ? text.rfind(what) : findBytes(text, what, 0);
    if (at == std::string::npos) {
        if (mustBe)
            jinjaFail(fmt::format("{}: substring not found", call.construct));
        return std::int64_t(-1);
    }
    return jinjaLength(text.substr(0, at));
}

std::int64_t countOf(const std::string& text, JinjaCall& call) {
    const auto bound = call.bind({"sub", "start", "end"}, 1);
    const std::string range = part(call, text, bound[1], bound[2]);
    const std::string& what = textArgument(call, bound[0], "the argument");
    if (what.empty())
        return jinjaLength(range) + 1;
    std::int64_t count = 0;
    for (std::size_t at = findBytes(range, what, 0); at != std::string::npos; at = findBytes(range, what, at + what.size()))
        ++count;
    return count;
}

JinjaValue partition(const std::string& text, JinjaCall& call, bool last) {
    const std::string& separator = textArgument(call, call.bind({"sep"}, 1)[0], "the separator");
    if (separator.empty())
        jinjaFail(fmt::format("{}: empty separator", call.construct));
    if (last)
        call.budget.step(text.size() * separator.size() / 64);
    const std::size_t at = last ? text.rfind(separator) : findBytes(text, separator, 0);
    if (at == std::string::npos)
        return jinjaSequence(last ? JinjaValues{"", "", text} : JinjaValues{text, "", ""}, Flavor::Tuple);
    return jinjaSequence({text.substr(0, at), separator, text.substr(at + separator.size())}, Flavor::Tuple);
}

JinjaValue pad(const std::string& text, JinjaCall& call, JinjaSide side) {
    const auto bound = call.bind({"width", "fillchar"}, 1);
    const std::string fill = bound[1] ? textArgument(call, bound[1], "the fill character") : std::string(" ");
    const std::int64_t length = jinjaLength(text), missing = wholeArgument(call, bound[0], 0) - length;
    if (jinjaLength(fill) != 1)
        jinjaFail(fmt::format("{}: the fill character must be exactly one character long", call.construct));
    if (missing <= 0)
        return text;
    call.budget.grow(static_cast<std::uint64_t>(missing) * fill.size());
    const std::int64_t left = side == JinjaSide::Left ? missing : side == JinjaSide::Right ? 0 : missing / 2 + (missing & (missing + length) & 1);
    std::string out;
    for (std::int64_t i = 0; i < left; ++i)
        out += fill;
    out += text;
    for (std::int64_t i = left; i < missing; ++i)
        out += fill;
    return out;
}

template <typename Is>
bool allOf(const std::string& text, const Is& is) {
    const std::u32string chars = decodeUtf8(text);
    return !chars.empty() && std::all_of(chars.begin(), chars.end(), is);
}

int numericType(char32_t c) { return u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_NUMERIC_TYPE); }

bool hasCase(const std::string& text, bool upper) {
    const std::u32string chars = decodeUtf8(text);
    bool any = false;
    for (const char32_t c : chars) {
        const auto code = static_cast<UChar32>(c);
        if (u_istitle(code) || (upper ? u_isULowercase(code) : u_isUUppercase(code)))
            return false;
        any = any || isCased(c);
    }
    return any;
}

/// {} and {name} and {0}, without the forms that say how.
std::string formatBraces(const std::string& text, JinjaCall& call) {
    std::string out;
    std::size_t next = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '{' && text[i] != '}') {
            out += text[i];
            continue;
        }
        if (i + 1 < text.size() && text[i + 1] == text[i]) {
            out += text[i++];
            continue;
        }
        const std::size_t end = text.find('}', i);
        if (text[i] == '}' || end == std::string::npos)
            jinjaFail(fmt::format("{}: Single '{}' encountered in format string", call.construct, text[i]));
        const std::string field = text.substr(i + 1, end - i - 1);
        i = end;
        if (field.find_first_of("!:.[") != std::string::npos)
            throw JinjaFault{ErrorCode::Unsupported, fmt::format("{} with '{{{}}}' is not supported", call.construct, field)};
        const JinjaValue* value = nullptr;
        if (field.find_first_not_of("0123456789") == std::string::npos) {
            const std::size_t index = field.empty() ? next++ : field.size() < 6 ? std::stoul(field) : call.arguments.size();
            value = index < call.arguments.size() ? &call.arguments[index] : nullptr;
        } else {
            for (const auto& [name, named] : call.named)
                value = name == field ? &named : value;
        }
        if (!value)
            jinjaFail(fmt::format("{} has no value for '{{{}}}'", call.construct, field));
        const std::string shown = jinjaText(*value);
        call.budget.grow(shown.size());
        out += shown;
    }
    return out;
}

using TextMethod = JinjaValue (*)(const std::string&, JinjaCall&);

const std::unordered_map<std::string_view, TextMethod>& textMethods() {
    using Text = const std::string&;
    static const std::unordered_map<std::string_view, TextMethod> kMethods = {
        {"strip", [](Text s, JinjaCall& c) -> JinjaValue { return jinjaStrip(s, JinjaSide::Both, c.bind({"chars"})[0]); }},
        {"lstrip", [](Text s, JinjaCall& c) -> JinjaValue { return jinjaStrip(s, JinjaSide::Left, c.bind({"chars"})[0]); }},
        {"rstrip", [](Text s, JinjaCall& c) -> JinjaValue { return jinjaStrip(s, JinjaSide::Right, c.bind({"chars"})[0]); }},
        {"upper", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), jinjaChangeCase(s, JinjaCase::Upper); }},
        {"lower", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), jinjaChangeCase(s, JinjaCase::Lower); }},
        {"casefold", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), jinjaChangeCase(s, JinjaCase::Lower); }},
        {"title", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), jinjaChangeCase(s, JinjaCase::Title); }},
        {"capitalize", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), jinjaChangeCase(s, JinjaCase::Capitalize); }},
        {"swapcase", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), jinjaChangeCase(s, JinjaCase::Swap); }},
        {"split", [](Text s, JinjaCall& c) { return split(s, c, false); }},
        {"rsplit", [](Text s, JinjaCall& c) { return split(s, c, true); }},
        {"splitlines", splitLines},
        {"startswith", [](Text s, JinjaCall& c) -> JinjaValue { return hasAffix(s, c, false); }},
        {"endswith", [](Text s, JinjaCall& c) -> JinjaValue { return hasAffix(s, c, true); }},
        {"removeprefix",
         [](Text s, JinjaCall& c) -> JinjaValue {
             const std::string& prefix = textArgument(c, c.bind({"prefix"}, 1)[0], "the prefix");
             return s.starts_with(prefix) ? s.substr(prefix.size()) : s;
         }},
        {"removesuffix",
         [](Text s, JinjaCall& c) -> JinjaValue {
             const std::string& suffix = textArgument(c, c.bind({"suffix"}, 1)[0], "the suffix");
             return s.ends_with(suffix) ? s.substr(0, s.size() - suffix.size()) : s;
         }},
        {"replace",
         [](Text s, JinjaCall& c) -> JinjaValue {
             const auto bound = c.bind({"old", "new", "count"}, 2);
             return jinjaReplace(s, textArgument(c, bound[0], "the text to replace"), textArgument(c, bound[1], "the replacement"), wholeArgument(c, bound[2], -1), c.budget);
         }},
        {"join",
         [](Text s, JinjaCall& c) -> JinjaValue {
             const JinjaValues items = jinjaItems(*c.bind({"iterable"}, 1)[0], c.budget);
             for (const JinjaValue& item : items)
                 textArgument(c, &item, "each item");
             return jinjaJoin(items, s, c.budget);
         }},
        {"find", [](Text s, JinjaCall& c) { return find(s, c, false, false); }},
        {"rfind", [](Text s, JinjaCall& c) { return find(s, c, true, false); }},
        {"index", [](Text s, JinjaCall& c) { return find(s, c, false, true); }},
        {"rindex", [](Text s, JinjaCall& c) { return find(s, c, true, true); }},
        {"count", [](Text s, JinjaCall& c) -> JinjaValue { return countOf(s, c); }},
        {"partition", [](Text s, JinjaCall& c) { return partition(s, c, false); }},
        {"rpartition", [](Text s, JinjaCall& c) { return partition(s, c, true); }},
        {"ljust", [](Text s, JinjaCall& c) { return pad(s, c, JinjaSide::Right); }},
        {"rjust", [](Text s, JinjaCall& c) { return pad(s, c, JinjaSide::Left); }},
        {"center", [](Text s, JinjaCall& c) { return pad(s, c, JinjaSide::Both); }},
        {"zfill",
         [](Text s, JinjaCall& c) -> JinjaValue {
             const std::int64_t missing = wholeArgument(c, c.bind({"width"}, 1)[0], 0) - jinjaLength(s);
             if (missing <= 0)
                 return s;
             c.budget.grow(static_cast<std::uint64_t>(missing));
             const bool sign = s.starts_with('+') || s.starts_with('-');
             return s.substr(0, sign) + std::string(static_cast<std::size_t>(missing), '0') + s.substr(sign);
         }},
        {"format", [](Text s, JinjaCall& c) -> JinjaValue { return formatBraces(s, c); }},
        {"isalpha", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), allOf(s, [](char32_t x) { return u_isalpha(static_cast<UChar32>(x)) != 0; }); }},
        {"isalnum",
         [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), allOf(s, [](char32_t x) { return u_isalpha(static_cast<UChar32>(x)) || numericType(x) != U_NT_NONE; }); }},
        {"isdecimal", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), allOf(s, [](char32_t x) { return numericType(x) == U_NT_DECIMAL; }); }},
        {"isdigit",
         [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), allOf(s, [](char32_t x) { return numericType(x) == U_NT_DECIMAL || numericType(x) == U_NT_DIGIT; }); }},
        {"isnumeric", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), allOf(s, [](char32_t x) { return numericType(x) != U_NT_NONE; }); }},
        {"isspace", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), allOf(s, isPythonSpace); }},
        {"isascii", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), s.empty() || allOf(s, [](char32_t x) { return x < 0x80; }); }},
        {"isupper", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), hasCase(s, true); }},
        {"islower", [](Text s, JinjaCall& c) -> JinjaValue { return c.bind({}), hasCase(s, false); }},
    };
    return kMethods;
}

constexpr std::array<std::string_view, 6> kOtherTextMethods = {"encode", "expandtabs", "format_map", "isidentifier", "istitle", "translate"};
constexpr std::array<std::string_view, 5> kDictReaders = {"get", "items", "keys", "values", "copy"};
constexpr std::array<std::string_view, 6> kDictWriters = {"clear", "fromkeys", "pop", "popitem", "setdefault", "update"};
constexpr std::array<std::string_view, 3> kListReaders = {"copy", "count", "index"};
constexpr std::array<std::string_view, 8> kListWriters = {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"};

bool isOneOf(std::string_view name, const auto& list) { return std::find(list.begin(), list.end(), name) != list.end(); }

JinjaValue dictMethod(const JinjaValue& object, const JinjaDict& dict, std::string_view name, JinjaCall& call) {
    if (name == "get") {
        const auto bound = call.bind({"key", "default"}, 1);
        call.budget.step(dict.entries.size());
        const JinjaValue* found = dict.find(*bound[0]);
        return found ? *found : bound[1] ? *bound[1] : JinjaValue::none();
    }
    call.bind({});
    if (name == "copy")
        return object;
    call.budget.grow(dict.entries.size() * 64);
    JinjaValues items;
    for (const auto& [key, value] : dict.entries)
        items.push_back(name == "keys" ? key : name == "values" ? value : jinjaSequence({key, value}, Flavor::Tuple));
    return jinjaSequence(std::move(items), Flavor::View);
}

JinjaValue listMethod(const JinjaValue& object, const JinjaSequence& list, std::string_view name, JinjaCall& call) {
    if (name == "copy")
        return call.bind({}), object;
    const JinjaValue& wanted = *call.bind({"value"}, 1)[0];
    call.budget.step(list.items.size());
    if (name == "count")
        return static_cast<std::int64_t>(std::count_if(list.items.begin(), list.items.end(), [&](const JinjaValue& item) { return jinjaEqual(item, wanted); }));
    const auto found = std::find_if(list.items.begin(), list.items.end(), [&](const JinjaValue& item) { return jinjaEqual(item, wanted); });
    if (found == list.items.end())
        jinjaFail(fmt::format("{}: {} is not in the list", call.construct, jinjaRepr(wanted)));
    return static_cast<std::int64_t>(found - list.items.begin());
}

JinjaValue loopMethod(JinjaLoop& loop, std::string_view name, JinjaCall& call) {
    if (name == "cycle") {
        if (call.arguments.empty())
            jinjaFail("loop.cycle() needs something to cycle over");
        return call.arguments[loop.index % call.arguments.size()];
    }
    const JinjaValue now = jinjaSequence(std::move(call.arguments), Flavor::Tuple);
    const bool changed = !jinjaEqual(now, loop.changed);
    loop.changed = now;
    return changed;
}

bool hasSequenceMethods(const JinjaSequence& sequence) { return sequence.flavor == Flavor::List || sequence.flavor == Flavor::Tuple || sequence.flavor == Flavor::Group; }

} // namespace

bool isPythonSpace(char32_t c) { return isWhiteSpace(c) || (c >= 0x1c && c <= 0x1f); }

std::string jinjaChangeCase(std::string_view text, JinjaCase wanted) {
    if (wanted == JinjaCase::Upper || wanted == JinjaCase::Lower)
        return fullCase(text, wanted == JinjaCase::Upper);
    std::string out;
    bool within = false; // a word
    const std::u32string chars = decodeUtf8(text);
    for (std::size_t i = 0; i < chars.size(); ++i) {
        std::string one;
        appendUtf8(one, chars[i]);
        if (wanted == JinjaCase::Swap)
            out += u_isUUppercase(static_cast<UChar32>(chars[i])) ? fullCase(one, false) : u_isULowercase(static_cast<UChar32>(chars[i])) ? fullCase(one, true) : one;
        else if (wanted == JinjaCase::Title ? within : i > 0)
            out += fullCase(one, false);
        else
            appendTitle(out, chars[i]);
        within = isCased(chars[i]);
    }
    return out;
}

std::string jinjaStrip(std::string_view text, JinjaSide side, const JinjaValue* chars) {
    const std::u32string all = decodeUtf8(text);
    std::u32string set;
    const bool spaces = !chars || chars->isNone();
    if (!spaces) {
        const auto* given = chars->as<std::string>();
        if (!given)
            jinjaFail(fmt::format("the characters to strip must be a str, not {}", chars->typeName()));
        set = decodeUtf8(*given);
    }
    const auto strips = [&](char32_t c) { return spaces ? isPythonSpace(c) : set.find(c) != std::u32string::npos; };
    std::size_t begin = 0, end = all.size();
    while (side != JinjaSide::Right && begin < end && strips(all[begin]))
        ++begin;
    while (side != JinjaSide::Left && end > begin && strips(all[end - 1]))
        --end;
    return encodeUtf8(std::u32string_view(all).substr(begin, end - begin));
}

std::string jinjaReplace(std::string_view text, std::string_view old, std::string_view with, std::int64_t count, JinjaBudget& budget) {
    std::string out;
    std::size_t begin = 0;
    const auto put = [&](std::string_view piece) {
        budget.grow(piece.size() + 1);
        out += piece;
    };
    if (old.empty()) {
        const std::u32string chars = decodeUtf8(text);
        for (std::size_t i = 0; i <= chars.size(); ++i) {
            if (count != 0) {
                put(with);
                --count;
            }
            if (i < chars.size())
                appendUtf8(out, chars[i]);
        }
        return out;
    }
    for (std::size_t at = findBytes(text, old, 0); at != std::string_view::npos && count != 0; at = findBytes(text, old, begin), --count) {
        put(text.substr(begin, at - begin));
        put(with);
        begin = at + old.size();
    }
    put(text.substr(begin));
    return out;
}

std::string jinjaJoin(const JinjaValues& items, std::string_view separator, JinjaBudget& budget) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string text = jinjaText(items[i]);
        budget.grow(text.size() + separator.size());
        if (i)
            out += separator;
        out += text;
    }
    return out;
}

bool hasJinjaMethod(const JinjaValue& object, std::string_view name) {
    if (object.as<std::string>())
        return textMethods().contains(name) || isOneOf(name, kOtherTextMethods);
    if (object.as<JinjaDict>())
        return isOneOf(name, kDictReaders) || isOneOf(name, kDictWriters);
    if (const auto* sequence = object.as<JinjaSequence>()) {
        if (sequence->flavor == Flavor::List)
            return isOneOf(name, kListReaders) || isOneOf(name, kListWriters);
        return hasSequenceMethods(*sequence) && (name == "count" || name == "index");
    }
    return object.asLoop() && (name == "cycle" || name == "changed");
}

std::optional<JinjaValue> callJinjaMethod(const JinjaValue& object, std::string_view name, JinjaCall& call) {
    if (!hasJinjaMethod(object, name))
        return std::nullopt;
    const std::string construct = fmt::format("method '{}' of {}", name, object.typeName());
    call.construct = construct;
    if (const auto* text = object.as<std::string>()) {
        const auto found = textMethods().find(name);
        if (found == textMethods().end())
            throw JinjaFault{ErrorCode::Unsupported, fmt::format("{} is not supported", construct)};
        call.budget.step(text->size() / 64);
        return found->second(*text, call);
    }
    if (const auto* dict = object.as<JinjaDict>()) {
        if (isOneOf(name, kDictReaders))
            return dictMethod(object, *dict, name, call);
    } else if (const auto* list = object.as<JinjaSequence>()) {
        if (isOneOf(name, kListReaders))
            return listMethod(object, *list, name, call);
    } else {
        return loopMethod(*object.asLoop(), name, call);
    }
    jinjaFail(fmt::format("{} would change it, which templates may not", construct));
}

} // namespace triptych
