//===- CheckedNumbers.cpp - what a launch is given, and must give ---------===//

#include "CheckedNumbers.h"
#include "braid/Conversion/RowToLLVM.h"
#include "llvm/ADT/SetVector.h"
#include <cmath>
#include <cstring>

using namespace braid;
using namespace braid::dev;

/// Numbers of rows that are interpreted to see which inputs count.
constexpr int64_t maxWork = 20'000'000;

CheckedNumbers::CheckedNumbers(row::KernelOp kernel, const CheckedLaunch &launch, int64_t rows, int64_t time,
                               uint64_t seed)
    : kernel(kernel), launch(launch), rows(rows), time(time), random(seed) {
  for (const CheckedLaunch::Memory &memory : launch.memories)
    tensors.emplace_back(memory, rows);
  auto add = [&](row::AxisAttr axis) {
    int64_t length = row::numElements(kernel, axis, launch.sizes);
    if (!llvm::is_contained(lengths, length))
      lengths.push_back(length);
  };
  for (mlir::Operation &op : kernel.getBody().front()) {
    if (auto gather = llvm::dyn_cast<row::GatherOp>(op))
      for (row::AxisAttr axis : gather.getBuffer().getType().getAxes())
        if (axis.getName() == gather.getAxis())
          add(axis);
    if (auto iota = llvm::dyn_cast<row::IotaOp>(op)) // ids are compared with its numbers
      add(llvm::cast<row::ValueType>(iota.getResult().getType()).getAxes().front());
  }
}

CheckedNumbers::Data CheckedNumbers::initial() const {
  Data data;
  for (const CheckedTensor &tensor : tensors)
    data.push_back(tensor.initial);
  return data;
}

CheckedNumbers::Data CheckedNumbers::only(int64_t row) const {
  Data data;
  for (const CheckedTensor &tensor : tensors) {
    int64_t bytes = tensor.inRow * tensor.width();
    auto begin = tensor.initial.begin() + (tensor.rows > 1 ? row * bytes : 0);
    data.emplace_back(begin, begin + bytes);
  }
  return data;
}

CheckedNumbers::Data CheckedNumbers::interpret(Data data, int64_t first, int64_t begin, int64_t end,
                                               std::optional<Fp32Sample> sample) {
  auto rowZero = [&](size_t memory) {
    const CheckedTensor &tensor = tensors[memory];
    return data[memory].data() - (tensor.rows > 1 ? first * tensor.inRow * tensor.width() : 0);
  };
  std::vector<InterpretedArgument> interpreted(launch.arguments.size());
  for (auto [i, operands] : llvm::enumerate(launch.arguments)) {
    bool isList = llvm::isa<row::ListType>(kernel.getBody().getArgument(unsigned(i)).getType());
    for (const CheckedLaunch::Operand &operand : operands) {
      const CheckedTensor &tensor = tensors[operand.memory];
      if (isList)
        interpreted[i].entries.push_back(
            {rowZero(operand.memory), operand.hasRows ? tensor.inRow * tensor.width() : 0});
      else
        interpreted[i].base = rowZero(operand.memory);
    }
  }
  interpretRows(kernel, launch.sizes, interpreted, begin, end, time, sample ? &random : nullptr,
                sample.value_or(Fp32Sample::Moved));
  for (InterpretedArgument &argument : interpreted)
    for (size_t j = 0; j < argument.sum.size(); ++j) {
      float x = float(argument.sum[j]);
      std::memcpy(argument.base + 4 * j, &x, 4);
    }
  return data;
}

/// How many results of the first rows.
int64_t CheckedNumbers::notFinite() {
  int64_t found = 0;
  for (int64_t row = 0; row < std::min<int64_t>(rows, 2); ++row) {
    Data data = interpret(only(row), row, row, row + 1);
    for (auto [tensor, bytes] : llvm::zip(tensors, data))
      for (int64_t i = 0; tensor.isOutput && i < tensor.inRow; ++i)
        found += !std::isfinite(tensor.at(bytes, i));
  }
  return found;
}

void CheckedNumbers::fill(float scale) {
  for (CheckedTensor &tensor : tensors)
    tensor.fill(random, scale, lengths);
}

/// Both signs wherever that leaves as many results finite.
void CheckedNumbers::chooseSigns(float scale) {
  for (CheckedTensor &tensor : tensors)
    tensor.isPositive = false;
  fill(scale);
  int64_t least = notFinite();
  if (!least)
    return;
  for (CheckedTensor &tensor : tensors)
    tensor.isPositive = true;
  fill(scale);
  least = std::min(least, notFinite()); // the others are not for their inputs' signs
  // The entries of a list go together.
  llvm::SmallDenseSet<size_t> seen;
  for (const std::vector<CheckedLaunch::Operand> &operands : launch.arguments) {
    std::vector<CheckedTensor *> together;
    for (const CheckedLaunch::Operand &operand : operands)
      if (tensors[operand.memory].isInput && tensors[operand.memory].isReal() && seen.insert(operand.memory).second)
        together.push_back(&tensors[operand.memory]);
    auto make = [&](bool isPositive) {
      for (CheckedTensor *tensor : together) {
        tensor->isPositive = isPositive;
        tensor->fill(random, scale, lengths);
      }
    };
    if (together.empty())
      continue;
    make(false);
    if (notFinite() > least)
      make(true);
  }
}

void CheckedNumbers::expect(bool hasPlain) {
  Data exact = interpret(initial(), 0, 0, rows);
  for (auto [tensor, bytes] : llvm::zip(tensors, exact))
    tensor.expected = bytes;
  auto take = [&](Data data, Fp32Sample sample) {
    Data rounded = interpret(std::move(data), 0, 0, rows, sample);
    for (auto [tensor, a, b] : llvm::zip(tensors, exact, rounded))
      tensor.allow(a, b);
  };
  auto moved = [&] {
    Data data;
    for (const CheckedTensor &tensor : tensors)
      data.push_back(tensor.jiggled(random));
    return data;
  };
  if (hasPlain) // of inputs moved by a unit there are few, and all may round alike where these do not
    take(initial(), Fp32Sample::Plain);
  take(moved(), hasPlain ? Fp32Sample::Plain : Fp32Sample::Kept);
  take(moved(), Fp32Sample::Moved);
}

/// All of a short list; of a long one, whose entries go through the same code, the ends and some between.
std::vector<CheckedTensor *> CheckedNumbers::tellingInputs() {
  constexpr size_t ends = 3, between = 2;
  llvm::SmallSetVector<size_t, 16> memories;
  for (const std::vector<CheckedLaunch::Operand> &operands : launch.arguments)
    for (size_t i = 0, n = operands.size(); i < std::min(n, 2 * ends + between); ++i) {
      bool isShort = n <= 2 * ends + between;
      size_t which = isShort || i < ends ? i : i < 2 * ends ? n - 1 - (i - ends) : random() % n;
      memories.insert(operands[which].memory);
    }
  std::vector<CheckedTensor *> inputs;
  for (size_t memory : memories)
    if (tensors[memory].isInput && tensors[memory].inRow > 0)
      inputs.push_back(&tensors[memory]);
  return inputs;
}

std::vector<CheckedTensor *> CheckedNumbers::unseen(double tolerance) {
  std::vector<CheckedTensor *> left = tellingInputs();
  int64_t numbers = 1;
  for (const CheckedTensor &tensor : tensors)
    numbers += tensor.inRow;
  int64_t runs = std::max<int64_t>(8, maxWork / numbers);
  for (int64_t row = 0; row < std::min<int64_t>(rows, 6) && !left.empty(); ++row) {
    Data base = interpret(only(row), row, row, row + 1);
    auto isSeen = [&](CheckedTensor *input) {
      if (--runs < 0)
        return true; // of what there is no time to look at nothing is said
      CheckedTensor::Data kept = input->initial;
      input->fill(random, 1, lengths);
      Data other = interpret(only(row), row, row, row + 1);
      input->initial = std::move(kept);
      for (auto [t, tensor] : llvm::enumerate(tensors)) {
        int64_t first = tensor.rows > 1 ? row * tensor.inRow : 0;
        for (int64_t i = 0; tensor.isOutput && i < tensor.inRow; ++i)
          if (double move = std::fabs(tensor.at(base[t], i) - tensor.at(other[t], i));
              tensor.isTelling(first + i) && (move > 2 * tensor.boundOf(first + i, tolerance) || std::isnan(move)))
            return true;
      }
      return false;
    };
    llvm::erase_if(left, isSeen);
  }
  return left;
}

std::vector<CheckedTensor *> CheckedNumbers::prepare(float scale, double tolerance) {
  chooseSigns(scale);
  expect();
  std::vector<CheckedTensor *> blind = unseen(tolerance);
  for (int attempt = 0; attempt < 3 && !blind.empty(); ++attempt) {
    for (CheckedTensor *tensor : blind)
      tensor->boost *= 8;
    fill(scale);
    for (CheckedTensor &tensor : tensors)
      tensor.forget();
    expect();
    blind = unseen(tolerance);
  }
  return blind;
}
