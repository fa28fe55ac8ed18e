//===- RowInterpreter.cpp - row kernels, evaluated naively ----------------===//

#include "braid/Interpreter/RowInterpreter.h"
#include "Numbers.h"
#include "braid/Support/Elementary.h"
#include "braid/Support/Random.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace braid;
using namespace braid::row;

namespace {

/// A value of one row: its elements in row-major order.
struct Tensor {
  SmallVector<std::pair<StringRef, int64_t>> axes;
  std::vector<double> elements;

  int64_t size() const {
    int64_t n = 1;
    for (auto [name, size] : axes)
      n *= size;
    return n;
  }
  int find(StringRef name) const {
    for (auto [i, axis] : llvm::enumerate(axes))
      if (axis.first == name)
        return int(i);
    return -1;
  }
};

/// How far a step along each axis of `over` goes in a tensor: 0 where the tensor lacks the axis.
static SmallVector<int64_t> stepsIn(const Tensor &tensor, const Tensor &over) {
  SmallVector<int64_t> steps(over.axes.size(), 0);
  int64_t step = 1;
  for (auto &[name, size] : llvm::reverse(tensor.axes)) {
    if (int at = over.find(name); at >= 0)
      steps[size_t(at)] = step;
    step *= size;
  }
  return steps;
}

/// The step along one axis.
static int64_t stepOf(const Tensor &tensor, StringRef axis) {
  int64_t step = 1;
  for (size_t i = tensor.axes.size(); i-- > 0 && tensor.axes[i].first != axis;)
    step *= tensor.axes[i].second;
  return step;
}

/// Adds to one of the two parts of a sum in fp32.
static void addTo(double &above, double &below, double x) {
  double &part = x > 0 ? above : below;
  part = float(part + x);
}

/// Where a part of a sum leaves the range of fp32, the order decides what becomes of it: the parts first.
static void chooseOrder(MutableArrayRef<double> sum, ArrayRef<double> above, ArrayRef<double> below) {
  for (auto [x, a, b] : llvm::zip(sum, above, below))
    if (!std::isfinite(a) || !std::isfinite(b))
      x = a + b;
}

class Row {
public:
  Row(KernelOp kernel, ArrayRef<int64_t> sizes, std::vector<InterpretedArgument> &arguments, int64_t row, int64_t time,
      std::mt19937_64 *single, Fp32Sample sample)
      : kernel(kernel), sizes(sizes), arguments(arguments), row(row), time(time), single(single), sample(sample),
        plain(sample == Fp32Sample::Plain) {}
  void run() {
    for (Operation &op : kernel.getBody().front()) {
      run(op);
      for (Value operand : op.getOperands())
        if (llvm::all_of(operand.getUsers(),
                         [&](Operation *user) { return user == &op || user->isBeforeInBlock(&op); }))
          values.erase(operand);
    }
  }

private:
  mutable KernelOp kernel;
  ArrayRef<int64_t> sizes;
  std::vector<InterpretedArgument> &arguments;
  int64_t row, time;
  std::mt19937_64 *single;
  Fp32Sample sample;
  bool plain;
  llvm::DenseMap<Value, Tensor> values;

  double rounded(double x) const { return single ? double(float(x)) : x; }
  int64_t sizeOf(AxisAttr axis) const {
    if (!axis.isDynamic())
      return axis.getSize();
    for (auto [name, size] : llvm::zip(kernel.getDynamic(), sizes))
      if (cast<StringAttr>(name).getValue() == axis.getName())
        return size;
    llvm_unreachable("a dynamic axis without a size");
  }
  /// A tensor with the axes, and no elements.
  Tensor shape(ArrayRef<AxisAttr> axes) const {
    Tensor tensor;
    for (AxisAttr axis : axes)
      tensor.axes.push_back({axis.getName(), sizeOf(axis)});
    return tensor;
  }
  Tensor zeros(ArrayRef<AxisAttr> axes) const {
    Tensor tensor = shape(axes);
    tensor.elements.assign(size_t(tensor.size()), 0.0);
    return tensor;
  }
  /// Calls `body(number, offset)` for every element of a tensor, in order; the offset moves by `steps` along its axes.
  template <typename Body> static void forEach(const Tensor &tensor, ArrayRef<int64_t> steps, Body body) {
    SmallVector<int64_t> point(tensor.axes.size(), 0);
    int64_t offset = 0, inner = point.empty() ? 1 : tensor.axes.back().second, step = point.empty() ? 0 : steps.back();
    for (int64_t i = 0, n = tensor.size(); i < n;) {
      for (int64_t k = 0; k < inner; ++k, ++i)
        body(i, offset + k * step);
      for (size_t axis = point.empty() ? 0 : point.size() - 1; axis-- > 0;) {
        offset += steps[axis];
        if (++point[axis] < tensor.axes[axis].second)
          break;
        offset -= steps[axis] * point[axis];
        point[axis] = 0;
      }
    }
  }
  /// The elements of `from` under those of `tensor`, axes matched by name.
  static std::vector<double> spread(const Tensor &from, const Tensor &tensor) {
    std::vector<double> result(size_t(tensor.size()));
    forEach(tensor, stepsIn(from, tensor),
            [&](int64_t i, int64_t offset) { result[size_t(i)] = from.elements[size_t(offset)]; });
    return result;
  }
  InterpretedArgument &argument(Value value) { return arguments[cast<BlockArgument>(value).getArgNumber()]; }
  char *rowOf(Value buffer) {
    auto type = cast<BufferType>(buffer.getType());
    return argument(buffer).base +
           (type.getPerRow() ? row * type.getParts() * shape(type.getAxes()).size() * bytesOf(type.getStorage()) : 0);
  }
  void run(Operation &op);
  void runMap(MapOp map, Tensor &result);
  void runRandom(RandomOp random, Tensor &result);
};

void Row::runMap(MapOp map, Tensor &result) {
  // Units of the last place; test/Engine/math-accuracy.mlir holds the CPU to two or three, and libdevice states the
  // same.
  double ulps = elementwiseInfo(map.getFn()).ulps;
  bool moved = single && !plain && ulps > 0;
  std::vector<double> spreadInputs[3];
  const double *inputs[3];
  for (auto [k, input] : llvm::enumerate(map.getInputs())) {
    const Tensor &tensor = values[input];
    if (tensor.axes != result.axes)
      spreadInputs[k] = spread(tensor, result);
    inputs[k] = tensor.axes == result.axes ? tensor.elements.data() : spreadInputs[k].data();
  }
  Fn fn = map.getFn();
  size_t count = map.getInputs().size();
  // A slope that is all rounding (of a tanh that is nearly 1) is 0 on one target and not on another, and takes away
  // what is no number: each sample decides by itself. One that is merely small leaves it.
  auto isLost = [&](double slope, double x) {
    return single && fn == Fn::MulZ && !std::isfinite(x) && std::fabs(slope) < 0x1p-20 && sample != Fp32Sample::Kept &&
           (plain || ((*single)() & 1));
  };
  for (size_t i = 0; i < result.elements.size(); ++i) {
    double in[3] = {};
    for (size_t k = 0; k < count; ++k)
      in[k] = inputs[k][i];
    result.elements[i] = isLost(in[0], in[1]) || isLost(in[1], in[0]) ? 0 : elementary(fn, in);
    if (moved)
      result.elements[i] *= 1 + ulps * 0x1p-24 * (double((*single)() >> 11) * 0x1p-52 - 1);
  }
}

void Row::runRandom(RandomOp random, Tensor &result) {
  uint32_t draw[4];
  std::memcpy(draw, rowOf(random.getDraw()), sizeof draw);
  uint64_t seed = draw[0] | uint64_t(draw[1]) << 32;
  uint64_t key = rt::keyOfHash(seed, uint64_t(sizes[kernel.getDynamic().size() + random.getStream()]));
  rt::TokenCoordinates token{draw[2], draw[3] + uint32_t(row / time), uint32_t(row % time)};
  if (random.getPerSequence())
    token.position = rt::everyPosition;
  std::vector<float> drawn(result.elements.size());
  bool normal = random.getDistribution() == Distribution::Normal;
  (normal ? rt::fillTokenNormal : rt::fillTokenUniform)(drawn.data(), int64_t(drawn.size()), key, token,
                                                        float(random.getScale().convertToDouble()));
  std::copy(drawn.begin(), drawn.end(), result.elements.begin());
}

void Row::run(Operation &op) {
  Tensor result;
  if (op.getNumResults())
    result = zeros(typeOf(op.getResult(0)).getAxes());
  auto operand = [&](unsigned i) -> Tensor & { return values[op.getOperand(i)]; };
  if (auto load = dyn_cast<LoadOp>(op)) {
    const char *memory = rowOf(load.getBuffer());
    Storage storage = load.getBuffer().getType().getStorage();
    for (auto [i, x] : llvm::enumerate(result.elements))
      x = readNumber(memory, storage, i);
  } else if (auto gather = dyn_cast<GatherOp>(op)) {
    auto type = gather.getBuffer().getType();
    Tensor whole = shape(type.getAxes());
    const char *memory = rowOf(gather.getBuffer());
    int64_t id = int64_t(values[gather.getId()].elements[0]), size = whole.axes[whole.find(gather.getAxis())].second;
    int64_t start = id * stepOf(whole, gather.getAxis());
    if (id >= 0 && id < size) // zero elsewhere
      forEach(result, stepsIn(whole, result), [&](int64_t i, int64_t offset) {
        result.elements[i] = readNumber(memory, type.getStorage(), start + offset);
      });
  } else if (auto stack = dyn_cast<StackOp>(op)) {
    auto type = stack.getList().getType();
    int64_t each = shape(type.getAxes()).size();
    for (auto [e, entry] : llvm::enumerate(argument(stack.getList()).entries))
      for (int64_t i = 0; i < each; ++i)
        result.elements[e * each + i] = readNumber(entry.base + row * entry.row_bytes, type.getStorage(), i);
  } else if (auto store = dyn_cast<StoreOp>(op)) {
    auto type = store.getBuffer().getType();
    char *memory = rowOf(store.getBuffer());
    for (auto [i, x] : llvm::enumerate(spread(operand(0), shape(type.getAxes()))))
      writeNumber(memory, type.getStorage(), i, x);
  } else if (auto unstack = dyn_cast<UnstackOp>(op)) {
    auto type = unstack.getList().getType();
    Tensor each = shape(type.getAxes());
    int64_t step = operand(0).find(type.getAxis()) < 0 ? 0 : stepOf(operand(0), type.getAxis());
    for (auto [e, entry] : llvm::enumerate(argument(unstack.getList()).entries))
      forEach(each, stepsIn(operand(0), each), [&](int64_t i, int64_t offset) {
        writeNumber(entry.base + row * entry.row_bytes, type.getStorage(), i,
                    operand(0).elements[int64_t(e) * step + offset]);
      });
  } else if (auto accumulate = dyn_cast<AccumulateOp>(op)) {
    Tensor target = shape(accumulate.getBuffer().getType().getAxes());
    InterpretedArgument &to = argument(accumulate.getBuffer());
    to.sum.resize(target.size(), 0.0);
    to.above.resize(plain ? target.size() : 0, 0.0);
    to.below.resize(to.above.size(), 0.0);
    for (auto [i, x] : llvm::enumerate(spread(operand(0), target))) {
      to.sum[i] = rounded(to.sum[i] + x);
      if (plain)
        addTo(to.above[i], to.below[i], x);
    }
  } else if (auto constant = dyn_cast<ConstantOp>(op)) {
    std::fill(result.elements.begin(), result.elements.end(), constant.getValue().convertToDouble());
  } else if (isa<IotaOp>(op)) {
    for (auto [i, x] : llvm::enumerate(result.elements))
      x = double(i);
  } else if (isa<PositionOp>(op)) {
    result.elements[0] = double(row % time);
  } else if (auto random = dyn_cast<RandomOp>(op)) {
    runRandom(random, result);
  } else if (auto map = dyn_cast<MapOp>(op)) {
    runMap(map, result);
  } else if (auto reduce = dyn_cast<ReduceOp>(op)) {
    double infinity = std::numeric_limits<double>::infinity();
    std::fill(result.elements.begin(), result.elements.end(),
              reduce.getKind() == ReduceKind::Sum   ? 0.0
              : reduce.getKind() == ReduceKind::Max ? -infinity
                                                    : infinity);
    Fn fn = reduce.getKind() == ReduceKind::Sum ? Fn::Add : reduce.getKind() == ReduceKind::Max ? Fn::Max : Fn::Min;
    forEach(operand(0), stepsIn(result, operand(0)), [&](int64_t i, int64_t offset) {
      double &x = result.elements[offset];
      double in[2] = {x, operand(0).elements[i]};
      x = rounded(elementary(fn, in));
    });
    if (plain && reduce.getKind() == ReduceKind::Sum) {
      std::vector<double> above(result.elements.size(), 0.0), below = above;
      forEach(operand(0), stepsIn(result, operand(0)),
              [&](int64_t i, int64_t offset) { addTo(above[offset], below[offset], operand(0).elements[i]); });
      chooseOrder(result.elements, above, below);
    }
  } else if (auto round = dyn_cast<RoundOp>(op)) {
    for (auto [i, x] : llvm::enumerate(result.elements)) {
      double exact = operand(0).elements[i];
      x = roundNumber(round.getStorage(), exact);
      // Near the middle between two bf16 numbers, code may round either way.
      if (single && round.getStorage() == Storage::BF16 && x != exact && std::isfinite(x) && (*single)() % 4 == 0)
        x = llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(float(x)) + ((exact > x) == (x >= 0) ? 0x10000u : ~0xffffu));
    }
  } else if (isa<ViewOp>(op)) {
    result.elements = operand(0).elements;
  } else if (isa<TransposeOp>(op)) {
    result.elements = spread(operand(0), result);
  } else if (auto slice = dyn_cast<SliceOp>(op)) {
    int64_t size = operand(0).axes[operand(0).find(slice.getAxis())].second, start = slice.getOffset();
    start += start < 0 ? size : 0;
    SmallVector<int64_t> steps = stepsIn(operand(0), result);
    int64_t step = stepOf(operand(0), slice.getAxis());
    if (slice.getAs())
      steps[size_t(result.find(*slice.getAs()))] = step;
    forEach(result, steps,
            [&](int64_t i, int64_t offset) { result.elements[i] = operand(0).elements[start * step + offset]; });
  } else if (auto pad = dyn_cast<PadOp>(op)) {
    int64_t size = result.axes[result.find(pad.getAxis())].second, start = pad.getOffset();
    start += start < 0 ? size : 0;
    SmallVector<int64_t> steps = stepsIn(result, operand(0));
    int64_t step = stepOf(result, pad.getAxis());
    if (pad.getFrom())
      steps[size_t(operand(0).find(*pad.getFrom()))] = step;
    forEach(operand(0), steps,
            [&](int64_t i, int64_t offset) { result.elements[start * step + offset] = operand(0).elements[i]; });
  } else if (auto concat = dyn_cast<ConcatOp>(op)) {
    int64_t start = 0;
    for (auto [input, name] : llvm::zip(concat.getInputs(), concat.getAxes())) {
      Tensor &part = values[input];
      StringRef axis = cast<StringAttr>(name).getValue();
      SmallVector<int64_t> steps = stepsIn(result, part);
      int64_t step = stepOf(result, concat.getAxis());
      steps[size_t(part.find(axis))] = step;
      forEach(part, steps,
              [&](int64_t i, int64_t offset) { result.elements[start * step + offset] = part.elements[i]; });
      start += part.axes[part.find(axis)].second;
    }
  }
  if (single)
    for (double &x : result.elements)
      x = rounded(x);
  if (op.getNumResults())
    values[op.getResult(0)] = std::move(result);
}

} // namespace

void braid::interpretRows(KernelOp kernel, ArrayRef<int64_t> sizes, std::vector<InterpretedArgument> &arguments,
                          int64_t begin, int64_t end, int64_t time, std::mt19937_64 *single, Fp32Sample sample) {
  for (int64_t row = begin; row < end; ++row)
    Row(kernel, sizes, arguments, row, time, single, sample).run();
  for (InterpretedArgument &argument : arguments)
    if (sample == Fp32Sample::Plain)
      chooseOrder(argument.sum, argument.above, argument.below);
}
