//===- Arguments.h - arguments of a kernel from the command line ----------===//
#ifndef BRAID_TOOLS_BRAIDEMULATE_ARGUMENTS_H
#define BRAID_TOOLS_BRAIDEMULATE_ARGUMENTS_H

#include "braid/Emulator/Emulator.h"
#include "llvm/Support/raw_ostream.h"
#include <deque>

namespace braid::emu {

/// The element types that arguments can have.
enum class Element { I8, I16, I32, I64, F16, BF16, F32, F64 };

/// Arguments as --arg gives them; owns what they point to.
class Arguments {
public:
  explicit Arguments(Memory &memory) : memory(memory) {}

  /// Adds one: `f32:1.5` (a scalar), `f32[4x8]=iota` (a buffer), `memref:f32[4x8]=iota` (the descriptor
  /// of one: two pointers, offset, sizes, strides), `null`.
  llvm::Error add(llvm::StringRef text);
  llvm::ArrayRef<void *> pointers() const { return values; }
  /// The elements of every buffer, one line each, or one per row; `?` where nothing was written.
  void print(llvm::raw_ostream &out) const;

private:
  void addValue(uint64_t bits);

  struct Tensor {
    size_t number;
    Element element;
    std::vector<int64_t> shape;
    uint8_t *data;
    size_t count;
  };
  Memory &memory;
  std::deque<uint64_t> storage;
  std::vector<void *> values;
  std::vector<Tensor> tensors;
  size_t given = 0;
};

} // namespace braid::emu

#endif
