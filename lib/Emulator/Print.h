//===- Print.h - printf in kernels ----------------------------------------===//
#ifndef BRAID_LIB_EMULATOR_PRINT_H
#define BRAID_LIB_EMULATOR_PRINT_H

#include <string>

namespace braid::emu {

/// The text of a format with the arguments that CUDA's vprintf takes.
std::string formatPacked(const char *format, const void *arguments);

} // namespace braid::emu

#endif
