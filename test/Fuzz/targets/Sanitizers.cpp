//===- Sanitizers.cpp - how the sanitizers see a target -------------------===//
//
// LLVM's and MLIR's libraries are not instrumented, but share containers and allocators with
// code that is.
//
//===----------------------------------------------------------------------===//
#include <sys/resource.h>

extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_container_overflow=0:detect_stack_use_after_return=0";
}
extern "C" const char *__ubsan_default_options() { return "print_stacktrace=1"; }

/// Frames with red zones take several times the stack that they take in the tools, which have 8 MiB.
extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < (rlim_t(64) << 20)) {
    limit.rlim_cur = limit.rlim_max < (rlim_t(64) << 20) ? limit.rlim_max : rlim_t(64) << 20;
    setrlimit(RLIMIT_STACK, &limit);
  }
  return 0;
}
