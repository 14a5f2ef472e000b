#pragma once

/// Whether this machine can run code built for x86-64-v3.
bool processorSuffices();
