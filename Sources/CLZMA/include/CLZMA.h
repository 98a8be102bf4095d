// liblzma's decoders; see README.md.
#pragma once
#include "../xz/src/liblzma/api/lzma.h"

// Macros with casts are not imported.
static const uint32_t clzma_concatenated = LZMA_CONCATENATED;
