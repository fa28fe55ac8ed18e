# Finds LLVM and MLIR 19.1 and takes over the flags their libraries were built with.
list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-19)
find_package(MLIR 19.1 REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
add_definitions(${LLVM_DEFINITIONS})

# Without assertions in LLVM, the layout of some of its classes depends on NDEBUG
# (Pass::Statistic): every build type of ours must agree with the library.
if(NOT LLVM_ENABLE_ASSERTIONS)
  add_compile_definitions(NDEBUG)
endif()
set(BRAID_LLVM_TOOLS_DIR ${LLVM_TOOLS_BINARY_DIR})
list(GET LLVM_INCLUDE_DIRS 0 LLVM_INCLUDE_DIR)
