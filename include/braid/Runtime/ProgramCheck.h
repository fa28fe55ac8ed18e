//===- ProgramCheck.h - is it a program at all ----------------------------===//
#ifndef BRAID_RUNTIME_PROGRAMCHECK_H
#define BRAID_RUNTIME_PROGRAMCHECK_H

#include "braid/Runtime/ABI.h"
#include <string>

namespace braid::rt {

/// Whether braid_program_run may walk the program: its version is this one, every index, offset and count in it lies
/// inside of what it is an index into, every loop has an end. What is wrong, in a sentence; empty if nothing is. Reads
/// nothing but the version of a program of another one.
std::string problemOf(const braid_program &program);

} // namespace braid::rt

#endif
