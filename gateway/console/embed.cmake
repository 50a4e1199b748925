# Writes OUTPUT, a C++ file that holds every file of FILES (relative to ROOT) as a raw string. Run by the build.
set(text "// Made by embed.cmake from the templates, words and assets. Do not edit.\n#include \"console/embedded.hpp\"\n\n")
string(APPEND text "namespace console {\n\nstd::span<const Embedded> embedded_files() {\n  static constexpr Embedded files[] = {\n")
foreach(file IN LISTS FILES)
  file(READ ${ROOT}/${file} content)
  # A raw string may be at most 64 KiB in some compilers; no file here comes near it.
  string(APPEND text "      {\"${file}\", R\"console_file(${content})console_file\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n\n}  // namespace console\n")
file(WRITE ${OUTPUT} "${text}")
