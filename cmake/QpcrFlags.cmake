# Compiler flags as one interface target; strict ones only for developers, so that a user's compiler never stops a build.
set(QPCR_SANITIZE "" CACHE STRING "Comma-separated sanitizers: address,undefined or thread")
option(QPCR_COVERAGE "Instrument for gcov" OFF)

add_library(qpcr_flags INTERFACE)
# One rounding per operation: a reported number must not depend on whether the processor fuses multiply and add.
target_compile_options(qpcr_flags INTERFACE -ffp-contract=off)
if(QPCR_DEVELOPER)
  target_compile_options(qpcr_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC bug 105651: -Wrestrict fires inside std::string's own operator+ at -O2.
    target_compile_options(qpcr_flags INTERFACE -Wno-restrict)
  endif()
endif()
if(QPCR_SANITIZE)
  if(QPCR_SANITIZE MATCHES "thread" AND QPCR_SANITIZE MATCHES "address")
    message(FATAL_ERROR "QPCR_SANITIZE='${QPCR_SANITIZE}': thread and address exclude each other")
  endif()
  target_compile_options(qpcr_flags INTERFACE -fsanitize=${QPCR_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(qpcr_flags INTERFACE -fsanitize=${QPCR_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports false uninitialised reads once sanitizers instrument std::optional.
    target_compile_options(qpcr_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(QPCR_COVERAGE)
  target_compile_options(qpcr_flags INTERFACE --coverage)
  target_link_options(qpcr_flags INTERFACE --coverage)
endif()
