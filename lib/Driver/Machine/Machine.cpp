//===- Machine.cpp - what this machine is; braid version ------------------===//
#include "braid/Driver/Machine.h"
#include "braid/Driver/Commands.h"
#include "braid/Driver/Version.h"
#include "braid/Runtime/Context.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"
#include <sys/sysinfo.h>
#include <thread>
#include <unistd.h>

namespace braid::driver {

MachineInfo describeMachine() {
  MachineInfo info;
  info.target = llvm::sys::getHostCPUName().str();
  info.triple = llvm::sys::getDefaultTargetTriple();
  info.threads = int(std::max(1u, std::thread::hardware_concurrency()));
  info.memoryBytes = int64_t(sysconf(_SC_PHYS_PAGES)) * int64_t(sysconf(_SC_PAGE_SIZE));
  struct sysinfo memory;
  if (sysinfo(&memory) == 0)
    info.virtualBytes = info.memoryBytes + int64_t(memory.totalswap) * int64_t(memory.mem_unit);
  const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (const char *name : {"avx2", "fma", "avx512f", "avx512bf16", "amx-bf16"})
    if (features.lookup(name))
      info.features.push_back(name);
  if (auto text = llvm::MemoryBuffer::getFileAsStream("/proc/cpuinfo")) {
    llvm::StringRef rest = (*text)->getBuffer();
    while (!rest.empty() && info.name.empty()) {
      auto [line, after] = rest.split('\n');
      auto [key, value] = line.split(':');
      if (key.trim() == "model name")
        info.name = value.trim().str();
      rest = after;
    }
  }
  if (info.name.empty())
    info.name = info.target;
  return info;
}

std::string workingThreads(int asked) {
  int working = rt::workingThreads(asked);
  if (working < asked)
    return std::to_string(working) + " of " + std::to_string(asked) +
           " threads (OpenMP gives no more; see the OMP_ variables)";
  return std::to_string(asked) + (asked == 1 ? " thread" : " threads");
}

int version(Console &console) {
  console.out << "braid " BRAID_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
  return Success;
}

} // namespace braid::driver
