# braid_add_bundled(NAME SOURCES … MAINS TOOL=FUNCTION …)
#   A program that holds several tools, made of the same object files; it is built only when it is asked for. Each tool's
#   `main` becomes FUNCTION, which SOURCES call. LLVM and MLIR are linked from their static libraries, of which only what is
#   used stays; other libraries are looked for in ../lib, beside the program's folder.

set(BRAID_BUNDLED_LLVM orcjit native nvptx passes irreader linker bitreader bitwriter targetparser)

function(braid_add_bundled name)
  cmake_parse_arguments(ARG "" "" "SOURCES;MAINS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  braid_flags(${name} OFF)
  foreach(pair ${ARG_MAINS})
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 tool)
    list(GET pair 1 function)
    set(objects $<FILTER:$<TARGET_OBJECTS:${tool}>,INCLUDE,/${tool}\\.cpp\\.|/main\\.cpp\\.>)
    set(renamed ${CMAKE_CURRENT_BINARY_DIR}/${tool}.o)
    # The mangled name of `int FUNCTION(int, char **)`.
    string(LENGTH ${function} length)
    add_custom_command(OUTPUT ${renamed} DEPENDS ${tool} $<TARGET_OBJECTS:${tool}> COMMAND_EXPAND_LISTS VERBATIM
                       COMMAND ${CMAKE_OBJCOPY} --redefine-sym main=_Z${length}${function}iPPc ${objects} ${renamed})
    target_sources(${name} PRIVATE ${renamed})
    set_source_files_properties(${renamed} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    target_sources(${name} PRIVATE $<FILTER:$<TARGET_OBJECTS:${tool}>,EXCLUDE,/${tool}\\.cpp\\.|/main\\.cpp\\.>)
    get_target_property(libraries ${tool} LINK_LIBRARIES)
    list(REMOVE_ITEM libraries MLIR LLVM)
    target_link_libraries(${name} PRIVATE ${libraries})
  endforeach()

  file(GLOB mlir ${LLVM_LIBRARY_DIR}/libMLIR*.a)
  list(FILTER mlir EXCLUDE REGEX "CAPI|SPIRV|Test|Runner")
  execute_process(COMMAND ${LLVM_TOOLS_BINARY_DIR}/llvm-config --link-static --libfiles ${BRAID_BUNDLED_LLVM}
                  OUTPUT_VARIABLE llvm OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(llvm)
  target_link_libraries(${name} PRIVATE -Wl,--start-group ${mlir} ${llvm} -Wl,--end-group z zstd ${CMAKE_DL_LIBS})
  # The old kind of run path also holds for the libraries' own libraries.
  target_link_options(${name} PRIVATE -Wl,--gc-sections -Wl,-s -Wl,--as-needed -Wl,--disable-new-dtags)
  set_target_properties(${name} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "\$ORIGIN/../lib"
                        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bundle/bin)
endfunction()
