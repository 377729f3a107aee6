// Whether this build carries instrumentation, under which times of the processor mean nothing.
#pragma once

namespace qpcr::test {

#ifdef QPCR_INSTRUMENTED
inline constexpr bool instrumented = true;
#else
inline constexpr bool instrumented = false;
#endif

}  // namespace qpcr::test
