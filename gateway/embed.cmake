# Files compiled into a program. Included by gateway/CMakeLists.txt; run as a script it writes OUTPUT, a C++ file that holds every file of FILES
# (relative to ROOT) as a raw string behind NAMESPACE::embedded_files() (see embedded_file.hpp).
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Made by embed.cmake. Do not edit.\n#include \"embedded_file.hpp\"\n\n")
  string(APPEND text "namespace ${NAMESPACE} {\n\nstd::span<const embedded::File> embedded_files() {\n  static constexpr embedded::File files[] = {\n")
  foreach(file IN LISTS FILES)
    file(READ ${ROOT}/${file} content)
    string(APPEND text "      {\"${file}\", R\"embedded_file(${content})embedded_file\"},\n")
  endforeach()
  string(APPEND text "  };\n  return files;\n}\n\n}  // namespace ${NAMESPACE}\n")
  file(WRITE ${OUTPUT} "${text}")
  return()
endif()

set(embed_script ${CMAKE_CURRENT_LIST_FILE})

# Sets `variable` to a source file that holds the files that match the patterns.
function(embed_files variable namespace)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${ARGN})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D "FILES=${files}" -D OUTPUT=${output} -D ROOT=${CMAKE_CURRENT_SOURCE_DIR} -D NAMESPACE=${namespace} -P ${embed_script}
    DEPENDS ${files} ${embed_script}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    VERBATIM)
  set(${variable} ${output} PARENT_SCOPE)
endfunction()
