# SPDX-License-Identifier: Apache-2.0
# Debian's hardening flags and the warnings that are errors, in one interface target.
add_library(okuru-flags INTERFACE)
target_include_directories(okuru-flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(okuru-flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64
        OKURU_VERSION="${PROJECT_VERSION}"
        $<$<BOOL:${OKURU_TEST_CLOCK}>:OKURU_TEST_CLOCK=1>)
# RelWithDebInfo adds -DNDEBUG; our asserts name our own mistakes and stay on, in tests and on the floor.
target_compile_options(okuru-flags INTERFACE -UNDEBUG)
target_compile_options(okuru-flags INTERFACE
        -Wall -Wextra -Werror -Wformat=2 -Wconversion -Wno-sign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
        -Wold-style-definition -Wwrite-strings -Wvla -Wundef -Wpointer-arith
        -fno-strict-aliasing -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero -fPIE
        -Wno-missing-field-initializers)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
        target_compile_options(okuru-flags INTERFACE -fcf-protection)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        target_compile_options(okuru-flags INTERFACE -Wlogical-op -Wduplicated-cond)
elseif(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 16)
        # gcc follows a format through a constant table, clang does not.
        target_compile_options(okuru-flags INTERFACE -Wno-format-nonliteral
                -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
endif()
target_link_options(okuru-flags INTERFACE -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)

if(OKURU_LIBFUZZER)
        # Coverage for every library; only the fuzz targets get libFuzzer's main.
        target_compile_options(okuru-flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(OKURU_SANITIZE)
        target_compile_options(okuru-flags INTERFACE -fsanitize=${OKURU_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
        target_link_options(okuru-flags INTERFACE -fsanitize=${OKURU_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        target_compile_options(okuru-flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
