# `cmake --install`: the command with its library text and the archives that it links products from (found beside it, see
# compiler/tools/offramp/Product.h), the C headers, and the package that find_package(Offramp) reads.
if(NOT TARGET offramp)
  return()
endif()
include(CMakePackageConfigHelpers)
set_target_properties(offramp PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
foreach(archive offramp_runtime offramp_embed offramp_standalone offramp_cpu_backend offramp_cpu_kernels)
  install(FILES $<TARGET_FILE:${archive}> DESTINATION lib/offramp)
endforeach()
install(FILES runtime/abi/Offramp.h DESTINATION lib/offramp)  # becomes part of the header beside a library
install(DIRECTORY runtime/abi/ DESTINATION include/offramp/runtime/abi FILES_MATCHING PATTERN "*.h")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/OfframpConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/OfframpConfig.cmake ${CMAKE_BINARY_DIR}/OfframpConfigVersion.cmake DESTINATION lib/cmake/Offramp)
