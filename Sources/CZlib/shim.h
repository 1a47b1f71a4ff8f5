#pragma once
#include <zlib.h>

/// `deflateInit2` is a macro, which Swift does not see; 16 added to the window size asks for gzip's own framing.
static inline int zlib_start_gzip(z_stream *stream, int level)
{
    return deflateInit2(stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}
