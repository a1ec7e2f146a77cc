# Shared settings of all targets: warnings, sanitizers, test helpers.
add_library(offramp_options INTERFACE)
target_compile_options(offramp_options INTERFACE -Wall -Wextra -Wno-unused-parameter)
if(OFFRAMP_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# Where the sources are, as a header that only those who ask include: a definition for all would keep the compiler cache from serving
# other checkouts.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/tests/SourceDir.h CONTENT "#define OFFRAMP_SOURCE_DIR \"@CMAKE_SOURCE_DIR@\"\n" @ONLY)

# offramp_precompile(TARGET HEADER): HEADER is parsed once for all files of the target. Without the flag the compiler cache keeps nothing.
function(offramp_precompile target header)
  target_precompile_headers(${target} PRIVATE ${header})
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
endfunction()

# offramp_unit_test(NAME SOURCES… LINK libs…): one Boost.Test executable registered with CTest under unit/NAME.
function(offramp_unit_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK BOOST_TEST_MODULE=${name})
  target_link_libraries(${name} PRIVATE offramp_options ${arg_LINK} boost_unit_test_framework)
  add_test(NAME unit/${name} COMMAND ${name})
  set_tests_properties(unit/${name} PROPERTIES LABELS "unit;${arg_LABELS}")
endfunction()
