#pragma once
#include <zlib.h>

// A macro, which is not imported. 16 more than the window's 15 bits: gzip, and nothing else.
static inline int czlib_start_gzip(z_streamp stream) { return inflateInit2(stream, 15 + 16); }
