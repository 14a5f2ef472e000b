#include "text/jinja_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace triptych {

namespace {

constexpr int kMaxDepth = 200;

using Kind = JinjaNode::Kind;
using Token = JinjaToken::Type;
using Node = std::unique_ptr<JinjaNode>;

/// Recursive descent after Jinja2's own grammar, which has its oddities: `~` binds tighter than `+`, filters and tests
/// bind tighter than signs, conditions of if and for have no inline if.
class Parser {
public:
    Parser(std::string_view text, const std::string& source) : m_source(source), m_tokens(lexJinja(text, source)) {}

    JinjaNodePtr run() {
        Node body = statements({});
        if (!at(Token::End))
            fail(fmt::format("'{{% {} %}}' ends nothing", current().text));
        return body;
    }

private:
    // --- tokens ---

    const JinjaToken& current() const { return m_tokens[m_next]; }
    const JinjaToken& ahead() const { return m_tokens[std::min(m_next + 1, m_tokens.size() - 1)]; }
    bool at(Token type) const { return current().type == type; }
    bool atOperator(std::string_view text) const { return current().is(Token::Operator, text); }
    bool atName(std::string_view text) const { return current().is(Token::Name, text); }
    const JinjaToken& take() { return m_tokens[m_next + 1 < m_tokens.size() ? m_next++ : m_next]; }
    bool skip(Token type, std::string_view text) {
        const bool found = current().is(type, text);
        if (found)
            take();
        return found;
    }
    bool skipOperator(std::string_view text) { return skip(Token::Operator, text); }
    bool skipName(std::string_view text) { return skip(Token::Name, text); }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}', line {}: {}", m_source, current().line, what));
    }
    std::string found() const {
        switch (current().type) {
        case Token::End: return "the end of the template";
        case Token::BlockEnd: return "'%}'";
        case Token::ExpressionEnd: return "'}}'";
        default: return fmt::format("'{}'", current().text);
        }
    }
    void expectOperator(std::string_view text) {
        if (!skipOperator(text))
            fail(fmt::format("expected '{}', found {}", text, found()));
    }
    std::string expectName(std::string_view what) {
        if (!at(Token::Name))
            fail(fmt::format("expected {}, found {}", what, found()));
        return take().text;
    }
    void expectBlockEnd(std::string_view tag) {
        if (!at(Token::BlockEnd))
            fail(fmt::format("'{{% {} %}}' goes on with {}, which does not belong there", tag, found()));
        take();
    }

    // --- nodes ---

    Node make(Kind kind, std::string text = {}) const {
        auto node = std::make_unique<JinjaNode>();
        node->kind = kind;
        node->line = current().line;
        node->text = std::move(text);
        return node;
    }
    void deepen(JinjaNode& node, const JinjaNode* child) const {
        if (!child)
            return;
        node.depth = std::max(node.depth, child->depth + 1);
        if (node.depth > kMaxDepth)
            fail(fmt::format("the template nests deeper than {} levels", kMaxDepth));
    }
    void add(Node& node, Node child) const {
        deepen(*node, child.get());
        node->children.push_back(std::move(child));
    }
    void addNamed(Node& node, std::string name, Node child) const {
        deepen(*node, child.get());
        node->named.emplace_back(std::move(name), std::move(child));
    }
    template <typename... Children>
    Node make(Kind kind, std::string text, Children... children) const {
        Node node = make(kind, std::move(text));
        (add(node, std::move(children)), ...);
        return node;
    }
    Node literal(JinjaValue value) const {
        Node node = make(Kind::Literal);
        node->value = std::move(value);
        return node;
    }

    /// Counts how deep the parser is, for texts that would exhaust its stack before a node is made.
    struct Guard {
        explicit Guard(Parser& parser) : m_parser(parser) {
            if (++m_parser.m_depth > kMaxDepth)
                m_parser.fail(fmt::format("the template nests deeper than {} levels", kMaxDepth));
        }
        ~Guard() { --m_parser.m_depth; }
        Parser& m_parser;
    };

    // --- statements ---

    bool atTag(std::initializer_list<std::string_view> names) const {
        return at(Token::BlockBegin) && ahead().type == Token::Name && std::find(names.begin(), names.end(), ahead().text) != names.end();
    }

    /// Up to one of the tags that end it, which stays, its BlockBegin taken.
    Node statements(std::initializer_list<std::string_view> ends) {
        const Guard guard(*this);
        Node body = make(Kind::Body);
        for (;;) {
            if (at(Token::Data)) {
                Node text = make(Kind::Text, current().text);
                take();
                add(body, std::move(text));
            } else if (at(Token::ExpressionBegin)) {
                take();
                Node output = make(Kind::Output);
                add(output, tuple(true));
                if (!at(Token::ExpressionEnd))
                    fail(fmt::format("the expression goes on with {}, which does not belong there", found()));
                take();
                add(body, std::move(output));
            } else if (at(Token::BlockBegin)) {
                if (atTag(ends)) {
                    take();
                    return body;
                }
                take();
                if (!at(Token::Name))
                    fail(fmt::format("expected the name of a tag, found {}", found()));
                if (current().text.starts_with("end") || atName("else") || atName("elif"))
                    return body;
                add(body, statement());
            } else {
                if (at(Token::End) && ends.size() > 0)
                    fail(fmt::format("'{{% {} %}}' is missing at the end of the template", *(ends.end() - 1)));
                return body;
            }
        }
    }

    /// A body and the tag that ends it, up to and with its '%}'.
    Node bodyTo(std::string_view end) {
        Node body = statements({end});
        closeTag(end);
        return body;
    }
    void closeTag(std::string_view end) {
        if (!skipName(end))
            fail(fmt::format("'{{% {} %}}' stands where '{{% {} %}}' belongs", current().text, end));
        expectBlockEnd(end);
    }

    Node statement() {
        const std::string tag = current().text;
        using Parse = Node (Parser::*)();
        static constexpr std::array<std::pair<std::string_view, Parse>, 10> kTags = {{{"if", &Parser::ifTag},
                                                                                     {"for", &Parser::forTag},
                                                                                     {"set", &Parser::setTag},
                                                                                     {"macro", &Parser::macroTag},
                                                                                     {"call", &Parser::callTag},
                                                                                     {"filter", &Parser::filterTag},
                                                                                     {"with", &Parser::withTag},
                                                                                     {"generation", &Parser::generationTag},
                                                                                     {"break", &Parser::jumpTag},
                                                                                     {"continue", &Parser::jumpTag}}};
        const auto known = std::find_if(kTags.begin(), kTags.end(), [&](const auto& entry) { return entry.first == tag; });
        if (known == kTags.end()) {
            for (const char* other : {"include", "import", "from", "extends", "block", "autoescape", "trans", "do", "print", "debug"}) {
                if (tag == other)
                    throw Error(ErrorCode::Unsupported, fmt::format("'{}', line {}: this version does not have the tag '{{% {} %}}'", m_source, current().line, tag));
            }
            fail(fmt::format("there is no tag '{{% {} %}}'", tag));
        }
        return (this->*(known->second))();
    }

    Node ifTag() {
        Node node = make(Kind::If);
        take();
        for (;;) {
            add(node, tuple(false));
            expectBlockEnd("if");
            add(node, statements({"elif", "else", "endif"}));
            if (!skipName("elif"))
                break;
        }
        if (skipName("else")) {
            expectBlockEnd("else");
            add(node, statements({"endif"}));
        }
        closeTag("endif");
        return node;
    }

    Node forTag() {
        Node node = make(Kind::For);
        take();
        add(node, target("in", false));
        if (!skipName("in"))
            fail(fmt::format("expected 'in', found {}", found()));
        add(node, tuple(false, "recursive"));
        Node filter = skipName("if") ? expression() : nullptr;
        if (skipName("recursive"))
            node->text = "recursive";
        expectBlockEnd("for");
        ++m_loops;
        add(node, statements({"else", "endfor"}));
        --m_loops;
        Node otherwise;
        if (skipName("else")) {
            expectBlockEnd("else");
            otherwise = statements({"endfor"});
        }
        add(node, std::move(otherwise));
        add(node, std::move(filter));
        closeTag("endfor");
        return node;
    }

    Node setTag() {
        Node node = make(Kind::Set);
        take();
        add(node, target("", true));
        if (skipOperator("=")) {
            add(node, tuple(true));
            expectBlockEnd("set");
            return node;
        }
        node->kind = Kind::SetBlock;
        Node filters = atOperator("|") ? this->filters(make(Kind::BlockText)) : nullptr;
        expectBlockEnd("set");
        add(node, bodyTo("endset"));
        add(node, std::move(filters));
        return node;
    }

    /// Parameters and body of a macro; those in parentheses are optional for a call block.
    void signature(Node& node) {
        expectOperator("(");
        bool defaults = false;
        while (!skipOperator(")")) {
            if (!node->named.empty())
                expectOperator(",");
            std::string name = expectName("the name of a parameter");
            Node otherwise = skipOperator("=") ? expression() : nullptr;
            if (defaults && !otherwise)
                fail(fmt::format("the parameter '{}' without a default stands after one with", name));
            defaults = otherwise != nullptr;
            addNamed(node, std::move(name), std::move(otherwise));
        }
    }
    void macroBody(Node& node, std::string_view end) {
        const std::size_t loops = std::exchange(m_loops, 0);
        m_macros.push_back(node.get());
        add(node, bodyTo(end));
        m_macros.pop_back();
        m_loops = loops;
    }

    Node macroTag() {
        Node node = make(Kind::Macro);
        take();
        node->text = expectName("the name of the macro");
        signature(node);
        expectBlockEnd("macro");
        macroBody(node, "endmacro");
        return node;
    }

    Node callTag() {
        Node node = make(Kind::CallBlock);
        Node caller = make(Kind::Macro, "caller");
        take();
        if (atOperator("("))
            signature(caller);
        Node call = expression();
        if (call->kind != Kind::Call)
            fail("'{% call %}' needs a call of a macro");
        expectBlockEnd("call");
        macroBody(caller, "endcall");
        add(node, std::move(call));
        add(node, std::move(caller));
        return node;
    }

    Node filterTag() {
        Node node = make(Kind::FilterBlock);
        take();
        Node filters = filterChain(make(Kind::BlockText));
        expectBlockEnd("filter");
        add(node, bodyTo("endfilter"));
        add(node, std::move(filters));
        return node;
    }

    Node withTag() {
        Node node = make(Kind::With);
        take();
        while (!at(Token::BlockEnd)) {
            if (!node->named.empty())
                expectOperator(",");
            std::string name = expectName("the name of a variable");
            expectOperator("=");
            addNamed(node, std::move(name), expression());
        }
        expectBlockEnd("with");
        add(node, bodyTo("endwith"));
        return node;
    }

    /// Marks what the model wrote, for training; renders as its body.
    Node generationTag() {
        Node node = make(Kind::Scope);
        take();
        expectBlockEnd("generation");
        const std::size_t loops = std::exchange(m_loops, 0);
        add(node, bodyTo("endgeneration"));
        m_loops = loops;
        return node;
    }

    Node jumpTag() {
        Node node = make(atName("break") ? Kind::Break : Kind::Continue);
        const std::string tag = take().text;
        if (m_loops == 0)
            fail(fmt::format("'{{% {} %}}' stands outside of a loop", tag));
        expectBlockEnd(tag);
        return node;
    }

    /// What is assigned to: a name, several, or an attribute of a namespace.
    Node target(std::string_view end, bool attributes) {
        const auto one = [&]() -> Node {
            if (skipOperator("(")) {
                Node inner = target("", false);
                expectOperator(")");
                return inner;
            }
            static constexpr std::array<std::string_view, 6> kReserved = {"true", "false", "none", "True", "False", "None"};
            Node name = make(Kind::Name);
            name->text = expectName("a variable to assign to");
            if (std::find(kReserved.begin(), kReserved.end(), name->text) != kReserved.end())
                fail(fmt::format("'{}' cannot be assigned to", name->text));
            if (!attributes || !skipOperator("."))
                return name;
            std::string attribute = expectName("the name of an attribute");
            return make(Kind::Attribute, std::move(attribute), std::move(name));
        };
        const Guard guard(*this);
        Node first = one();
        if (!atOperator(","))
            return first;
        Node list = make(Kind::Tuple);
        add(list, std::move(first));
        while (skipOperator(",") && !(at(Token::Name) && !end.empty() && current().text == end) && !atOperator("=") && !atOperator(")"))
            add(list, one());
        return list;
    }

    // --- expressions ---

    /// One expression, or several with commas. `conditional`: with inline if.
    Node tuple(bool conditional, std::string_view end = {}, bool mayBeEmpty = false) {
        const auto ends = [&] {
            return at(Token::BlockEnd) || at(Token::ExpressionEnd) || atOperator(")") || (!end.empty() && atName(end));
        };
        Node list = make(Kind::Tuple);
        bool several = false;
        while (!ends()) {
            add(list, conditional ? expression() : disjunction());
            if (!atOperator(","))
                break;
            several = true;
            take();
        }
        if (several || (list->children.empty() && mayBeEmpty))
            return list;
        if (list->children.empty())
            fail(fmt::format("expected an expression, found {}", found()));
        return std::unique_ptr<JinjaNode>(const_cast<JinjaNode*>(list->children.front().release()));
    }

    Node expression() {
        const Guard guard(*this);
        Node result = disjunction();
        while (atName("if")) {
            take();
            Node condition = disjunction();
            Node otherwise = skipName("else") ? expression() : nullptr;
            result = make(Kind::Conditional, {}, std::move(result), std::move(condition), std::move(otherwise));
        }
        return result;
    }

    Node disjunction() {
        Node left = conjunction();
        while (skipName("or")) {
            Node right = conjunction();
            left = make(Kind::Logical, "or", std::move(left), std::move(right));
        }
        return left;
    }

    Node conjunction() {
        Node left = negation();
        while (skipName("and")) {
            Node right = negation();
            left = make(Kind::Logical, "and", std::move(left), std::move(right));
        }
        return left;
    }

    Node negation() {
        if (!atName("not"))
            return comparison();
        const Guard guard(*this);
        take();
        return make(Kind::Unary, "not", negation());
    }

    Node comparison() {
        Node left = sum();
        Node chain;
        for (;;) {
            std::string op;
            for (const char* symbol : {"==", "!=", "<=", ">=", "<", ">"}) {
                if (skipOperator(symbol)) {
                    op = symbol;
                    break;
                }
            }
            if (op.empty() && skipName("in"))
                op = "in";
            if (op.empty() && atName("not") && ahead().is(Token::Name, "in")) {
                take();
                take();
                op = "not in";
            }
            if (op.empty())
                return chain ? std::move(chain) : std::move(left);
            if (!chain)
                chain = make(Kind::Compare, {}, std::move(left));
            add(chain, sum());
            chain->named.emplace_back(op, nullptr);
        }
    }

    Node sum() {
        Node left = concatenation();
        while (atOperator("+") || atOperator("-")) {
            const std::string op = take().text;
            Node right = concatenation();
            left = make(Kind::Binary, op, std::move(left), std::move(right));
        }
        return left;
    }

    Node concatenation() {
        Node first = product();
        if (!atOperator("~"))
            return first;
        Node node = make(Kind::Concat, {}, std::move(first));
        while (skipOperator("~"))
            add(node, product());
        return node;
    }

    Node product() {
        Node left = power();
        while (atOperator("*") || atOperator("/") || atOperator("//") || atOperator("%")) {
            const std::string op = take().text;
            Node right = power();
            left = make(Kind::Binary, op, std::move(left), std::move(right));
        }
        return left;
    }

    Node power() {
        Node left = unary(true);
        while (skipOperator("**")) {
            Node right = unary(true);
            left = make(Kind::Binary, "**", std::move(left), std::move(right));
        }
        return left;
    }

    Node unary(bool withFilters) {
        const Guard guard(*this);
        Node node;
        if (atOperator("-") || atOperator("+")) {
            const std::string op = take().text;
            node = make(Kind::Unary, op, unary(false));
        } else {
            node = primary();
        }
        node = postfix(std::move(node));
        return withFilters ? filtersAndTests(std::move(node)) : std::move(node);
    }

    Node primary() {
        const JinjaToken& token = current();
        if (token.type == Token::Name) {
            if (token.text == "true" || token.text == "True" || token.text == "false" || token.text == "False")
                return literal((take().text[0] | 0x20) == 't');
            if (token.text == "none" || token.text == "None") {
                take();
                return literal(JinjaValue::none());
            }
            for (JinjaNode* macro : m_macros) {
                macro->takesMore = macro->takesMore || token.text == "varargs";
                macro->takesNamed = macro->takesNamed || token.text == "kwargs";
            }
            Node name = make(Kind::Name, token.text);
            take();
            return name;
        }
        if (token.type == Token::Text) {
            std::string text;
            while (at(Token::Text))
                text += take().text;
            return literal(std::move(text));
        }
        if (token.type == Token::Integer || token.type == Token::Real)
            return number();
        if (skipOperator("(")) {
            Node inner = tuple(true, {}, true);
            expectOperator(")");
            return inner;
        }
        if (skipOperator("[")) {
            Node list = make(Kind::List);
            while (!skipOperator("]")) {
                if (!list->children.empty()) {
                    expectOperator(",");
                    if (skipOperator("]"))
                        break;
                }
                add(list, expression());
            }
            return list;
        }
        if (skipOperator("{")) {
            Node dict = make(Kind::Dict);
            while (!skipOperator("}")) {
                if (!dict->children.empty()) {
                    expectOperator(",");
                    if (skipOperator("}"))
                        break;
                }
                add(dict, expression());
                expectOperator(":");
                add(dict, expression());
            }
            return dict;
        }
        fail(fmt::format("expected an expression, found {}", found()));
    }

    Node number() {
        const std::string& text = current().text;
        if (at(Token::Real)) {
            double value = 0;
            std::from_chars(text.data(), text.data() + text.size(), value);
            take();
            return literal(value);
        }
        std::int64_t value = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
            fail(fmt::format("the number {} is out of range", text));
        take();
        return literal(value);
    }

    Node postfix(Node node) {
        for (;;) {
            if (atOperator(".") || atOperator("["))
                node = subscript(std::move(node));
            else if (atOperator("("))
                node = call(std::move(node));
            else
                return node;
        }
    }

    Node subscript(Node object) {
        if (skipOperator(".")) {
            if (at(Token::Integer)) {
                Node index = number();
                return make(Kind::Item, {}, std::move(object), std::move(index));
            }
            std::string name = expectName("the name of an attribute");
            return make(Kind::Attribute, std::move(name), std::move(object));
        }
        expectOperator("[");
        const auto ends = [this] { return atOperator("]") || atOperator(","); };
        Node start = atOperator(":") ? nullptr : expression();
        if (atOperator("]")) {
            take();
            return make(Kind::Item, {}, std::move(object), std::move(start));
        }
        if (atOperator(",")) {
            Node index = make(Kind::Tuple, {}, std::move(start));
            while (skipOperator(",") && !atOperator("]"))
                add(index, expression());
            expectOperator("]");
            return make(Kind::Item, {}, std::move(object), std::move(index));
        }
        expectOperator(":");
        Node stop = ends() || atOperator(":") ? nullptr : expression();
        Node step = skipOperator(":") && !ends() ? expression() : nullptr;
        expectOperator("]");
        return make(Kind::Slice, {}, std::move(object), std::move(start), std::move(stop), std::move(step));
    }

    void arguments(Node& node) {
        expectOperator("(");
        bool first = true;
        while (!skipOperator(")")) {
            if (!first) {
                expectOperator(",");
                if (skipOperator(")"))
                    break;
            }
            first = false;
            if (atOperator("*") || atOperator("**"))
                throw Error(ErrorCode::Unsupported, fmt::format("'{}', line {}: this version does not have '{}' before an argument", m_source, current().line, current().text));
            if (at(Token::Name) && ahead().is(Token::Operator, "=")) {
                std::string name = take().text;
                take();
                addNamed(node, std::move(name), expression());
            } else {
                if (!node->named.empty())
                    fail("an argument without a name stands after one with");
                add(node, expression());
            }
        }
    }

    Node call(Node callee) {
        Node node = make(Kind::Call, {}, std::move(callee));
        arguments(node);
        return node;
    }

    Node filtersAndTests(Node node) {
        for (;;) {
            if (atOperator("|"))
                node = filters(std::move(node));
            else if (atName("is"))
                node = test(std::move(node));
            else if (atOperator("("))
                node = call(std::move(node));
            else
                return node;
        }
    }

    Node filters(Node input) {
        while (skipOperator("|"))
            input = filter(std::move(input));
        return input;
    }
    Node filterChain(Node input) { return filters(filter(std::move(input))); }
    Node filter(Node input) {
        Node node = make(Kind::Filter, dottedName("the name of a filter"), std::move(input));
        if (atOperator("("))
            arguments(node);
        return node;
    }
    std::string dottedName(std::string_view what) {
        std::string name = expectName(what);
        while (skipOperator("."))
            name += "." + expectName(what);
        return name;
    }

    Node test(Node input) {
        take();
        const bool negated = skipName("not");
        Node node = make(Kind::Test, dottedName("the name of a test"), std::move(input));
        if (atOperator("(")) {
            arguments(node);
        } else if (const bool value = at(Token::Name) || at(Token::Text) || at(Token::Integer) || at(Token::Real) || atOperator("[") || atOperator("{");
                   value && !atName("else") && !atName("or") && !atName("and")) {
            if (atName("is"))
                fail("tests cannot be chained with 'is'");
            // A word that goes on with the sentence is no argument; Jinja2 would take it for one and fail later.
            if (!atName("if") && !atName("in") && !atName("not") && !atName("recursive"))
                add(node, postfix(primary()));
        }
        return negated ? make(Kind::Unary, "not", std::move(node)) : std::move(node);
    }

    const std::string& m_source;
    const std::vector<JinjaToken> m_tokens;
    std::size_t m_next = 0;
    int m_depth = 0;
    std::size_t m_loops = 0;           ///< around the current place, inside its macro
    std::vector<JinjaNode*> m_macros; ///< around the current place
};

} // namespace

JinjaNodePtr parseJinja(std::string_view text, const std::string& source) { return Parser(text, source).run(); }

} // namespace triptych
