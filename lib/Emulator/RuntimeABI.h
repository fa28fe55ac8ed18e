//===- RuntimeABI.h - what compiled kernels call --------------------------===//
//
// Names and numbers shared by the rewriting of instructions and the functions that they call.
// All arguments are integers or pointers, so that no question of calling conventions arises.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_EMULATOR_RUNTIMEABI_H
#define BRAID_LIB_EMULATOR_RUNTIMEABI_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>
#include <vector>

namespace braid::emu {

enum SpecialRegister : uint32_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NWarpId,
  WarpSize,
  LaneMaskEq,
  LaneMaskLt,
  LaneMaskLe,
  LaneMaskGt,
  LaneMaskGe,
  DynamicSharedSize,
  TotalSharedSize,
  ActiveMask,
  Zero,
  One,
  Clock
};

enum WarpOp : uint32_t {
  ShuffleIdx,
  ShuffleUp,
  ShuffleDown,
  ShuffleButterfly,
  VoteAll,
  VoteAny,
  VoteUni,
  VoteBallot,
  MatchAny,
  MatchAll,
  ReduxAdd,
  ReduxMin,
  ReduxMax,
  ReduxUMin,
  ReduxUMax,
  ReduxAnd,
  ReduxOr,
  ReduxXor,
  SyncWarp,
  Elect,
  LoadMatrix1,
  LoadMatrix2,
  LoadMatrix4,
  LoadMatrix1Transposed,
  LoadMatrix2Transposed,
  LoadMatrix4Transposed,
  MultiplyF16K16,
  MultiplyF16K8,
  MultiplyBF16K16,
  MultiplyBF16K8,
  MultiplyTF32K8,
  MultiplyTF32K4
};

enum MbarrierOp : uint32_t {
  MbarrierInit,
  MbarrierInvalidate,
  MbarrierArrive,
  MbarrierArriveExpect,
  MbarrierExpect,
  MbarrierTest,
  MbarrierWait,
  MbarrierCopiesArrive,
  MbarrierCopiesArriveCounted
};

/// `BarrierOfLanes` is added where lanes of one warp may arrive at different places (barrier.sync without .aligned).
enum BarrierKind : uint32_t { BarrierPlain, BarrierPopc, BarrierAnd, BarrierOr, BarrierOfLanes };

/// Names of the functions that generated code calls, and of libdevice's.
struct RuntimeSymbol {
  const char *name;
  void *address;
};
const std::vector<RuntimeSymbol> &runtimeSymbols();

/// The name of the C function that computes one of libdevice's (`__nv_expf` → `expf`); empty if
/// there is none.
std::string deviceFunction(llvm::StringRef name);
const std::vector<RuntimeSymbol> &mathSymbols();

} // namespace braid::emu

#endif
