#pragma once

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace triptych {

/// JSON whose objects keep their order: templates walk over them and write them out.
using OrderedJson = nlohmann::ordered_json;

/// What goes wrong while a template runs; the renderer adds file and line. Never leaves text/.
struct JinjaFault {
    ErrorCode code = ErrorCode::InvalidInput;
    std::string what;
};
[[noreturn]] void jinjaFail(std::string what);

/// Bounds of one rendering, counted down as it goes. Steps bound time, bytes bound what is made on the way.
struct JinjaBudget {
    std::uint64_t steps = 0;
    std::uint64_t bytes = 0;
    void step(std::uint64_t count = 1);
    void grow(std::uint64_t count); ///< before it is allocated where it could be large
};

struct JinjaSequence;
struct JinjaDict;
struct JinjaNamespace;
struct JinjaFunction;
struct JinjaLoop;
struct JinjaCall;

/// A value as a template sees it: Python's, as far as templates can tell. Cheap to copy; all but namespaces, generators
/// and loops are immutable.
class JinjaValue {
public:
    /// Absent; says why when it is used for more than printing or testing.
    struct Undefined {
        std::shared_ptr<const std::string> why;
    };
    struct None {};
    using Text = std::shared_ptr<const std::string>;
    using Data = std::variant<Undefined, None, bool, std::int64_t, double, Text, std::shared_ptr<const JinjaSequence>, std::shared_ptr<const JinjaDict>,
                              std::shared_ptr<JinjaNamespace>, std::shared_ptr<const JinjaFunction>, std::shared_ptr<JinjaLoop>>;

    JinjaValue() = default;
    JinjaValue(std::same_as<bool> auto value) : m_data(value) {}
    JinjaValue(std::int64_t value) : m_data(value) {}
    JinjaValue(double value) : m_data(value) {}
    JinjaValue(std::string text) : m_data(std::make_shared<const std::string>(std::move(text))) {}
    JinjaValue(const char* text) : JinjaValue(std::string(text)) {}
    JinjaValue(std::shared_ptr<JinjaNamespace> value) : m_data(std::move(value)) {}
    JinjaValue(std::shared_ptr<const JinjaDict> value) : m_data(std::move(value)) {}
    JinjaValue(std::shared_ptr<JinjaLoop> value) : m_data(std::move(value)) {}
    static JinjaValue none();
    static JinjaValue undefined(std::string why);
    static JinjaValue function(std::string name, std::function<JinjaValue(JinjaCall&)> run, const JinjaValue* self = nullptr);
    /// Throws JinjaFault for what nests too deep and for numbers beyond 64 bits.
    static JinjaValue fromJson(const OrderedJson& json);

    template <typename Type>
    const Type* as() const {
        if constexpr (isAlternative<Type>(static_cast<Data*>(nullptr))) {
            return std::get_if<Type>(&m_data);
        } else if constexpr (std::same_as<Type, std::string>) {
            const Text* text = std::get_if<Text>(&m_data);
            return text ? text->get() : nullptr;
        } else {
            const auto* shared = std::get_if<std::shared_ptr<const Type>>(&m_data);
            return shared ? shared->get() : nullptr;
        }
    }
    JinjaNamespace* asNamespace() const;
    JinjaLoop* asLoop() const;
    bool isUndefined() const { return std::holds_alternative<Undefined>(m_data); }
    bool isNone() const { return std::holds_alternative<None>(m_data); }
    /// The same object or the same plain value: Python's `is`.
    bool isSame(const JinjaValue& other) const;
    std::string_view typeName() const; ///< Python's: "str", "NoneType", ...
    int depth() const;                 ///< of lists in lists; bounded, so that nothing recurses without end

    JinjaValue(std::shared_ptr<const JinjaSequence> value) : m_data(std::move(value)) {}
    JinjaValue(std::shared_ptr<const JinjaFunction> value) : m_data(std::move(value)) {}

private:
    template <typename Type, typename... All>
    static constexpr bool isAlternative(std::variant<All...>*) {
        return (std::same_as<Type, All> || ...);
    }
    Data m_data;
};

using JinjaValues = std::vector<JinjaValue>;

struct JinjaSequence {
    enum class Flavor { List, Tuple, Group, Range, View, Generator };
    Flavor flavor = Flavor::List;
    JinjaValues items;
    mutable std::size_t next = 0; ///< generator: what was not taken yet begins here
    int depth = 0;
};
JinjaValue jinjaSequence(JinjaValues items, JinjaSequence::Flavor flavor = JinjaSequence::Flavor::List);

struct JinjaDict {
    std::vector<std::pair<JinjaValue, JinjaValue>> entries; ///< keys differ; in the order of insertion
    int depth = 0;
    const JinjaValue* find(const JinjaValue& key) const;
    const JinjaValue* find(std::string_view key) const;
    void set(JinjaValue key, JinjaValue value);
};
/// With its depth worked out. Throws JinjaFault if it is too deep.
JinjaValue jinjaDict(JinjaDict dict);

/// The one thing that a template may change. The renderer owns all of them: they may hold each other in a ring.
struct JinjaNamespace {
    std::vector<std::pair<std::string, JinjaValue>> entries;
    const JinjaValue* find(std::string_view name) const;
    void set(std::string_view name, JinjaValue value);
};

struct JinjaFunction {
    std::string name;
    std::function<JinjaValue(JinjaCall&)> run;
    int depth = 0;
};

/// The variable `loop`.
struct JinjaLoop {
    JinjaValue sequence; ///< of all items
    std::size_t index = 0;
    std::int64_t nesting = 0; ///< of recursive loops
    JinjaValue changed;       ///< what loop.changed() saw last
    std::function<JinjaValue(JinjaCall&)> recurse;
    const JinjaValues& items() const { return sequence.as<JinjaSequence>()->items; }
};

/// Arguments of a filter, test, method or function.
struct JinjaCall {
    std::string_view construct; ///< for complaints: "filter 'join'"
    JinjaBudget& budget;
    JinjaValues arguments;
    std::vector<std::pair<std::string, JinjaValue>> named;

    /// The arguments in the order of `names`, null where none was given. Throws JinjaFault naming one that is not among
    /// them or is given twice.
    std::vector<const JinjaValue*> bind(std::initializer_list<std::string_view> names, std::size_t required = 0) const;
};

bool jinjaTruth(const JinjaValue& value);
bool jinjaEqual(const JinjaValue& a, const JinjaValue& b);
/// Negative, 0 or positive. Throws JinjaFault for values that have no order.
int jinjaCompare(const JinjaValue& a, const JinjaValue& b);
/// `item in container`.
bool jinjaContains(const JinjaValue& container, const JinjaValue& item);
/// The items of anything that can be walked over. Throws JinjaFault otherwise.
JinjaValues jinjaItems(const JinjaValue& value, JinjaBudget& budget);
/// Throws JinjaFault for what has no length.
std::int64_t jinjaLength(const JinjaValue& value);
/// Python's str().
std::string jinjaText(const JinjaValue& value);
/// Python's repr().
std::string jinjaRepr(const JinjaValue& value);
std::string pythonFloat(double value);
/// Whole number of a bool or an int; empty for others.
std::optional<std::int64_t> jinjaInteger(const JinjaValue& value);
std::optional<double> jinjaNumber(const JinjaValue& value);

/// Python's json.dumps with ensure_ascii=False and these settings. Throws JinjaFault for what JSON does not have.
struct JinjaJsonStyle {
    std::optional<std::string> indent;
    std::string comma = ", ";
    std::string colon = ": ";
    bool ascii = false;
    bool sorted = false;
};
std::string jinjaJson(const JinjaValue& value, const JinjaJsonStyle& style);

} // namespace triptych
