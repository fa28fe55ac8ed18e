//===- BuildIdentity.h - which build of the compiler this is --------------===//
#ifndef BRAID_LIB_DEVICE_BUILDIDENTITY_H
#define BRAID_LIB_DEVICE_BUILDIDENTITY_H

#include <string>

namespace braid::dev {

/// LLVM's version, and the build IDs that the linker gave to the code here and to LLVM's: any other build has another
/// one.
std::string buildIdentity();

} // namespace braid::dev

#endif
