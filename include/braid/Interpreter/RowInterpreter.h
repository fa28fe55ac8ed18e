//===- RowInterpreter.h - row kernels and programs, evaluated naively -----===//
//
// What a kernel means, in double precision, one op after another: to check the code
// generators of all targets against. Slow; shares no code with them.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_INTERPRETER_ROWINTERPRETER_H
#define BRAID_INTERPRETER_ROWINTERPRETER_H

#include "braid/Runtime/ABI.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/Support/Error.h"
#include <map>
#include <random>
#include <string>
#include <vector>

namespace braid {

/// An argument of an interpreted kernel.
struct InterpretedArgument {
  char *base = nullptr;             ///< of a buffer: row 0
  std::vector<braid_entry> entries; ///< of a list
  std::vector<double> sum;          ///< of a sum across rows: grows with every row
  std::vector<double> above, below; ///< the same of what is above 0 and of all else, in a plain sample
};

/// Samples of what fp32 arithmetic makes of a kernel, for where `single` is given.
enum class Fp32Sample {
  Moved, ///< functions are off by some units of the last place; small factors count as 0 now and then
  Kept,  ///< the same, but small factors are what they are
  Plain  ///< functions are rounded and no more; small factors always count as 0
};

/// `sizes`: of the kernel's dynamic axes, then the hashes of its streams.
/// Runs the kernel for rows begin … end-1; stores to f32 and bf16 round to nearest.
/// `single`: for what plain fp32 arithmetic can resolve. Every value and partial sum is rounded to fp32, and what no
/// target computes to the last bit (exp, tanh, …) is off by some units of its last place, which are drawn from it, as
/// is which of the two bf16 numbers beside it a value is rounded to now and then. A factor (`mulz`) below 2^-20 counts
/// as 0, now and then, where the other one is not finite; in a sample `Kept` never does.
/// `Plain`: the other end of that. Functions are rounded and no more, so that what is exact in fp32 (a sigmoid that is
/// 1, the exp of 0) is so everywhere at once; small factors always count as 0 there; and a sum of which the numbers of
/// one sign leave the range of fp32 is what adding those first makes of it, an infinity or NaN.
void interpretRows(row::KernelOp kernel, llvm::ArrayRef<int64_t> sizes, std::vector<InterpretedArgument> &arguments,
                   int64_t begin, int64_t end, int64_t time, std::mt19937_64 *single = nullptr,
                   Fp32Sample sample = Fp32Sample::Moved);

/// Runs a host.func. Every host.buffer has memory of its own, so a plan of memory has no effect here.
/// Fails when an external is not bound.
llvm::Error interpretProgram(host::FuncOp func, int64_t batch, int64_t time,
                             const std::map<std::string, void *> &externals);

} // namespace braid

#endif
