//===- RowInterpreter.cpp - row kernels, evaluated naively ----------------===//

#include "braid/Engine/RowInterpreter.h"
#include "Storage.h"
#include "braid/Runtime/Random.h"
#include "braid/Support/Elementary.h"
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

using Point = llvm::StringMap<int64_t>;

class Row {
public:
  Row(KernelOp kernel, ArrayRef<int64_t> sizes, std::vector<InterpretedArgument> &arguments, int64_t row, int64_t time,
      std::mt19937_64 *single)
      : kernel(kernel), sizes(sizes), arguments(arguments), row(row), time(time), single(single) {}
  void run() {
    for (Operation &op : kernel.getBody().front())
      run(op);
  }

private:
  mutable KernelOp kernel;
  ArrayRef<int64_t> sizes;
  std::vector<InterpretedArgument> &arguments;
  int64_t row, time;
  std::mt19937_64 *single;
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
  Tensor empty(ArrayRef<AxisAttr> axes) const {
    Tensor tensor;
    for (AxisAttr axis : axes)
      tensor.axes.push_back({axis.getName(), sizeOf(axis)});
    tensor.elements.assign(tensor.size(), 0.0);
    return tensor;
  }
  /// Calls `body(point, number)` for every element of a tensor of these axes.
  template <typename Body> static void forEach(const Tensor &tensor, Body body) {
    Point point;
    for (int64_t i = 0, n = tensor.size(); i < n; ++i) {
      int64_t rest = i;
      for (auto &[name, size] : llvm::reverse(tensor.axes)) {
        point[name] = rest % size;
        rest /= size;
      }
      body(point, i);
    }
  }
  static int64_t offsetOf(const Tensor &tensor, const Point &point) {
    int64_t offset = 0;
    for (auto &[name, size] : tensor.axes)
      offset = offset * size + point.lookup(name);
    return offset;
  }
  InterpretedArgument &argument(Value value) { return arguments[cast<BlockArgument>(value).getArgNumber()]; }
  char *rowOf(Value buffer) {
    auto type = cast<BufferType>(buffer.getType());
    return argument(buffer).base + (type.getPerRow() ? row * empty(type.getAxes()).size() * bytesOf(type.getStorage()) : 0);
  }
  void run(Operation &op);
  void runMap(MapOp map, Tensor &result);
  void runRandom(RandomOp random, Tensor &result);
};

/// What every target approximates. The others are rounded once, or exact.
static bool isApproximate(Fn fn) {
  switch (fn) {
  case Fn::Exp:
  case Fn::Log:
  case Fn::Rsqrt:
  case Fn::Tanh:
  case Fn::Sigmoid:
  case Fn::Erf:
  case Fn::Sin:
  case Fn::Cos:
  case Fn::Pow:
    return true;
  default:
    return false;
  }
}

void Row::runMap(MapOp map, Tensor &result) {
  // Units of the last place; test/Engine/math-accuracy.mlir holds the CPU to two or three, and libdevice states the same.
  constexpr double ulps = 3;
  std::uniform_real_distribution<double> off(-ulps * 0x1p-24, ulps * 0x1p-24);
  bool moved = single && isApproximate(map.getFn());
  forEach(result, [&](const Point &point, int64_t i) {
    double in[3] = {};
    for (auto [k, input] : llvm::enumerate(map.getInputs()))
      in[k] = values[input].elements[offsetOf(values[input], point)];
    result.elements[i] = elementary(map.getFn(), in);
    if (moved)
      result.elements[i] *= 1 + off(*single);
  });
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
    result = empty(typeOf(op.getResult(0)).getAxes());
  auto operand = [&](unsigned i) -> Tensor & { return values[op.getOperand(i)]; };
  if (auto load = dyn_cast<LoadOp>(op)) {
    for (auto [i, x] : llvm::enumerate(result.elements))
      x = readNumber(rowOf(load.getBuffer()), load.getBuffer().getType().getStorage(), i);
  } else if (auto gather = dyn_cast<GatherOp>(op)) {
    auto type = gather.getBuffer().getType();
    Tensor whole = empty(type.getAxes());
    int64_t id = int64_t(values[gather.getId()].elements[0]), size = whole.axes[whole.find(gather.getAxis())].second;
    forEach(result, [&](Point point, int64_t i) {
      point[gather.getAxis()] = id;
      result.elements[i] = id < 0 || id >= size ? 0 : readNumber(rowOf(gather.getBuffer()), type.getStorage(), offsetOf(whole, point));
    });
  } else if (auto stack = dyn_cast<StackOp>(op)) {
    auto type = stack.getList().getType();
    int64_t each = empty(type.getAxes()).size();
    for (auto [e, entry] : llvm::enumerate(argument(stack.getList()).entries))
      for (int64_t i = 0; i < each; ++i)
        result.elements[e * each + i] = readNumber(entry.base + row * entry.row_bytes, type.getStorage(), i);
  } else if (auto store = dyn_cast<StoreOp>(op)) {
    auto type = store.getBuffer().getType();
    Tensor target = empty(type.getAxes());
    forEach(target, [&](const Point &point, int64_t i) {
      writeNumber(rowOf(store.getBuffer()), type.getStorage(), i, operand(0).elements[offsetOf(operand(0), point)]);
    });
  } else if (auto unstack = dyn_cast<UnstackOp>(op)) {
    auto type = unstack.getList().getType();
    Tensor each = empty(type.getAxes());
    for (auto [e, entry] : llvm::enumerate(argument(unstack.getList()).entries))
      forEach(each, [&](Point point, int64_t i) {
        point[type.getAxis()] = e;
        writeNumber(entry.base + row * entry.row_bytes, type.getStorage(), i, operand(0).elements[offsetOf(operand(0), point)]);
      });
  } else if (auto accumulate = dyn_cast<AccumulateOp>(op)) {
    Tensor target = empty(accumulate.getBuffer().getType().getAxes());
    std::vector<double> &sum = argument(accumulate.getBuffer()).sum;
    sum.resize(target.size(), 0.0);
    forEach(target, [&](const Point &point, int64_t i) { sum[i] = rounded(sum[i] + operand(0).elements[offsetOf(operand(0), point)]); });
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
              reduce.getKind() == ReduceKind::Sum ? 0.0 : reduce.getKind() == ReduceKind::Max ? -infinity : infinity);
    Fn fn = reduce.getKind() == ReduceKind::Sum ? Fn::Add : reduce.getKind() == ReduceKind::Max ? Fn::Max : Fn::Min;
    forEach(operand(0), [&](const Point &point, int64_t i) {
      double &x = result.elements[offsetOf(result, point)];
      double in[2] = {x, operand(0).elements[i]};
      x = rounded(elementary(fn, in));
    });
  } else if (auto round = dyn_cast<RoundOp>(op)) {
    for (auto [i, x] : llvm::enumerate(result.elements))
      x = roundNumber(round.getStorage(), operand(0).elements[i]);
  } else if (isa<ViewOp>(op)) {
    result.elements = operand(0).elements;
  } else if (isa<TransposeOp>(op)) {
    forEach(result, [&](const Point &point, int64_t i) { result.elements[i] = operand(0).elements[offsetOf(operand(0), point)]; });
  } else if (auto slice = dyn_cast<SliceOp>(op)) {
    int64_t size = operand(0).axes[operand(0).find(slice.getAxis())].second, start = slice.getOffset();
    start += start < 0 ? size : 0;
    forEach(result, [&](Point point, int64_t i) {
      point[slice.getAxis()] = start + (slice.getAs() ? point.lookup(*slice.getAs()) : 0);
      result.elements[i] = operand(0).elements[offsetOf(operand(0), point)];
    });
  } else if (auto pad = dyn_cast<PadOp>(op)) {
    int64_t size = result.axes[result.find(pad.getAxis())].second, start = pad.getOffset();
    start += start < 0 ? size : 0;
    forEach(operand(0), [&](Point point, int64_t i) {
      point[pad.getAxis()] = start + (pad.getFrom() ? point.lookup(*pad.getFrom()) : 0);
      result.elements[offsetOf(result, point)] = operand(0).elements[i];
    });
  } else if (auto concat = dyn_cast<ConcatOp>(op)) {
    int64_t start = 0;
    for (auto [input, name] : llvm::zip(concat.getInputs(), concat.getAxes())) {
      Tensor &part = values[input];
      StringRef axis = cast<StringAttr>(name).getValue();
      forEach(part, [&](Point point, int64_t i) {
        point[concat.getAxis()] = start + point.lookup(axis);
        result.elements[offsetOf(result, point)] = part.elements[i];
      });
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

void braid::interpretRows(KernelOp kernel, ArrayRef<int64_t> sizes, std::vector<InterpretedArgument> &arguments, int64_t begin, int64_t end,
                          int64_t time, std::mt19937_64 *single) {
  for (int64_t row = begin; row < end; ++row)
    Row(kernel, sizes, arguments, row, time, single).run();
}
