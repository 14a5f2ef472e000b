#pragma once

#include "text/jinja_value.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace triptych {

struct JinjaNode;

/// A template in the part of Jinja2 that chat templates use, with the meaning that transformers gives it: sandboxed and
/// immutable, trim_blocks and lstrip_blocks on, no escaping; tojson, raise_exception, strftime_now, {% generation %},
/// {% break %} and {% continue %} are there. Missing: other templates (include, import, extends, block), {% do %},
/// {% trans %}, `*` and `**` before arguments, a few filters for HTML.
class JinjaTemplate {
public:
    /// What a rendering may cost at most; the defaults leave room for the longest of conversations.
    struct Limits {
        std::uint64_t steps = 20'000'000;
        std::uint64_t bytes = 512u << 20; ///< of all texts and lists made on the way
    };

    /// `source` names the template in complaints. Throws Error{InvalidInput} naming source, line and construct,
    /// {Unsupported} for what Jinja2 has and this has not.
    JinjaTemplate(std::string_view text, std::string source);
    ~JinjaTemplate();
    JinjaTemplate(JinjaTemplate&&) noexcept;

    /// `variables`: an object. `strftime`: gives the time of the rendering in a format; without it a template that asks
    /// fails. Throws Error{InvalidInput | Unsupported} naming source and line; what a template refuses by raise_exception
    /// is {InvalidArgument} with its own words.
    std::string render(const OrderedJson& variables, const std::function<std::string(const std::string&)>& strftime, const Limits& limits) const;
    std::string render(const OrderedJson& variables, const std::function<std::string(const std::string&)>& strftime = {}) const {
        return render(variables, strftime, Limits());
    }

private:
    std::string m_source;
    std::unique_ptr<const JinjaNode> m_root;
};

} // namespace triptych
