//===- LaunchOperands.h - memory for the operands of a launch -------------===//
#ifndef BRAID_LIB_DEVICE_LAUNCHOPERANDS_H
#define BRAID_LIB_DEVICE_LAUNCHOPERANDS_H

#include "braid/Device/RowLaunch.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/MapVector.h"
#include <optional>
#include <random>

namespace braid::dev {

/// The buffers of one host.launch on a device, several times; what is read of them is random. A buffer that the launch
/// names twice is one.
class LaunchOperands {
public:
  LaunchOperands(row::KernelOp kernel, host::LaunchOp launch, int64_t rows, uint64_t seed);
  /// Of the dynamic axes, then the hashes of the streams of random numbers.
  llvm::ArrayRef<int64_t> sizes() const { return axisSizes; }
  /// Of one set of operands.
  int64_t bytes() const;
  /// What the launch must move, as MeasuredLaunch::bytes.
  int64_t boundBytes() const;
  /// Memory for `sets` sets and one scratch memory for the launch.
  ArenaPlan plan(const RowLaunch &launch, int64_t sets);
  /// Places that into memory large enough, and fills what is read.
  llvm::Error place(Device &device, Arena &arena, const RowLaunch &launch, int64_t sets);
  /// Of the kernel's arguments, in a set.
  llvm::ArrayRef<Address> addresses(size_t set) const { return arguments[set]; }
  const RowScratch &scratch() const { return rest; }

private:
  struct Operand {
    int64_t bytes = 0;
    host::Storage storage = host::Storage::F32;
    bool loaded = false, stored = false, summed = false, zero = false;
    int64_t gathered = 0; ///< bytes taken by id
  };
  int64_t entriesOf(row::ListType list);
  void use(mlir::BlockArgument argument, Operand &operand, bool isWritten);
  llvm::Error fill(Device &device, Address address, const Operand &operand);

  row::KernelOp kernel;
  host::LaunchOp launch;
  int64_t rows;
  std::optional<int64_t> idsBelow; ///< the length of the shortest axis along which something is taken by id
  std::mt19937_64 random;
  llvm::SmallVector<int64_t> axisSizes;
  llvm::MapVector<std::pair<const void *, int64_t>, Operand> operands; ///< by memory
  std::vector<llvm::SmallVector<Address>> arguments;
  RowScratch rest;
};

} // namespace braid::dev

#endif
