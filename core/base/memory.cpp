#include "base/memory.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace triptych {

void keepFreedMemory() {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 32 << 20); // larger blocks are mapped on their own and go back when they are freed
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

void returnFreedMemory() {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

} // namespace triptych
