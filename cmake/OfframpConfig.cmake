# find_package(Offramp): for programs that embed models built with `offramp build`. Everything is found relative to this file.
#
#   Offramp::offramp                         the command
#   offramp_import_library(NAME LIBRARY)     target for a library made with `offramp build --emit so` (the header stands beside it)
#   offramp_import_object(NAME OBJECT)       target for an object made with `--emit obj`, with the runtime it needs
#   offramp_build_library(NAME RUN [CPU c])  builds the library of a trained run as part of this project, and imports it
get_filename_component(OFFRAMP_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT EXISTS "${OFFRAMP_PREFIX}/bin/offramp" OR NOT EXISTS "${OFFRAMP_PREFIX}/lib/offramp/libofframp_runtime.a")
  set(Offramp_FOUND FALSE)
  set(Offramp_NOT_FOUND_MESSAGE "the installation in ${OFFRAMP_PREFIX} is not complete")
  return()
endif()

if(NOT TARGET Offramp::offramp)
  add_executable(Offramp::offramp IMPORTED)
  set_target_properties(Offramp::offramp PROPERTIES IMPORTED_LOCATION "${OFFRAMP_PREFIX}/bin/offramp")
  add_library(Offramp::abi INTERFACE IMPORTED)
  set_target_properties(Offramp::abi PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${OFFRAMP_PREFIX}/include/offramp")
  # The runtime for objects. Archives of one group, because backend and runtime know each other.
  add_library(Offramp::runtime INTERFACE IMPORTED)
  set(archives)
  foreach(name embed cpu_backend cpu_kernels runtime)
    list(APPEND archives "${OFFRAMP_PREFIX}/lib/offramp/libofframp_${name}.a")
  endforeach()
  set_target_properties(Offramp::runtime PROPERTIES
    INTERFACE_LINK_LIBRARIES "Offramp::abi;-Wl,--start-group;${archives};-Wl,--end-group;fmt;z;dnnl;-l:libgomp.so.1;stdc++;m")
endif()

function(offramp_import_library name library)
  get_filename_component(path "${library}" ABSOLUTE)
  get_filename_component(folder "${path}" DIRECTORY)
  get_filename_component(file "${path}" NAME)
  add_library(${name} SHARED IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${path}" IMPORTED_SONAME "${file}" INTERFACE_INCLUDE_DIRECTORIES "${folder}")
endfunction()

function(offramp_import_object name object)
  get_filename_component(path "${object}" ABSOLUTE)
  get_filename_component(folder "${path}" DIRECTORY)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES INTERFACE_LINK_LIBRARIES "${path};Offramp::runtime" INTERFACE_INCLUDE_DIRECTORIES "${folder}")
endfunction()

function(offramp_build_library name run)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "CPU" "")
  if(NOT arg_CPU)
    set(arg_CPU native)
  endif()
  get_filename_component(path "${run}" ABSOLUTE)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/lib${name}.so")
  add_custom_command(OUTPUT "${out}" COMMAND Offramp::offramp build "${path}" --emit so --cpu ${arg_CPU} -o "${out}"
    DEPENDS "${path}/model.safetensors" "${path}/run.json" BYPRODUCTS "${CMAKE_CURRENT_BINARY_DIR}/lib${name}.h" VERBATIM)
  add_custom_target(${name}_built DEPENDS "${out}")
  offramp_import_library(${name} "${out}")
  add_dependencies(${name} ${name}_built)
endfunction()
