//===- Rewrite.h - NVVM instructions become calls -------------------------===//
//
// Rewrites an LLVM module with NVVM intrinsics into one for the host: every instruction that only a
// GPU has becomes a call of the runtime, every access to memory is preceded by a check, and shared
// variables become places in the block's arena.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_EMULATOR_REWRITE_H
#define BRAID_LIB_EMULATOR_REWRITE_H

#include "Launch.h"
#include "RuntimeABI.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

namespace braid::emu {

/// The text of an instruction's location.
using Locate = std::function<std::string(const llvm::Instruction &)>;

/// What is known of a module once it is rewritten.
struct Kernel {
  std::string name, entry;
  std::vector<std::string> parameters;
  /// Largest or required number of threads of a block, 0 if not limited.
  uint64_t maxThreads = 0;
  std::optional<Dim3> required;
};
struct Rewritten {
  std::vector<Site> sites{Site{"unknown location", "instruction"}};
  std::vector<SharedVariable> shared;
  size_t dynamicOffset = 0;
  std::vector<Kernel> kernels;
  std::vector<std::string> globals;
};

/// State while one instruction is rewritten.
class Rewriter {
public:
  Rewriter(llvm::Module &module, const Locate &locate) : module(module), builder(module.getContext()), locate(locate) {}

  llvm::Expected<Rewritten> run();

  // For the tables of instructions.
  llvm::Module &module;
  llvm::IRBuilder<> builder;

  llvm::Value *i32(uint64_t value) { return builder.getInt32(uint32_t(value)); }
  /// A number that names the instruction in reports.
  llvm::Value *site(llvm::Instruction &at, llvm::Twine what, bool store = false, bool atomic = false);
  /// The same for an access of so many bytes, whose address must be a multiple of `align` as far as a GPU minds.
  llvm::Value *accessSite(llvm::Instruction &at, llvm::Twine what, bool store, uint64_t size, llvm::Align align,
                          bool atomic = false);
  /// A call of a function of the runtime.
  llvm::CallInst *call(llvm::StringRef name, llvm::Type *result, llvm::ArrayRef<llvm::Value *> args);
  llvm::Value *specialRegister(uint32_t which);
  void access(llvm::Value *pointer, llvm::Value *size, llvm::Value *site);
  /// A load or store with its check.
  llvm::Value *checkedLoad(llvm::Instruction &at, llvm::Type *type, llvm::Value *pointer, llvm::Align align,
                           llvm::Twine what);
  void checkedStore(llvm::Instruction &at, llvm::Value *value, llvm::Value *pointer, llvm::Align align,
                    llvm::Twine what);
  /// The value as the 64 bits that warp operations carry.
  llvm::Value *widen(llvm::Value *value);
  /// An operation on the mbarrier at an address; the result has 64 bits.
  llvm::Value *mbarrier(llvm::Instruction &at, llvm::Twine what, uint32_t op, llvm::Value *address, llvm::Value *value);

private:
  llvm::Error rewriteFunction(llvm::Function &function);
  llvm::Error rewriteCall(llvm::CallInst &call);
  void instrument(llvm::Instruction &instruction);
  // Loops.cpp
  void countLoops(llvm::Function &function);
  void placeSharedVariables();
  void findKernels();
  void makeEntries();
  void finish();
  llvm::Error unknown(llvm::Instruction &at, llvm::Twine what);

  const Locate &locate;
  Rewritten result;
};

/// What became of a call: nothing known, or handled with the value that replaces its result (null
/// for none).
struct Replacement {
  bool known = false;
  llvm::Value *value = nullptr;
};

/// NVVM intrinsics, by their names without "llvm.nvvm.".
Replacement rewriteIntrinsic(Rewriter &rewriter, llvm::CallInst &call, llvm::StringRef name);
/// The same for operations of warps on matrices.
Replacement rewriteMatrix(Rewriter &rewriter, llvm::CallInst &call, llvm::StringRef name);
/// The same for arithmetic.
Replacement rewriteMath(Rewriter &rewriter, llvm::CallInst &call, llvm::StringRef name);
/// PTX instructions as inline assembly.
Replacement rewriteAssembly(Rewriter &rewriter, llvm::CallInst &call, llvm::StringRef text);

} // namespace braid::emu

#endif
