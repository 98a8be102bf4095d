#pragma once
#include <lzma.h>

// Macros with casts are not imported.
static const uint32_t clzma_concatenated = LZMA_CONCATENATED;
