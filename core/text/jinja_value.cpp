#include "text/jinja_value.h"

#include "text/unicode.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace triptych {

namespace {

constexpr int kMaxDepth = 220; ///< of values: input may nest 200 deep
constexpr std::uint64_t kMaxSingle = 64u << 20;

int deepen(int depth) {
    if (depth >= kMaxDepth)
        jinjaFail(fmt::format("values nest deeper than {} levels", kMaxDepth));
    return depth + 1;
}

template <typename Number>
int order(Number a, Number b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

bool isTuple(const JinjaSequence& sequence) {
    return sequence.flavor == JinjaSequence::Flavor::Tuple || sequence.flavor == JinjaSequence::Flavor::Group;
}

bool isPrintable(char32_t c) {
    switch (u_charType(static_cast<UChar32>(c))) {
    case U_UNASSIGNED:
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
        return false;
    case U_SPACE_SEPARATOR:
        return c == U' ';
    default:
        return true;
    }
}

std::string textRepr(const std::string& text) {
    const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
    std::string out(1, quote);
    for (const char32_t c : decodeUtf8(text)) {
        if (c == static_cast<char32_t>(quote) || c == U'\\')
            out += '\\', appendUtf8(out, c);
        else if (c == U'\n')
            out += "\\n";
        else if (c == U'\r')
            out += "\\r";
        else if (c == U'\t')
            out += "\\t";
        else if (isPrintable(c))
            appendUtf8(out, c);
        else
            out += c < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                   : c < 0x10000 ? fmt::format("\\u{:04x}", static_cast<unsigned>(c)) : fmt::format("\\U{:08x}", static_cast<unsigned>(c));
    }
    return out + quote;
}

void appendRepr(std::string& out, const JinjaValue& value, int depth);

void appendList(std::string& out, const JinjaValues& items, int depth) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        out += i ? ", " : "";
        appendRepr(out, items[i], depth + 1);
    }
}

void appendSequence(std::string& out, const JinjaSequence& sequence, int depth) {
    switch (sequence.flavor) {
    case JinjaSequence::Flavor::List:
    case JinjaSequence::Flavor::View: // Python says which view it is; no template prints one
        out += '[';
        appendList(out, sequence.items, depth);
        out += ']';
        return;
    case JinjaSequence::Flavor::Tuple:
    case JinjaSequence::Flavor::Group:
        out += '(';
        appendList(out, sequence.items, depth);
        out += sequence.items.size() == 1 ? ",)" : ")";
        return;
    case JinjaSequence::Flavor::Range: {
        const auto at = [&](std::size_t i) { return *sequence.items[i].as<std::int64_t>(); };
        const std::int64_t step = sequence.items.size() > 1 ? at(1) - at(0) : 1;
        if (sequence.items.empty())
            out += "range(0, 0)";
        else if (step == 1)
            out += fmt::format("range({}, {})", at(0), at(sequence.items.size() - 1) + 1);
        else
            out += fmt::format("range({}, {}, {})", at(0), at(sequence.items.size() - 1) + step, step);
        return;
    }
    case JinjaSequence::Flavor::Generator:
        out += "<generator object>";
    }
}

template <typename Entries, typename Key>
void appendEntries(std::string& out, const Entries& entries, int depth, const Key& key) {
    out += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
        out += i ? ", " : "";
        key(entries[i].first);
        out += ": ";
        appendRepr(out, entries[i].second, depth + 1);
    }
    out += '}';
}

void appendRepr(std::string& out, const JinjaValue& value, int depth) {
    // Only a namespace can hold itself.
    if (depth > 2 * kMaxDepth)
        jinjaFail("a namespace that holds itself cannot be printed");
    if (out.size() > kMaxSingle)
        jinjaFail("the printed form of a value is too long");
    if (const auto* text = value.as<std::string>())
        out += textRepr(*text);
    else if (value.isUndefined())
        out += "Undefined";
    else if (value.isNone())
        out += "None";
    else if (const bool* flag = value.as<bool>())
        out += *flag ? "True" : "False";
    else if (const auto* whole = value.as<std::int64_t>())
        out += std::to_string(*whole);
    else if (const double* real = value.as<double>())
        out += pythonFloat(*real);
    else if (const auto* sequence = value.as<JinjaSequence>())
        appendSequence(out, *sequence, depth);
    else if (const auto* dict = value.as<JinjaDict>())
        appendEntries(out, dict->entries, depth, [&](const JinjaValue& key) { appendRepr(out, key, depth + 1); });
    else if (const auto* space = value.asNamespace()) {
        out += "<Namespace ";
        appendEntries(out, space->entries, depth, [&](const std::string& key) { out += textRepr(key); });
        out += '>';
    } else if (const auto* loop = value.asLoop())
        out += fmt::format("<LoopContext {}/{}>", loop->index + 1, loop->items().size());
    else
        out += fmt::format("<function {}>", value.as<JinjaFunction>()->name);
}

class JsonWriter {
public:
    explicit JsonWriter(const JinjaJsonStyle& style) : m_style(style) {}
    std::string m_out;

    void write(const JinjaValue& value) {
        if (m_out.size() > kMaxSingle)
            jinjaFail("the JSON of a value is too long");
        if (const auto* text = value.as<std::string>())
            writeText(*text);
        else if (value.isNone())
            m_out += "null";
        else if (const bool* flag = value.as<bool>())
            m_out += *flag ? "true" : "false";
        else if (const auto* whole = value.as<std::int64_t>())
            m_out += std::to_string(*whole);
        else if (const double* real = value.as<double>())
            m_out += jsonNumber(*real);
        else if (const auto* dict = value.as<JinjaDict>())
            writeDict(*dict);
        else if (const auto* sequence = value.as<JinjaSequence>(); sequence && (sequence->flavor == JinjaSequence::Flavor::List || isTuple(*sequence)))
            writeItems('[', ']', sequence->items, [&](const JinjaValue& item) { write(item); });
        else
            jinjaFail(fmt::format("Object of type {} is not JSON serializable", value.typeName()));
    }

private:
    static std::string jsonNumber(double value) {
        return std::isnan(value) ? "NaN" : std::isinf(value) ? (value > 0 ? "Infinity" : "-Infinity") : pythonFloat(value);
    }

    void writeText(const std::string& text) {
        m_out += '"';
        for (const char32_t c : decodeUtf8(text)) {
            if (c == U'"' || c == U'\\')
                m_out += '\\', m_out += static_cast<char>(c);
            else if (c == U'\n')
                m_out += "\\n";
            else if (c == U'\r')
                m_out += "\\r";
            else if (c == U'\t')
                m_out += "\\t";
            else if (c == U'\f')
                m_out += "\\f";
            else if (c == U'\b')
                m_out += "\\b";
            else if (c < 0x20 || (m_style.ascii && c > 0x7e && c < 0x10000))
                m_out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
            else if (m_style.ascii && c >= 0x10000)
                m_out += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((static_cast<unsigned>(c) - 0x10000) >> 10), 0xdc00 + (static_cast<unsigned>(c) & 0x3ff));
            else
                appendUtf8(m_out, c);
        }
        m_out += '"';
    }

    void writeDict(const JinjaDict& dict) {
        auto entries = dict.entries;
        if (m_style.sorted)
            std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return jinjaCompare(a.first, b.first) < 0; });
        writeItems('{', '}', entries, [&](const auto& entry) {
            const JinjaValue& key = entry.first;
            if (const auto* text = key.as<std::string>())
                writeText(*text);
            else if (key.isNone() || key.as<bool>() || key.as<std::int64_t>() || key.as<double>())
                m_out += '"', write(key), m_out += '"';
            else
                jinjaFail(fmt::format("keys must be str, int, float, bool or None, not {}", key.typeName()));
            m_out += m_style.colon;
            write(entry.second);
        });
    }

    template <typename Items, typename Write>
    void writeItems(char open, char close, const Items& items, const Write& writeItem) {
        m_out += open;
        ++m_level;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i)
                m_out += m_style.comma;
            newLine();
            writeItem(items[i]);
        }
        --m_level;
        if (!items.empty())
            newLine();
        m_out += close;
    }

    void newLine() {
        if (!m_style.indent)
            return;
        m_out += '\n';
        for (int i = 0; i < m_level; ++i)
            m_out += *m_style.indent;
    }

    const JinjaJsonStyle& m_style;
    int m_level = 0;
};

} // namespace

void jinjaFail(std::string what) { throw JinjaFault{ErrorCode::InvalidInput, std::move(what)}; }

void JinjaBudget::step(std::uint64_t count) {
    if (count > steps)
        jinjaFail("the template does not come to an end");
    steps -= count;
}

void JinjaBudget::grow(std::uint64_t count) {
    if (count > bytes || count > kMaxSingle)
        jinjaFail("the template makes a text or list that is too large");
    bytes -= count;
    step(count / 64);
}

JinjaValue JinjaValue::none() {
    JinjaValue value;
    value.m_data = None{};
    return value;
}

JinjaValue JinjaValue::undefined(std::string why) {
    JinjaValue value;
    value.m_data = Undefined{std::make_shared<const std::string>(std::move(why))};
    return value;
}

JinjaValue JinjaValue::function(std::string name, std::function<JinjaValue(JinjaCall&)> run, const JinjaValue* self) {
    // A method holds its object, so that it counts as one level around it.
    return std::make_shared<const JinjaFunction>(JinjaFunction{std::move(name), std::move(run), self ? deepen(self->depth()) : 0});
}

JinjaValue JinjaValue::fromJson(const OrderedJson& json) {
    switch (json.type()) {
    case OrderedJson::value_t::boolean:
        return json.get<bool>();
    case OrderedJson::value_t::number_integer:
        return json.get<std::int64_t>();
    case OrderedJson::value_t::number_unsigned:
        if (json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
            jinjaFail(fmt::format("the number {} is out of range", json.get<std::uint64_t>()));
        return json.get<std::int64_t>();
    case OrderedJson::value_t::number_float:
        return json.get<double>();
    case OrderedJson::value_t::string:
        return json.get<std::string>();
    case OrderedJson::value_t::array: {
        JinjaValues items;
        for (const OrderedJson& item : json)
            items.push_back(fromJson(item));
        return jinjaSequence(std::move(items));
    }
    case OrderedJson::value_t::object: {
        JinjaDict dict;
        for (const auto& [key, item] : json.items())
            dict.entries.emplace_back(key, fromJson(item));
        return jinjaDict(std::move(dict));
    }
    default:
        return none();
    }
}

JinjaNamespace* JinjaValue::asNamespace() const {
    const auto* shared = as<std::shared_ptr<JinjaNamespace>>();
    return shared ? shared->get() : nullptr;
}

JinjaLoop* JinjaValue::asLoop() const {
    const auto* shared = as<std::shared_ptr<JinjaLoop>>();
    return shared ? shared->get() : nullptr;
}

bool JinjaValue::isSame(const JinjaValue& other) const {
    if (m_data.index() != other.m_data.index())
        return false;
    if (const auto* sequence = as<JinjaSequence>())
        return sequence == other.as<JinjaSequence>();
    if (const auto* dict = as<JinjaDict>())
        return dict == other.as<JinjaDict>();
    return jinjaEqual(*this, other);
}

std::string_view JinjaValue::typeName() const {
    if (const auto* sequence = as<JinjaSequence>()) {
        switch (sequence->flavor) {
        case JinjaSequence::Flavor::List: return "list";
        case JinjaSequence::Flavor::Tuple:
        case JinjaSequence::Flavor::Group: return "tuple";
        case JinjaSequence::Flavor::Range: return "range";
        case JinjaSequence::Flavor::View: return "dict view";
        case JinjaSequence::Flavor::Generator: return "generator";
        }
    }
    constexpr std::string_view kNames[] = {"Undefined", "NoneType", "bool", "int", "float", "str", "list", "dict", "Namespace", "function", "LoopContext"};
    return kNames[m_data.index()];
}

int JinjaValue::depth() const {
    if (const auto* sequence = as<JinjaSequence>())
        return sequence->depth;
    if (const auto* dict = as<JinjaDict>())
        return dict->depth;
    if (const auto* function = as<JinjaFunction>())
        return function->depth;
    if (const auto* loop = asLoop())
        return loop->sequence.depth() + 1;
    return 0;
}

JinjaValue jinjaSequence(JinjaValues items, JinjaSequence::Flavor flavor) {
    int depth = 0;
    for (const JinjaValue& item : items)
        depth = std::max(depth, item.depth());
    return std::make_shared<const JinjaSequence>(JinjaSequence{flavor, std::move(items), 0, deepen(depth)});
}

JinjaValue jinjaDict(JinjaDict dict) {
    int depth = 0;
    for (const auto& [key, value] : dict.entries)
        depth = std::max({depth, key.depth(), value.depth()});
    dict.depth = deepen(depth);
    return std::make_shared<const JinjaDict>(std::move(dict));
}

const JinjaValue* JinjaDict::find(const JinjaValue& key) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return jinjaEqual(entry.first, key); });
    return found == entries.end() ? nullptr : &found->second;
}

const JinjaValue* JinjaDict::find(std::string_view key) const {
    for (const auto& [name, value] : entries) {
        if (const auto* text = name.as<std::string>(); text && *text == key)
            return &value;
    }
    return nullptr;
}

void JinjaDict::set(JinjaValue key, JinjaValue value) {
    if (key.as<JinjaDict>() || (key.as<JinjaSequence>() && !isTuple(*key.as<JinjaSequence>())))
        jinjaFail(fmt::format("unhashable type: '{}'", key.typeName()));
    for (auto& [name, old] : entries) {
        if (jinjaEqual(name, key)) {
            old = std::move(value);
            return;
        }
    }
    entries.emplace_back(std::move(key), std::move(value));
}

const JinjaValue* JinjaNamespace::find(std::string_view name) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == name; });
    return found == entries.end() ? nullptr : &found->second;
}

void JinjaNamespace::set(std::string_view name, JinjaValue value) {
    for (auto& [known, old] : entries) {
        if (known == name) {
            old = std::move(value);
            return;
        }
    }
    entries.emplace_back(std::string(name), std::move(value));
}

std::vector<const JinjaValue*> JinjaCall::bind(std::initializer_list<std::string_view> names, std::size_t required) const {
    if (arguments.size() > names.size())
        jinjaFail(fmt::format("{} takes {} arguments, not {}", construct, names.size(), arguments.size()));
    std::vector<const JinjaValue*> bound(names.size(), nullptr);
    for (std::size_t i = 0; i < arguments.size(); ++i)
        bound[i] = &arguments[i];
    for (const auto& [name, value] : named) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            jinjaFail(fmt::format("{} has no argument '{}'", construct, name));
        const JinjaValue*& place = bound[static_cast<std::size_t>(found - names.begin())];
        if (place)
            jinjaFail(fmt::format("{} got its argument '{}' twice", construct, name));
        place = &value;
    }
    for (std::size_t i = 0; i < required; ++i) {
        if (!bound[i])
            jinjaFail(fmt::format("{} needs the argument '{}'", construct, names.begin()[i]));
    }
    return bound;
}

bool jinjaTruth(const JinjaValue& value) {
    if (value.isUndefined() || value.isNone())
        return false;
    if (const bool* flag = value.as<bool>())
        return *flag;
    if (const auto* whole = value.as<std::int64_t>())
        return *whole != 0;
    if (const double* real = value.as<double>())
        return *real != 0;
    if (const auto* text = value.as<std::string>())
        return !text->empty();
    if (const auto* sequence = value.as<JinjaSequence>())
        return sequence->flavor == JinjaSequence::Flavor::Generator || !sequence->items.empty();
    if (const auto* dict = value.as<JinjaDict>())
        return !dict->entries.empty();
    return true;
}

std::optional<std::int64_t> jinjaInteger(const JinjaValue& value) {
    if (const bool* flag = value.as<bool>())
        return *flag ? 1 : 0;
    const auto* whole = value.as<std::int64_t>();
    return whole ? std::optional(*whole) : std::nullopt;
}

std::optional<double> jinjaNumber(const JinjaValue& value) {
    if (const double* real = value.as<double>())
        return *real;
    const auto whole = jinjaInteger(value);
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

bool jinjaEqual(const JinjaValue& a, const JinjaValue& b) {
    if (const auto x = jinjaInteger(a), y = jinjaInteger(b); x && y)
        return *x == *y;
    if (const auto x = jinjaNumber(a), y = jinjaNumber(b); x && y)
        return *x == *y;
    if (const auto *x = a.as<std::string>(), *y = b.as<std::string>(); x && y)
        return *x == *y;
    if (const auto *x = a.as<JinjaSequence>(), *y = b.as<JinjaSequence>(); x && y) {
        if (x == y)
            return true;
        const bool comparable = (isTuple(*x) && isTuple(*y)) || (x->flavor == y->flavor && x->flavor != JinjaSequence::Flavor::Generator);
        return comparable && std::equal(x->items.begin(), x->items.end(), y->items.begin(), y->items.end(), jinjaEqual);
    }
    if (const auto *x = a.as<JinjaDict>(), *y = b.as<JinjaDict>(); x && y) {
        return x->entries.size() == y->entries.size() && std::all_of(x->entries.begin(), x->entries.end(), [&](const auto& entry) {
                   const JinjaValue* other = y->find(entry.first);
                   return other && jinjaEqual(entry.second, *other);
               });
    }
    if (a.isUndefined() || b.isUndefined())
        return a.isUndefined() && b.isUndefined();
    if (a.isNone() || b.isNone())
        return a.isNone() && b.isNone();
    if (a.asNamespace() || b.asNamespace())
        return a.asNamespace() == b.asNamespace();
    if (a.asLoop() || b.asLoop())
        return a.asLoop() == b.asLoop();
    const auto *x = a.as<JinjaFunction>(), *y = b.as<JinjaFunction>();
    return x && x == y;
}

int jinjaCompare(const JinjaValue& a, const JinjaValue& b) {
    for (const JinjaValue* side : {&a, &b}) {
        if (const auto* missing = side->as<JinjaValue::Undefined>())
            jinjaFail(missing->why ? *missing->why : "an undefined value cannot be compared");
    }
    if (const auto x = jinjaInteger(a), y = jinjaInteger(b); x && y)
        return order(*x, *y);
    if (const auto x = jinjaNumber(a), y = jinjaNumber(b); x && y)
        return order(*x, *y);
    if (const auto *x = a.as<std::string>(), *y = b.as<std::string>(); x && y)
        return x->compare(*y); // UTF-8 sorts as code points do
    if (const auto *x = a.as<JinjaSequence>(), *y = b.as<JinjaSequence>(); x && y && (isTuple(*x) == isTuple(*y))) {
        for (std::size_t i = 0; i < std::min(x->items.size(), y->items.size()); ++i) {
            if (!jinjaEqual(x->items[i], y->items[i]))
                return jinjaCompare(x->items[i], y->items[i]);
        }
        return order(x->items.size(), y->items.size());
    }
    jinjaFail(fmt::format("'{}' and '{}' cannot be compared by size", a.typeName(), b.typeName()));
}

bool jinjaContains(const JinjaValue& container, const JinjaValue& item) {
    if (const auto* text = container.as<std::string>()) {
        const auto* part = item.as<std::string>();
        if (!part)
            jinjaFail(fmt::format("'in <string>' requires string as left operand, not {}", item.typeName()));
        return memmem(text->data(), text->size(), part->data(), part->size()) != nullptr;
    }
    if (const auto* dict = container.as<JinjaDict>())
        return dict->find(item) != nullptr;
    if (const auto* sequence = container.as<JinjaSequence>()) {
        const bool once = sequence->flavor == JinjaSequence::Flavor::Generator;
        for (std::size_t i = once ? sequence->next : 0; i < sequence->items.size(); ++i) {
            if (once)
                sequence->next = i + 1;
            if (jinjaEqual(sequence->items[i], item))
                return true;
        }
        return false;
    }
    if (container.isUndefined())
        return false;
    jinjaFail(fmt::format("argument of type '{}' is not iterable", container.typeName()));
}

JinjaValues jinjaItems(const JinjaValue& value, JinjaBudget& budget) {
    JinjaValues items;
    if (const auto* sequence = value.as<JinjaSequence>()) {
        const std::size_t begin = std::exchange(sequence->next, sequence->flavor == JinjaSequence::Flavor::Generator ? sequence->items.size() : 0);
        budget.grow((sequence->items.size() - begin) * sizeof(JinjaValue));
        items.assign(sequence->items.begin() + static_cast<std::ptrdiff_t>(begin), sequence->items.end());
    } else if (const auto* text = value.as<std::string>()) {
        budget.grow(text->size() * 64); // each with a block of its own
        for (const char32_t c : decodeUtf8(*text)) {
            std::string one;
            appendUtf8(one, c);
            items.emplace_back(std::move(one));
        }
    } else if (const auto* dict = value.as<JinjaDict>()) {
        budget.grow(dict->entries.size() * sizeof(JinjaValue));
        for (const auto& entry : dict->entries)
            items.push_back(entry.first);
    } else if (!value.isUndefined()) {
        jinjaFail(fmt::format("'{}' object is not iterable", value.typeName()));
    }
    return items;
}

std::int64_t jinjaLength(const JinjaValue& value) {
    if (const auto* text = value.as<std::string>())
        return std::count_if(text->begin(), text->end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    if (const auto* sequence = value.as<JinjaSequence>(); sequence && sequence->flavor != JinjaSequence::Flavor::Generator)
        return static_cast<std::int64_t>(sequence->items.size());
    if (const auto* dict = value.as<JinjaDict>())
        return static_cast<std::int64_t>(dict->entries.size());
    if (value.isUndefined())
        return 0;
    jinjaFail(fmt::format("object of type '{}' has no len()", value.typeName()));
}

std::string jinjaText(const JinjaValue& value) {
    if (const auto* text = value.as<std::string>())
        return *text;
    return value.isUndefined() ? std::string() : jinjaRepr(value);
}

std::string jinjaRepr(const JinjaValue& value) {
    std::string out;
    appendRepr(out, value, 0);
    return out;
}

std::string pythonFloat(double value) {
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    char buffer[40];
    const auto end = std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::scientific).ptr;
    const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    const std::size_t e = text.find('e');
    const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
    if (exponent < -4 || exponent >= 16)
        return std::string(text);
    const bool negative = text[0] == '-';
    std::string digits;
    for (const char c : text.substr(0, e)) {
        if (c >= '0' && c <= '9')
            digits += c;
    }
    if (exponent < 0)
        digits.insert(0, static_cast<std::size_t>(-exponent), '0');
    const auto point = static_cast<std::size_t>(std::max(exponent, 0)) + 1;
    if (digits.size() < point + 1)
        digits.append(point + 1 - digits.size(), '0');
    digits.insert(point, ".");
    return (negative ? "-" : "") + digits;
}

std::string jinjaJson(const JinjaValue& value, const JinjaJsonStyle& style) {
    JsonWriter writer(style);
    writer.write(value);
    return std::move(writer.m_out);
}

} // namespace triptych
