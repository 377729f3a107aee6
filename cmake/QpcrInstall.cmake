# Installs the rooms with their headers, the programs, the shipped assay definitions, and the package configuration.
include(CMakePackageConfigHelpers)

set(generated_sets qpcr_core)
foreach(room IN LISTS QPCR_ROOMS)
  if(room STREQUAL "")
    continue()
  endif()
  if(room IN_LIST generated_sets)
    install(TARGETS ${room} EXPORT qpcr-targets FILE_SET HEADERS FILE_SET generated)
  else()
    install(TARGETS ${room} EXPORT qpcr-targets FILE_SET HEADERS)
  endif()
endforeach()
install(EXPORT qpcr-targets NAMESPACE qpcr:: DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/qpcr")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/qpcr-config.cmake.in" "${PROJECT_BINARY_DIR}/qpcr-config.cmake"
  INSTALL_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/qpcr")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/qpcr-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/qpcr-config.cmake" "${PROJECT_BINARY_DIR}/qpcr-config-version.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/QpcrDependencies.cmake" DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/qpcr")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/validation_data/assays" DESTINATION "${CMAKE_INSTALL_DATADIR}/qpcr")
