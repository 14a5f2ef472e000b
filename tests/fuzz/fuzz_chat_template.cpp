#include "text/jinja_template.h"
#include "fuzz_file.h"

using namespace triptych;

namespace {

/// As a conversation with a tool looks to a template.
const OrderedJson& variables() {
    static const OrderedJson value = OrderedJson::parse(R"({
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Größe 世界?\n"},
                     {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1, "b": [2.5, true]}}}]},
                     {"role": "user", "content": [{"type": "text", "text": "parts"}]}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "documents": null,
        "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>"})");
    return value;
}

constexpr JinjaTemplate::Limits kLimits = {200'000, 4u << 20};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    expectAnswer([&] {
        const JinjaTemplate parsed(textOf(data, size), "template");
        const auto time = [](const std::string&) { return std::string("26 Jul 2024"); };
        const std::string text = parsed.render(variables(), time, kLimits);
        // The budget holds, and what is drawn from the same variables is the same.
        if (text.size() > kLimits.bytes || text != parsed.render(variables(), time, kLimits))
            std::abort();
    });
    return 0;
}
