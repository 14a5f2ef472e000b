#include "models/lora_config.h"
#include "fuzz_file.h"

#include <cmath>

using namespace triptych;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const FuzzFile file({data, size});
    expectAnswer([&] {
        const LoraConfig config = LoraConfig::read(file.path());
        for (const char* module : {"model.layers.0.self_attn.q_proj", "encoder.block.3.layer.0.q", "0.1.", "lm_head", ""}) {
            // A module that is saved whole has no matrices beside it.
            if (config.targets(module, true) && config.saves(module))
                std::abort();
            if (config.rank(module) < 1 || !std::isfinite(config.scaling(module)))
                std::abort();
        }
    });
    return 0;
}
