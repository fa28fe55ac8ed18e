//===- Calls.h - what the calls of a program do on the CPU ----------------===//
//
// One function for each kind of call (Calls.def); the tables are ABI.h's. Each returns 0, or a non-zero code after
// having put a message into the context. `name` is for times.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_CALLS_H
#define BRAID_LIB_RUNTIME_CALLS_H

#include "braid/Runtime/ABI.h"

namespace braid::rt {

int32_t launch(braid_context *context, braid_kernel kernel, const char *name, const int64_t *table);
#define CALL(NAME, WORD, FUNCTION) int32_t FUNCTION(braid_context *context, const char *name, const int64_t *table);
#define CALL_OF_KERNELS(NAME, WORD, FUNCTION)                                                                          \
  int32_t FUNCTION(braid_context *context, const braid_kernel *kernels, const char *name, const int64_t *table);
#include "braid/Runtime/Calls.def"

} // namespace braid::rt

#endif
