# qpcr_add_room(<folder> FILES … USES … [LINKS …] [EXTERNAL …]) declares a room: the one line that says what it may include.
# The lint tests/lint/check_layering.py reads the same line, so picture, link and rule cannot disagree.
#   FILES    headers and sources, relative to the folder
#   USES     rooms (folders) it may include
#   LINKS    third-party targets its headers need
#   EXTERNAL third-party targets only its sources need
set(QPCR_ROOMS "" CACHE INTERNAL "")

function(qpcr_room_target folder result)
  string(REPLACE "libqpcr/" "" name "${folder}")
  string(REPLACE "/" "_" name "${name}")
  set(${result} "qpcr_${name}" PARENT_SCOPE)
endfunction()

function(qpcr_add_room folder)
  cmake_parse_arguments(ROOM "" "" "FILES;USES;LINKS;EXTERNAL" ${ARGN})
  qpcr_room_target(${folder} target)
  set(headers ${ROOM_FILES})
  set(sources ${ROOM_FILES})
  list(FILTER headers INCLUDE REGEX "\\.hpp$")
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(TRANSFORM headers PREPEND "${PROJECT_SOURCE_DIR}/${folder}/")
  list(TRANSFORM sources PREPEND "${PROJECT_SOURCE_DIR}/${folder}/")
  add_library(${target} STATIC ${sources})
  string(REPLACE "qpcr_" "" export_name "${target}")
  add_library(qpcr::${export_name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${export_name} VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${headers})
  target_compile_features(${target} PUBLIC cxx_std_20)
  set(uses "")
  foreach(used IN LISTS ROOM_USES)
    qpcr_room_target(${used} used_target)
    list(APPEND uses ${used_target})
  endforeach()
  target_link_libraries(${target} PUBLIC ${uses} ${ROOM_LINKS} PRIVATE ${ROOM_EXTERNAL} $<BUILD_INTERFACE:qpcr_flags>)
  set(QPCR_ROOMS "${QPCR_ROOMS};${target}" CACHE INTERNAL "")
endfunction()
