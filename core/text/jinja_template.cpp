#include "text/jinja_template.h"

#include "text/jinja_builtins.h"
#include "text/jinja_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace triptych {

namespace {

using Kind = JinjaNode::Kind;
using Flavor = JinjaSequence::Flavor;

constexpr int kMaxDepth = 600; ///< of nodes being evaluated, macros in macros included
constexpr std::size_t kMaxTemplateBytes = 1u << 20;
constexpr std::int64_t kMaxRange = 100'000; ///< Jinja2's own

struct Scope {
    std::shared_ptr<Scope> outer;
    std::vector<std::pair<std::string_view, JinjaValue>> variables; ///< names live in the tree

    void set(std::string_view name, JinjaValue value) {
        for (auto& [known, old] : variables) {
            if (known == name) {
                old = std::move(value);
                return;
            }
        }
        variables.emplace_back(name, std::move(value));
    }
};
using ScopePtr = std::shared_ptr<Scope>;

enum class Flow { On, Break, Continue };

/// One rendering.
class Renderer {
public:
    Renderer(const JinjaTemplate::Limits& limits, const std::function<std::string(const std::string&)>& strftime)
        : m_budget{limits.steps, limits.bytes}, m_strftime(strftime) {}
    ~Renderer() {
        // Namespaces, loops and the scopes of macros may hold themselves, or be links of a long chain.
        for (const auto& state : m_loops)
            state->changed = {};
        for (const auto& space : m_namespaces)
            space->entries.clear();
        for (const auto& scope : m_closures)
            scope->variables.clear();
    }
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    int line() const { return m_line; }

    std::string run(const JinjaNode& root, const OrderedJson& variables) {
        auto globals = std::make_shared<Scope>();
        addFunctions(*globals);
        for (const auto& [name, value] : variables.items())
            globals->set(name, JinjaValue::fromJson(value));
        auto top = std::make_shared<Scope>();
        top->outer = globals;
        std::string out;
        execute(root, top, out);
        return out;
    }

private:
    // --- functions ---

    void addFunctions(Scope& globals) {
        const auto add = [&globals](const char* name, std::function<JinjaValue(JinjaCall&)> run) {
            globals.set(name, JinjaValue::function(name, std::move(run)));
        };
        add("range", [](JinjaCall& call) { return range(call); });
        add("namespace", [this](JinjaCall& call) { return makeNamespace(call); });
        add("dict", [](JinjaCall& call) {
            JinjaDict dict;
            if (!call.arguments.empty()) {
                const auto* given = call.arguments[0].as<JinjaDict>();
                if (!given || call.arguments.size() > 1)
                    jinjaFail("dict() takes one dict and named values");
                dict.entries = given->entries;
            }
            for (auto& [name, value] : call.named)
                dict.set(name, std::move(value));
            return jinjaDict(std::move(dict));
        });
        add("joiner", [](JinjaCall& call) {
            const auto bound = call.bind({"sep"});
            return JinjaValue::function("joiner", [separator = bound[0] ? jinjaText(*bound[0]) : std::string(", "), used = false](JinjaCall&) mutable -> JinjaValue {
                return std::exchange(used, true) ? separator : std::string();
            });
        });
        add("raise_exception", [](JinjaCall& call) -> JinjaValue {
            throw JinjaFault{ErrorCode::InvalidArgument, jinjaText(*call.bind({"message"}, 1)[0])};
        });
        add("strftime_now", [this](JinjaCall& call) -> JinjaValue {
            const auto bound = call.bind({"format"}, 1);
            if (!m_strftime)
                jinjaFail("strftime_now() is asked for, but no time is known");
            return m_strftime(jinjaText(*bound[0]));
        });
    }

    static JinjaValue range(JinjaCall& call) {
        std::vector<std::int64_t> numbers;
        for (const JinjaValue& argument : call.arguments) {
            const auto number = jinjaInteger(argument);
            if (!number)
                jinjaFail(fmt::format("range() needs whole numbers, not {}", argument.typeName()));
            numbers.push_back(*number);
        }
        if (numbers.empty() || numbers.size() > 3 || !call.named.empty())
            jinjaFail("range() takes one to three numbers");
        const std::int64_t start = numbers.size() > 1 ? numbers[0] : 0, stop = numbers[numbers.size() > 1 ? 1 : 0];
        const std::int64_t step = numbers.size() > 2 ? numbers[2] : 1;
        if (step == 0)
            jinjaFail("range() arg 3 must not be zero");
        // As doubles, since the difference of two of them may not fit; near the limit they are exact.
        const double count = std::max(0.0, std::ceil((static_cast<double>(stop) - static_cast<double>(start)) / static_cast<double>(step)));
        if (count > static_cast<double>(kMaxRange))
            jinjaFail(fmt::format("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({}).", kMaxRange));
        call.budget.grow(static_cast<std::uint64_t>(count) * sizeof(JinjaValue));
        JinjaValues items;
        for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i)
            items.emplace_back(start + i * step);
        return jinjaSequence(std::move(items), Flavor::Range);
    }

    JinjaValue makeNamespace(JinjaCall& call) {
        auto space = std::make_shared<JinjaNamespace>();
        m_budget.grow(sizeof(JinjaNamespace));
        m_namespaces.push_back(space);
        for (const JinjaValue& given : call.arguments) {
            const auto* dict = given.as<JinjaDict>();
            if (!dict)
                jinjaFail(fmt::format("namespace() needs a dict, not {}", given.typeName()));
            for (const auto& [key, value] : dict->entries)
                space->set(jinjaText(key), value);
        }
        for (auto& [name, value] : call.named)
            space->set(name, std::move(value));
        return JinjaValue(std::move(space));
    }

    // --- statements ---

    static ScopePtr inside(const ScopePtr& scope) {
        auto inner = std::make_shared<Scope>();
        inner->outer = scope;
        return inner;
    }

    void write(std::string& out, const std::string& text) {
        m_budget.grow(text.size());
        out += text;
    }

    std::string rendered(const JinjaNode& body, const ScopePtr& scope) {
        std::string out;
        execute(body, scope, out);
        return out;
    }

    Flow execute(const JinjaNode& node, const ScopePtr& scope, std::string& out) {
        const Deeper deeper(*this);
        m_budget.step();
        m_line = node.line;
        const auto child = [&node](std::size_t i) -> const JinjaNode& { return *node.children[i]; };
        switch (node.kind) {
        case Kind::Body:
            for (const JinjaNodePtr& statement : node.children) {
                if (const Flow flow = execute(*statement, scope, out); flow != Flow::On)
                    return flow;
            }
            return Flow::On;
        case Kind::Text:
            write(out, node.text);
            return Flow::On;
        case Kind::Output:
            write(out, jinjaText(evaluate(child(0), scope)));
            return Flow::On;
        case Kind::If:
            for (std::size_t i = 0; i < node.children.size(); i += 2) {
                if (i + 1 == node.children.size())
                    return execute(child(i), scope, out);
                if (jinjaTruth(evaluate(child(i), scope)))
                    return execute(child(i + 1), scope, out);
            }
            return Flow::On;
        case Kind::For:
            loop(node, evaluate(child(1), scope), scope, 0, out);
            return Flow::On;
        case Kind::Set:
            assign(child(0), evaluate(child(1), scope), scope);
            return Flow::On;
        case Kind::SetBlock:
            assign(child(0), filtered(child(1), node.children[2].get(), scope), scope);
            return Flow::On;
        case Kind::Macro:
            scope->set(node.text, macro(node, scope));
            return Flow::On;
        case Kind::CallBlock:
            write(out, jinjaText(call(child(0), scope, &child(1))));
            return Flow::On;
        case Kind::FilterBlock:
            write(out, jinjaText(filtered(child(0), &child(1), scope)));
            return Flow::On;
        case Kind::With: {
            const ScopePtr inner = inside(scope);
            for (const auto& [name, value] : node.named)
                inner->set(name, evaluate(*value, scope));
            return execute(child(0), inner, out);
        }
        case Kind::Scope:
            return execute(child(0), inside(scope), out);
        case Kind::Break:
            return Flow::Break;
        case Kind::Continue:
            return Flow::Continue;
        default:
            jinjaFail("an expression stands where a statement belongs");
        }
    }

    JinjaValue filtered(const JinjaNode& body, const JinjaNode* filters, const ScopePtr& scope) {
        JinjaValue text = rendered(body, inside(scope));
        if (!filters)
            return text;
        std::swap(m_blockText, text);
        JinjaValue result = evaluate(*filters, scope);
        m_blockText = std::move(text);
        return result;
    }

    void loop(const JinjaNode& node, const JinjaValue& iterable, const ScopePtr& scope, std::int64_t nesting, std::string& out) {
        const Deeper deeper(*this);
        JinjaValues items = jinjaItems(iterable, m_budget);
        if (const JinjaNode* filter = node.children[4].get()) {
            JinjaValues kept;
            for (JinjaValue& item : items) {
                const ScopePtr inner = inside(scope);
                assign(*node.children[0], item, inner);
                if (jinjaTruth(evaluate(*filter, inner)))
                    kept.push_back(std::move(item));
            }
            items = std::move(kept);
        }
        if (items.empty()) {
            if (const JinjaNode* otherwise = node.children[3].get())
                execute(*otherwise, inside(scope), out);
            return;
        }
        auto state = std::make_shared<JinjaLoop>();
        state->sequence = jinjaSequence(std::move(items));
        state->nesting = nesting;
        m_loops.push_back(state);
        if (node.text == "recursive") {
            // The scope lives as long as anybody can call the loop: the renderer keeps it.
            m_closures.push_back(scope);
            state->recurse = [this, &node, outer = scope.get(), nesting](JinjaCall& call) -> JinjaValue {
                std::string text;
                loop(node, *call.bind({"iterable"}, 1)[0], closure(outer), nesting + 1, text);
                return text;
            };
        }
        for (std::size_t i = 0; i < state->items().size(); ++i) {
            state->index = i;
            m_budget.step();
            const ScopePtr inner = inside(scope);
            assign(*node.children[0], state->items()[i], inner);
            inner->set("loop", JinjaValue(state));
            if (execute(*node.children[2], inner, out) == Flow::Break)
                break;
        }
    }

    void assign(const JinjaNode& target, const JinjaValue& value, const ScopePtr& scope) {
        if (target.kind == Kind::Name) {
            scope->set(target.text, value);
        } else if (target.kind == Kind::Attribute) {
            const JinjaValue object = evaluate(*target.children[0], scope);
            JinjaNamespace* space = object.asNamespace();
            if (!space)
                jinjaFail(fmt::format("'{}' is no namespace: its attribute '{}' cannot be set", target.children[0]->text, target.text));
            m_budget.step(space->entries.size());
            space->set(target.text, value);
        } else {
            const JinjaValues parts = jinjaItems(value, m_budget);
            if (parts.size() != target.children.size())
                jinjaFail(fmt::format("{} values cannot be taken apart into {} variables", parts.size(), target.children.size()));
            for (std::size_t i = 0; i < parts.size(); ++i)
                assign(*target.children[i], parts[i], scope);
        }
    }

    // --- macros and calls ---

    ScopePtr closure(const Scope* scope) const {
        return *std::find_if(m_closures.begin(), m_closures.end(), [scope](const ScopePtr& kept) { return kept.get() == scope; });
    }

    JinjaValue macro(const JinjaNode& node, const ScopePtr& scope) {
        if (std::find(m_closures.begin(), m_closures.end(), scope) == m_closures.end()) {
            m_budget.step(m_closures.size());
            m_closures.push_back(scope);
        }
        return JinjaValue::function(node.text, [this, &node, outer = scope.get()](JinjaCall& call) -> JinjaValue {
            const Deeper deeper(*this);
            return runMacro(node, closure(outer), call);
        });
    }

    JinjaValue runMacro(const JinjaNode& node, const ScopePtr& outer, JinjaCall& call) {
        const ScopePtr scope = inside(outer);
        JinjaDict others;
        std::vector<const JinjaValue*> bound(node.named.size(), nullptr);
        for (std::size_t i = 0; i < std::min(call.arguments.size(), bound.size()); ++i)
            bound[i] = &call.arguments[i];
        for (const auto& [name, value] : call.named) {
            const auto found = std::find_if(node.named.begin(), node.named.end(), [&name = name](const auto& parameter) { return parameter.first == name; });
            if (found != node.named.end()) {
                const JinjaValue*& place = bound[static_cast<std::size_t>(found - node.named.begin())];
                if (place)
                    jinjaFail(fmt::format("macro '{}' got its argument '{}' twice", node.text, name));
                place = &value;
            } else if (name == "caller") {
                scope->set("caller", value);
            } else if (node.takesNamed) {
                others.set(name, value);
            } else {
                jinjaFail(fmt::format("macro '{}' takes no keyword argument '{}'", node.text, name));
            }
        }
        if (call.arguments.size() > bound.size() && !node.takesMore)
            jinjaFail(fmt::format("macro '{}' takes not more than {} argument(s)", node.text, bound.size()));
        for (std::size_t i = 0; i < bound.size(); ++i) {
            const auto& [name, otherwise] = node.named[i];
            scope->set(name, bound[i] ? *bound[i] : otherwise ? evaluate(*otherwise, scope) : JinjaValue::undefined(fmt::format("parameter '{}' was not provided", name)));
        }
        if (node.takesMore) {
            const std::size_t used = std::min(bound.size(), call.arguments.size());
            scope->set("varargs", jinjaSequence(JinjaValues(call.arguments.begin() + static_cast<std::ptrdiff_t>(used), call.arguments.end()), Flavor::Tuple));
        }
        if (node.takesNamed)
            scope->set("kwargs", jinjaDict(std::move(others)));
        return rendered(*node.children[0], scope);
    }

    JinjaCall arguments(const JinjaNode& node, const ScopePtr& scope) {
        JinjaCall call{{}, m_budget, {}, {}};
        for (std::size_t i = 1; i < node.children.size(); ++i)
            call.arguments.push_back(evaluate(*node.children[i], scope));
        for (const auto& [name, value] : node.named)
            call.named.emplace_back(name, evaluate(*value, scope));
        return call;
    }

    JinjaValue call(const JinjaNode& node, const ScopePtr& scope, const JinjaNode* caller = nullptr) {
        const JinjaNode& callee = *node.children[0];
        JinjaValue function;
        if (callee.kind == Kind::Attribute) {
            const JinjaValue object = evaluate(*callee.children[0], scope);
            if (hasJinjaMethod(object, callee.text)) {
                JinjaCall prepared = arguments(node, scope);
                m_line = callee.line;
                return charged(*callJinjaMethod(object, callee.text, prepared));
            }
            function = jinjaAttribute(object, callee.text);
        } else {
            function = evaluate(callee, scope);
        }
        JinjaCall prepared = arguments(node, scope);
        if (caller)
            prepared.named.emplace_back("caller", macro(*caller, scope));
        m_line = node.line;
        if (const auto* loop = function.asLoop()) {
            if (!loop->recurse)
                jinjaFail("The loop must have the 'recursive' marker to be called recursively.");
            return loop->recurse(prepared);
        }
        if (const auto* missing = function.as<JinjaValue::Undefined>())
            jinjaFail(missing->why ? *missing->why : "an undefined value is called");
        const auto* known = function.as<JinjaFunction>();
        if (!known)
            jinjaFail(fmt::format("'{}' object is not callable", function.typeName()));
        const std::string construct = fmt::format("function '{}'", known->name);
        prepared.construct = construct;
        return charged(known->run(prepared));
    }

    /// Counts what was made.
    JinjaValue charged(JinjaValue value) {
        if (const auto* text = value.as<std::string>())
            m_budget.grow(text->size());
        else if (const auto* sequence = value.as<JinjaSequence>())
            m_budget.grow(sequence->items.size() * sizeof(JinjaValue));
        else if (const auto* dict = value.as<JinjaDict>())
            m_budget.step(dict->entries.size());
        return value;
    }

    // --- expressions ---

    JinjaValue lookUp(std::string_view name, const ScopePtr& scope) const {
        for (const Scope* at = scope.get(); at; at = at->outer.get()) {
            for (const auto& [known, value] : at->variables) {
                if (known == name)
                    return value;
            }
        }
        return JinjaValue::undefined(fmt::format("'{}' is undefined", name));
    }

    JinjaValue evaluate(const JinjaNode& node, const ScopePtr& scope) {
        const Deeper deeper(*this);
        m_budget.step();
        m_line = node.line;
        const auto child = [&](std::size_t i) { return evaluate(*node.children[i], scope); };
        switch (node.kind) {
        case Kind::Literal:
            return node.value;
        case Kind::Name:
            return lookUp(node.text, scope);
        case Kind::BlockText:
            return m_blockText;
        case Kind::List:
        case Kind::Tuple: {
            JinjaValues items;
            for (const JinjaNodePtr& item : node.children)
                items.push_back(evaluate(*item, scope));
            return charged(jinjaSequence(std::move(items), node.kind == Kind::List ? Flavor::List : Flavor::Tuple));
        }
        case Kind::Dict: {
            JinjaDict dict;
            for (std::size_t i = 0; i < node.children.size(); i += 2) {
                JinjaValue key = child(i);
                m_budget.step(dict.entries.size());
                dict.set(std::move(key), child(i + 1));
            }
            m_budget.grow(dict.entries.size() * 2 * sizeof(JinjaValue));
            return jinjaDict(std::move(dict));
        }
        case Kind::Attribute:
            return jinjaAttribute(child(0), node.text);
        case Kind::Item: {
            const JinjaValue object = child(0), key = child(1);
            m_budget.step(object.as<std::string>() ? object.as<std::string>()->size() / 8 : 0);
            return jinjaItem(object, key);
        }
        case Kind::Slice: {
            const JinjaValue object = child(0);
            JinjaValue bounds[3];
            const JinjaValue* given[3] = {};
            for (std::size_t i = 0; i < 3; ++i) {
                if (node.children[i + 1]) {
                    bounds[i] = child(i + 1);
                    given[i] = &bounds[i];
                }
            }
            return jinjaSlice(object, given[0], given[1], given[2], m_budget);
        }
        case Kind::Call:
            return call(node, scope);
        case Kind::Filter: {
            JinjaValue input = child(0);
            JinjaCall prepared = arguments(node, scope);
            prepared.arguments.insert(prepared.arguments.begin(), std::move(input));
            m_line = node.line;
            return charged(applyJinjaFilter(node.text, prepared));
        }
        case Kind::Test: {
            JinjaValue input = child(0);
            JinjaCall prepared = arguments(node, scope);
            prepared.arguments.insert(prepared.arguments.begin(), std::move(input));
            m_line = node.line;
            return applyJinjaTest(node.text, prepared);
        }
        case Kind::Unary:
            return unary(node.text, child(0));
        case Kind::Logical: {
            JinjaValue left = child(0);
            return jinjaTruth(left) == (node.text == "or") ? left : child(1);
        }
        case Kind::Binary: {
            const JinjaValue left = child(0), right = child(1);
            m_line = node.line;
            return jinjaArithmetic(node.text, left, right, m_budget);
        }
        case Kind::Compare:
            return compare(node, scope);
        case Kind::Concat: {
            JinjaValues parts;
            for (const JinjaNodePtr& part : node.children)
                parts.push_back(evaluate(*part, scope));
            return jinjaJoin(parts, "", m_budget);
        }
        case Kind::Conditional:
            if (jinjaTruth(child(1)))
                return child(0);
            return node.children[2] ? child(2) : JinjaValue::undefined("the inline if-expression evaluated to false and no else section was defined");
        default:
            jinjaFail("a statement stands where an expression belongs");
        }
    }

    JinjaValue unary(std::string_view op, const JinjaValue& operand) {
        if (op == "not")
            return !jinjaTruth(operand);
        if (const auto* real = operand.as<double>())
            return op == "-" ? -*real : *real;
        if (const auto* missing = operand.as<JinjaValue::Undefined>(); missing && missing->why)
            jinjaFail(*missing->why);
        if (!jinjaInteger(operand))
            jinjaFail(fmt::format("bad operand type for unary {}: '{}'", op, operand.typeName()));
        return jinjaArithmetic(op, std::int64_t(0), operand, m_budget);
    }

    JinjaValue compare(const JinjaNode& node, const ScopePtr& scope) {
        JinjaValue left = evaluate(*node.children[0], scope);
        for (std::size_t i = 0; i < node.named.size(); ++i) {
            const std::string& op = node.named[i].first;
            JinjaValue right = evaluate(*node.children[i + 1], scope);
            m_line = node.line;
            bool holds = false;
            if (op == "==" || op == "!=") {
                m_budget.step(sizeOf(left));
                holds = jinjaEqual(left, right) == (op == "==");
            } else if (op == "in" || op == "not in") {
                m_budget.step(sizeOf(right));
                holds = jinjaContains(right, left) == (op == "in");
            } else {
                m_budget.step(sizeOf(left));
                const int order = jinjaCompare(left, right);
                holds = op == "<" ? order < 0 : op == "<=" ? order <= 0 : op == ">" ? order > 0 : order >= 0;
            }
            if (!holds)
                return false;
            left = std::move(right);
        }
        return true;
    }

    /// Roughly how much there is to look through.
    static std::uint64_t sizeOf(const JinjaValue& value) {
        if (const auto* text = value.as<std::string>())
            return text->size() / 64;
        if (const auto* sequence = value.as<JinjaSequence>())
            return sequence->items.size();
        return value.as<JinjaDict>() ? value.as<JinjaDict>()->entries.size() : 0;
    }

    struct Deeper {
        explicit Deeper(Renderer& renderer) : m_renderer(renderer) {
            if (++m_renderer.m_depth > kMaxDepth) {
                --m_renderer.m_depth;
                jinjaFail(fmt::format("macros and expressions nest deeper than {} levels", kMaxDepth));
            }
        }
        ~Deeper() { --m_renderer.m_depth; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        Renderer& m_renderer;
    };

    JinjaBudget m_budget;
    const std::function<std::string(const std::string&)>& m_strftime;
    std::vector<std::shared_ptr<JinjaNamespace>> m_namespaces;
    std::vector<std::shared_ptr<JinjaLoop>> m_loops;
    std::vector<ScopePtr> m_closures; ///< scopes in which macros were defined
    JinjaValue m_blockText;
    int m_depth = 0;
    int m_line = 1;
};

} // namespace

JinjaTemplate::JinjaTemplate(std::string_view text, std::string source) : m_source(std::move(source)) {
    if (text.size() > kMaxTemplateBytes)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': a chat template of {} bytes is too large", m_source, text.size()));
    m_root = parseJinja(text, m_source);
}

JinjaTemplate::~JinjaTemplate() = default;
JinjaTemplate::JinjaTemplate(JinjaTemplate&&) noexcept = default;

std::string JinjaTemplate::render(const OrderedJson& variables, const std::function<std::string(const std::string&)>& strftime, const Limits& limits) const {
    Renderer renderer(limits, strftime);
    try {
        return renderer.run(*m_root, variables);
    } catch (const JinjaFault& fault) {
        throw Error(fault.code, fmt::format("'{}', line {}: {}", m_source, renderer.line(), fault.what));
    }
}

} // namespace triptych
