//===- RuntimeABI.cpp - what compiled kernels call ------------------------===//

#include "RuntimeABI.h"
#include "Launch.h"
#include "llvm/ADT/bit.h"
#include <chrono>

using namespace braid::emu;

static uint32_t specialRegister(uint32_t which) { return Launch::current().specialRegister(which); }
static void *sharedBase() { return Launch::current().sharedBase(); }
static void checkAccess(const void *pointer, uint32_t size, uint32_t site) {
  Launch::current().access(pointer, size, site);
}
static uint32_t barrier(uint32_t id, uint32_t count, uint32_t input, uint32_t kind, uint32_t site) {
  return Launch::current().barrier(id, count, input, kind, site);
}
static void barrierArrive(uint32_t id, uint32_t count, uint32_t site) {
  Launch::current().barrierArrive(id, count, site);
}
static uint64_t warpOperation(uint32_t op, uint32_t mask, uint64_t value, uint32_t a, uint32_t b, uint32_t site) {
  LaneRequest request;
  request.op = op, request.mask = mask, request.value = value, request.a = a, request.b = b;
  return Launch::current().warpOperation(request, site);
}
static void asyncCopy(void *to, const void *from, uint32_t size, uint32_t sourceSize, uint32_t site) {
  Launch::current().asyncCopy(to, from, size, sourceSize, site);
}
static void commitCopies() { Launch::current().commitCopies(); }
static void waitCopies(uint32_t allowed) { Launch::current().waitCopies(allowed); }
static void waitAllCopies() {
  Launch::current().commitCopies();
  Launch::current().waitCopies(0);
}
static uint64_t mbarrier(uint32_t op, uint64_t address, uint64_t value, uint32_t site) {
  return Launch::current().mbarrier(op, address, value, site);
}
static void bulkCopy(void *to, const void *from, uint32_t size, uint64_t barrier, uint32_t site) {
  Launch::current().bulkCopy(to, from, size, barrier, site);
}
static void commitBulkStores() { Launch::current().commitBulkStores(); }
static void waitBulkStores(uint32_t allowed) { Launch::current().waitBulkStores(allowed); }
static void fence() { Launch::current().fence(); }
static void yieldThread() { Launch::current().yieldThread(); }
static void step(uint32_t instructions, uint32_t site) { Launch::current().step(instructions, site); }
static void trap(uint32_t site) { Launch::current().fail("trap", "the kernel stopped itself", site); }
static int print(const char *format, const void *arguments) {
  Launch::current().print(format, arguments);
  return 0;
}
static void exitThread() { Launch::current().exitThread(); }

uint32_t Launch::specialRegister(uint32_t which) const {
  uint32_t lane = running->lane();
  switch (which) {
  case TidX: return running->id.x;
  case TidY: return running->id.y;
  case TidZ: return running->id.z;
  case NtidX: return blockSize.x;
  case NtidY: return blockSize.y;
  case NtidZ: return blockSize.z;
  case CtaidX: return blockId.x;
  case CtaidY: return blockId.y;
  case CtaidZ: return blockId.z;
  case NctaidX: return grid.x;
  case NctaidY: return grid.y;
  case NctaidZ: return grid.z;
  case LaneId: return lane;
  case WarpId: return running->warp();
  case NWarpId: return uint32_t(clocks.size());
  case WarpSize: return 32;
  case LaneMaskEq: return 1u << lane;
  case LaneMaskLt: return (1u << lane) - 1;
  case LaneMaskLe: return lane == 31 ? ~0u : (2u << lane) - 1;
  case LaneMaskGt: return lane == 31 ? 0 : ~((2u << lane) - 1);
  case LaneMaskGe: return ~((1u << lane) - 1);
  case DynamicSharedSize: return uint32_t(sharedBytes);
  case TotalSharedSize: {
    size_t total = sharedBytes;
    for (const SharedVariable &variable : *kernel.shared)
      total += variable.size;
    return uint32_t(total);
  }
  case ActiveMask: {
    // A thread of the emulator runs alone.
    return 1u << lane;
  }
  case One: return 1;
  case Clock: return uint32_t(std::chrono::steady_clock::now().time_since_epoch().count());
  default: return 0;
  }
}

const std::vector<RuntimeSymbol> &braid::emu::runtimeSymbols() {
  static const std::vector<RuntimeSymbol> symbols = {
      {"braid_emu_register", reinterpret_cast<void *>(specialRegister)},
      {"braid_emu_shared", reinterpret_cast<void *>(sharedBase)},
      {"braid_emu_access", reinterpret_cast<void *>(checkAccess)},
      {"braid_emu_barrier", reinterpret_cast<void *>(barrier)},
      {"braid_emu_arrive", reinterpret_cast<void *>(barrierArrive)},
      {"braid_emu_warp", reinterpret_cast<void *>(warpOperation)},
      {"braid_emu_copy", reinterpret_cast<void *>(asyncCopy)},
      {"braid_emu_commit", reinterpret_cast<void *>(commitCopies)},
      {"braid_emu_wait", reinterpret_cast<void *>(waitCopies)},
      {"braid_emu_wait_all", reinterpret_cast<void *>(waitAllCopies)},
      {"braid_emu_mbarrier", reinterpret_cast<void *>(mbarrier)},
      {"braid_emu_bulk", reinterpret_cast<void *>(bulkCopy)},
      {"braid_emu_bulk_commit", reinterpret_cast<void *>(commitBulkStores)},
      {"braid_emu_bulk_wait", reinterpret_cast<void *>(waitBulkStores)},
      {"braid_emu_fence", reinterpret_cast<void *>(fence)},
      {"braid_emu_yield", reinterpret_cast<void *>(yieldThread)},
      {"braid_emu_step", reinterpret_cast<void *>(step)},
      {"braid_emu_trap", reinterpret_cast<void *>(trap)},
      {"braid_emu_print", reinterpret_cast<void *>(print)},
      {"braid_emu_exit", reinterpret_cast<void *>(exitThread)},
  };
  return symbols;
}
