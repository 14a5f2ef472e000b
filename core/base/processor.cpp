// Built for plain x86-64, unlike everything else: it must run where the rest cannot.
#include "base/processor.h"

namespace triptych {

const char* processorProblem() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("x86-64-v3")) {
        return "this processor lacks instructions that Triptych is built for (x86-64-v3: AVX2, BMI2, FMA; Intel since 2013, AMD since "
               "2017)";
    }
#endif
    return nullptr;
}

} // namespace triptych
