# cmake -DOUT=file.cpp -DFUNCTION=name "-DFILES=a;b" -P EmbedText.cmake
# Writes the texts of FILES as a table { name, text } that braid::driver::FUNCTION() returns.
set(body "// Generated from the files named below; edit those.\n#include \"braid/Driver/Embedded.h\"\n\n")
string(APPEND body "namespace braid::driver {\n\nllvm::ArrayRef<EmbeddedFile> ${FUNCTION}() {\n  static const EmbeddedFile files[] = {\n")
foreach(file ${FILES})
  file(READ ${file} hex HEX)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  string(REPLACE "\\x0a" "\\x0a\"\n     \"" bytes "${bytes}")
  string(APPEND body "    {\"${name}\",\n     \"${bytes}\"},\n")
endforeach()
string(APPEND body "  };\n  return files;\n}\n\n} // namespace braid::driver\n")
file(WRITE ${OUT} "${body}")
