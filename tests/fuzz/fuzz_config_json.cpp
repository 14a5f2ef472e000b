#include "base/json.h"
#include "text/json_fields.h"
#include "fuzz_file.h"

#include <cmath>

using namespace triptych;

namespace {

/// Every field in every way that a configuration asks for one.
void read(const JsonFields& fields) {
    if (!fields.json().is_object())
        return;
    for (const auto& [key, value] : fields.json().items()) {
        expectAnswer([&] { fields.integer(key, 1, 1 << 20); });
        expectAnswer([&] { fields.integer(key, INT64_MIN, INT64_MAX, 0); });
        expectAnswer([&] { fields.boolean(key, true); });
        expectAnswer([&] { fields.string(key); });
        expectAnswer([&] { fields.string(key, "none"); });
        expectAnswer([&] {
            if (!std::isfinite(fields.number(key, 0)))
                std::abort();
        });
        expectAnswer([&] { read(fields.object(key)); });
        expectAnswer([&] {
            for (const JsonFields& entry : fields.objects(key))
                read(entry);
        });
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    expectAnswer([&] {
        const Json config = parseJson(textOf(data, size), "config.json");
        read(JsonFields(config, "config.json"));
        // What was read can be written and read again.
        if (parseJson(dumpJson(config), "again").is_discarded())
            std::abort();
    });
    return 0;
}
