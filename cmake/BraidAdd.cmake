# braid_add_library(NAME SOURCES … LINK … [EXCEPTIONS] [PLAIN] [DEPENDS …])
#   A static library. EXCEPTIONS: for the few files whose libraries throw.
#   PLAIN: does not see LLVM (the runtime); no precompiled MLIR headers.
# braid_add_tool(NAME SOURCES … LINK … [EXCEPTIONS])

set(BRAID_WARNINGS -Wall -Wextra -Wno-unused-parameter -Wno-unknown-warning-option)

function(braid_flags target exceptions)
  target_compile_options(${target} PRIVATE ${BRAID_WARNINGS})
  if(exceptions)
    target_compile_options(${target} PRIVATE -fexceptions)
  else()
    target_compile_options(${target} PRIVATE -fno-exceptions)
  endif()
endfunction()

function(braid_add_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS;PLAIN" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  braid_flags(${name} ${ARG_EXCEPTIONS})
  if(ARG_LINK)
    target_link_libraries(${name} PUBLIC ${ARG_LINK})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(NOT ARG_PLAIN)
    add_dependencies(${name} braid-headers)
    if(NOT ARG_EXCEPTIONS)
      target_precompile_headers(${name} REUSE_FROM BraidPCH)
    endif()
  endif()
endfunction()

function(braid_add_tool name)
  cmake_parse_arguments(ARG "EXCEPTIONS" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  # As the precompiled header was made.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  braid_flags(${name} ${ARG_EXCEPTIONS})
  add_dependencies(${name} braid-headers)
  if(NOT ARG_EXCEPTIONS)
    target_precompile_headers(${name} REUSE_FROM BraidPCH)
  endif()
  # libomp before libdnnl: it exports the GOMP entry points, so that generated code and
  # oneDNN share one pool of threads.
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
endfunction()

# braid_tablegen(FILE.td OUT -gen-x …): one generated file, collected by braid-headers.
function(braid_tablegen td out)
  get_filename_component(td_abs ${td} ABSOLUTE)
  get_filename_component(dir ${CMAKE_CURRENT_BINARY_DIR}/${out} DIRECTORY)
  file(GLOB_RECURSE deps ${PROJECT_SOURCE_DIR}/dialects/*.td)
  add_custom_command(
    OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${out}
    COMMAND ${MLIR_TABLEGEN_EXE} ${ARGN} ${td_abs} -I ${PROJECT_SOURCE_DIR} -I ${PROJECT_BINARY_DIR}
            -I ${LLVM_INCLUDE_DIR} -o ${CMAKE_CURRENT_BINARY_DIR}/${out}
    DEPENDS ${td_abs} ${deps} ${PROJECT_BINARY_DIR}/dialects/Elementwise.td)
  set_property(GLOBAL APPEND PROPERTY BRAID_GENERATED ${CMAKE_CURRENT_BINARY_DIR}/${out})
  set_property(DIRECTORY APPEND PROPERTY BRAID_GENERATED ${CMAKE_CURRENT_BINARY_DIR}/${out})
endfunction()

# braid_collect_headers(NAME): a target for the files generated in this folder.
function(braid_collect_headers name)
  get_property(files DIRECTORY PROPERTY BRAID_GENERATED)
  add_custom_target(${name} DEPENDS ${files})
  add_dependencies(braid-headers ${name})
endfunction()
