// Built for plain x86-64, unlike everything else: it must run where the rest cannot.
#include "processor_check.h"

bool processorSuffices() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("x86-64-v3");
#else
    return true;
#endif
}
