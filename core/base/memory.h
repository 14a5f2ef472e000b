#pragma once

namespace triptych {

/// Lets the allocator keep up to 256 MB of freed memory for the next request instead of handing pages back and faulting them
/// in again, which models do with every layer. To be called once, at the start of a program that runs models.
void keepFreedMemory();

/// Gives freed memory back to the system: after a model was closed, or before a long time with less need.
void returnFreedMemory();

} // namespace triptych
