//===- HostInterpreter.cpp - programs, evaluated naively ------------------===//

#include "Numbers.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Interpreter/RowInterpreter.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace braid;
using namespace braid::host;

namespace {

row::Storage storageOf(Value buffer) {
  return sameFormat<row::Storage>(cast<BufferType>(buffer.getType()).getStorage());
}

class Interpreter {
public:
  Interpreter(FuncOp func, int64_t batch, int64_t time, const std::map<std::string, void *> &externals)
      : func(func), tokens(batch * time), time(time), externals(externals) {}
  llvm::Error run();

private:
  FuncOp func;
  int64_t tokens, time;
  const std::map<std::string, void *> &externals;
  llvm::DenseMap<Value, char *> memory;
  std::vector<std::unique_ptr<char[]>> owned;

  char *allocate(BufferType type) {
    size_t bytes = size_t(type.bytes()) * (type.getSpace() == Space::Token ? tokens : 1) + 64;
    owned.emplace_back(new char[bytes]());
    return owned.back().get();
  }
  double read(Value buffer, int64_t i) { return readNumber(memory[buffer], storageOf(buffer), i); }
  void write(Value buffer, int64_t i, double x) { writeNumber(memory[buffer], storageOf(buffer), i, x); }
  llvm::Error launch(LaunchOp op);
  void recur(RecurOp op);
  void matmul(MatmulOp op);
  void scatter(ScatterOp op);
  void delay(DelayOp op);
  void remember(RememberOp op);
  llvm::Error call(Operation &op);
  llvm::Error callForNewest(Operation &op);
  void attend(AttendOp op);
  void attendGrad(AttendGradOp op);
  struct Seen {
    double score;
    unsigned source;
    int64_t row;
  };
  template <typename Attend> std::vector<Seen> seenBy(Attend op, int64_t t, int64_t h, int64_t g);
  template <typename Body> void forEachQuery(ArrayRef<int64_t> geometry, Body body);
};

llvm::Error Interpreter::run() {
  bool newest = false;
  for (Operation &op : func.getBody().front()) {
    newest |= isa<NewestOp>(op);
    if (llvm::Error error = newest ? callForNewest(op) : call(op))
      return error;
  }
  return llvm::Error::success();
}

/// Works on all tokens, and gives those back that are not the newest of their sequence.
llvm::Error Interpreter::callForNewest(Operation &op) {
  std::vector<std::pair<char *, std::vector<char>>> before; // row by row of what it may write
  for (Value operand : op.getOperands()) {
    auto type = cast<BufferType>(operand.getType());
    if (type.getSpace() == Space::Token && memory.count(operand))
      before.push_back({memory[operand], std::vector<char>(memory[operand], memory[operand] + type.bytes() * tokens)});
  }
  llvm::Error error = call(op);
  for (auto &[address, rows] : before) {
    size_t width = rows.size() / size_t(tokens);
    for (int64_t t = 0; t < tokens; ++t)
      if (t % time != time - 1)
        std::copy_n(rows.data() + size_t(t) * width, width, address + size_t(t) * width);
  }
  return error;
}

llvm::Error Interpreter::call(Operation &op) {
  if (auto buffer = dyn_cast<BufferOp>(op)) {
    memory[buffer] = allocate(buffer.getType());
  } else if (auto zeros = dyn_cast<ZerosOp>(op)) {
    memory[zeros] = allocate(zeros.getType());
  } else if (auto external = dyn_cast<ExternalOp>(op)) {
    auto found = externals.find(external.getName());
    if (found == externals.end())
      return llvm::createStringError(llvm::inconvertibleErrorCode(), "'" + external.getName() + "' is not bound");
    memory[external] = static_cast<char *>(found->second);
  } else if (auto call = dyn_cast<LaunchOp>(op)) {
    if (llvm::Error error = launch(call))
      return error;
  } else if (auto recurrence = dyn_cast<RecurOp>(op)) {
    recur(recurrence);
  } else if (auto product = dyn_cast<MatmulOp>(op)) {
    matmul(product);
  } else if (auto sum = dyn_cast<ScatterOp>(op)) {
    scatter(sum);
  } else if (auto move = dyn_cast<DelayOp>(op)) {
    delay(move);
  } else if (auto keep = dyn_cast<RememberOp>(op)) {
    remember(keep);
  } else if (isa<NewestOp>(op)) {
    // said by run()
  } else if (auto read = dyn_cast<AttendOp>(op)) {
    attend(read);
  } else if (auto read = dyn_cast<AttendGradOp>(op)) {
    attendGrad(read);
  } else {
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "'" + op.getName().getStringRef() + "' is not interpreted");
  }
  return llvm::Error::success();
}

llvm::Error Interpreter::launch(LaunchOp op) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<row::KernelOp>(op, op.getKernelAttr());
  if (!kernel)
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "there is no kernel @" + op.getKernel());
  bool perToken = op.getSpace() == Space::Token;
  int64_t rows = perToken ? tokens : int64_t(op.getRows().value_or(1));
  std::vector<InterpretedArgument> arguments(kernel.getBody().getNumArguments());
  unsigned next = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    InterpretedArgument &target = arguments[argument.getArgNumber()];
    auto list = dyn_cast<row::ListType>(argument.getType());
    if (!list) {
      target.base = memory[op.getArgs()[next++]];
      continue;
    }
    int64_t count = 0, bytes = bytesOf(list.getStorage()) * row::numElements(kernel, list.getAxes(), op.getSizes());
    for (auto [name, size] : llvm::zip(kernel.getDynamic(), op.getSizes()))
      if (cast<StringAttr>(name).getValue() == list.getAxis())
        count = size;
    for (; count > 0; --count) {
      Value buffer = op.getArgs()[next++];
      target.entries.push_back({memory[buffer], hasRows(op, buffer, bytes / bytesOf(list.getStorage())) ? bytes : 0});
    }
  }
  SmallVector<int64_t> sizes(op.getSizes());
  llvm::append_range(sizes, streamHashes(op.getStreams()));
  interpretRows(kernel, sizes, arguments, 0, rows, time);
  for (InterpretedArgument &argument : arguments)
    for (auto [i, x] : llvm::enumerate(argument.sum))
      writeNumber(argument.base, row::Storage::F32, i, x);
  return llvm::Error::success();
}

/// A sequence is one piece; no earlier run has been, and what is left is nobody's.
void Interpreter::recur(RecurOp op) {
  SymbolTableCollection symbols;
  int64_t parts = op.getParts();
  std::vector<std::vector<double>> sums(op.getArgs().size()), finals(op.getCarries().size());
  for (int64_t job = 0; job < tokens / time * parts; ++job) {
    int64_t first = job / parts * time, part = job % parts;
    auto carriesOf = [&](ArrayRef<int64_t> list) {
      std::vector<std::vector<float>> carries;
      for (int64_t numbers : list)
        carries.emplace_back(size_t(numbers), 0.0f);
      return carries;
    };
    auto own = carriesOf(op.getCarries()), replayed = carriesOf(op.getReplayed());
    auto &forward = op.getReplay() ? replayed : own;
    for (auto [i, number] : llvm::enumerate(op.getInitOf()))
      for (size_t n = 0; number >= 0 && n < forward[i].size(); ++n)
        forward[i][n] = float(read(op.getInits()[number], part * int64_t(forward[i].size()) + int64_t(n)));
    std::vector<std::vector<float>> wide;
    for (int64_t numbers : op.getWide())
      wide.emplace_back(size_t(numbers * tokens), 0.0f);
    auto run = [&](StringRef name, std::vector<std::vector<float>> &carries, OperandRange operands,
                   ArrayRef<int64_t> parted, ArrayRef<int64_t> streams, bool back) {
      auto kernel = cast<row::KernelOp>(symbols.lookupNearestSymbolFrom(op, StringAttr::get(op.getContext(), name)));
      std::vector<InterpretedArgument> arguments;
      for (auto *list : {&carries, &wide})
        for (std::vector<float> &memory : *list)
          arguments.emplace_back().base = reinterpret_cast<char *>(memory.data());
      for (auto [operand, split] : llvm::zip(operands, parted))
        arguments.emplace_back().base =
            memory[operand] + (split ? part * cast<BufferType>(operand.getType()).bytes() / parts : 0);
      for (int64_t i = 0; i < time; ++i) {
        int64_t t = first + (back ? time - 1 - i : i);
        interpretRows(kernel, streams, arguments, t, t + 1, time);
      }
      return arguments;
    };
    if (op.getReplay())
      run(*op.getReplay(), replayed, op.getReplayArgs(), op.getReplayParted(), streamHashes(op.getReplayStreams()),
          false);
    auto arguments =
        run(op.getKernel(), own, op.getArgs(), op.getParted(), streamHashes(op.getStreams()), op.getReverse());
    for (auto [i, total] : llvm::enumerate(sums)) {
      const std::vector<double> &sum = arguments[own.size() + wide.size() + i].sum;
      size_t offset = op.getParted()[i] ? size_t(part) * sum.size() : 0;
      total.resize(std::max(total.size(), op.getParted()[i] ? sum.size() * size_t(parts) : sum.size()));
      for (size_t n = 0; n < sum.size(); ++n)
        total[offset + n] += sum[n];
    }
    for (auto [i, total] : llvm::enumerate(finals)) {
      total.resize(own[i].size() * size_t(parts));
      for (size_t n = 0; n < own[i].size(); ++n)
        total[size_t(part) * own[i].size() + n] += own[i][n];
    }
  }
  for (auto [i, total] : llvm::enumerate(sums))
    for (auto [n, x] : llvm::enumerate(total))
      write(op.getArgs()[i], int64_t(n), x);
  for (auto [i, number] : llvm::enumerate(op.getFinalOf()))
    for (size_t n = 0; number >= 0 && n < finals[i].size(); ++n)
      write(op.getFinals()[number], int64_t(n), finals[i][n]);
}

void Interpreter::matmul(MatmulOp op) {
  SmallVector<int64_t> dims(op.getDims());
  for (auto [i, name] : llvm::enumerate(SmallVector<StringRef>{"batch", "m", "n", "k"}))
    if (op.getTokenDim() == name)
      dims[i] *= tokens;
  auto a = op.getAStrides(), b = op.getBStrides(), c = op.getCStrides();
  for (int64_t s = 0; s < dims[0]; ++s)
    for (int64_t m = 0; m < dims[1]; ++m)
      for (int64_t n = 0; n < dims[2]; ++n) {
        int64_t at = s * c[0] + m * c[1] + n * c[2];
        double sum = op.getAccumulate() ? read(op.getC(), at) : 0;
        for (int64_t k = 0; k < dims[3]; ++k)
          sum += read(op.getA(), s * a[0] + m * a[1] + k * a[2]) * read(op.getB(), s * b[0] + k * b[1] + n * b[2]);
        write(op.getC(), at, sum);
      }
}

void Interpreter::scatter(ScatterOp op) {
  int64_t width = cast<BufferType>(op.getInput().getType()).getNumbers(), rows = op.getRows();
  std::vector<double> table(rows * width, 0.0);
  for (int64_t t = 0; t < tokens; ++t) {
    int64_t id = int64_t(read(op.getIds(), t));
    for (int64_t j = 0; id >= 0 && id < rows && j < width; ++j)
      table[id * width + j] += read(op.getInput(), t * width + j);
  }
  for (auto [i, x] : llvm::enumerate(table))
    write(op.getTable(), i, x);
}

/// No earlier run has been: the past is the run's own rows.
void Interpreter::remember(RememberOp op) {
  int64_t numbers = cast<BufferType>(op.getInput().getType()).getNumbers() * tokens;
  for (int64_t i = 0; i < numbers; ++i)
    write(op.getOutput(), i, read(op.getInput(), i));
}

void Interpreter::delay(DelayOp op) {
  int64_t width = cast<BufferType>(op.getInput().getType()).getNumbers(), distance = op.getDistance();
  double nothing = storageOf(op.getOutput()) == row::Storage::I32 ? -1 : 0;
  for (int64_t t = 0; t < tokens; ++t) {
    int64_t from = t % time - distance;
    for (int64_t i = 0; i < width; ++i)
      write(op.getOutput(), t * width + i,
            from >= 0 && from < time ? read(op.getInput(), (t - distance) * width + i) : nothing);
  }
}

/// What the query (t, h, g) sees: source, row, score.
template <typename Attend>
std::vector<Interpreter::Seen> Interpreter::seenBy(Attend op, int64_t t, int64_t h, int64_t g) {
  auto geometry = op.getGeometry();
  int64_t heads = geometry[0], group = geometry[1], d = geometry[2], position = t % time;
  std::vector<Seen> seen;
  unsigned segmented = 0, marked = 0;
  for (unsigned s = 0; s < op.getKeys().size(); ++s) {
    bool slots = op.getKinds()[s] == 1;
    int64_t first = slots ? 0 : t / time * time, count = slots ? op.getSlots()[s] : time;
    AttentionMask mask = op.maskOf(s);
    Value segments = mask.segments ? op.getSegments()[segmented++] : Value();
    Value marks = mask.only ? op.getMarks()[marked++] : Value();
    std::vector<int64_t> places;
    for (int64_t p = 0; p < count; ++p)
      if (slots || mask.allows(position, p, !segments || read(segments, first + p) == read(segments, t),
                               !marks || read(marks, first + p) != 0))
        places.push_back(p);
    if (mask.window > 0 && int64_t(places.size()) > mask.window)
      places.erase(places.begin(), places.end() - mask.window);
    for (int64_t p : places) {
      double score = 0;
      for (int64_t i = 0; i < d; ++i)
        score += read(op.getQuery(), ((t * heads + h) * group + g) * d + i) *
                 read(op.getKeys()[s], ((first + p) * heads + h) * d + i);
      seen.push_back({score * op.getScale().convertToDouble(), s, first + p});
    }
  }
  return seen;
}

template <typename Body> void Interpreter::forEachQuery(ArrayRef<int64_t> geometry, Body body) {
  for (int64_t t = 0; t < tokens; ++t)
    for (int64_t h = 0; h < geometry[0]; ++h)
      for (int64_t g = 0; g < geometry[1]; ++g)
        body(t, h, g, (t * geometry[0] + h) * geometry[1] + g);
}

void Interpreter::attend(AttendOp op) {
  int64_t heads = op.getGeometry()[0], e = op.getGeometry()[3];
  forEachQuery(op.getGeometry(), [&](int64_t t, int64_t h, int64_t g, int64_t query) {
    std::vector<Seen> seen = seenBy(op, t, h, g);
    double top = -std::numeric_limits<double>::infinity(), total = 0;
    for (Seen &each : seen)
      top = std::max(top, each.score);
    for (Seen &each : seen)
      total += std::exp(each.score - top);
    write(op.getLse(), query, seen.empty() ? top : top + std::log(total));
    for (int64_t i = 0; i < e; ++i) {
      double sum = 0;
      for (Seen &each : seen)
        sum += std::exp(each.score - top) / total * read(op.getValues()[each.source], (each.row * heads + h) * e + i);
      write(op.getOutput(), query * e + i, sum);
    }
  });
}

void Interpreter::attendGrad(AttendGradOp op) {
  int64_t heads = op.getGeometry()[0], d = op.getGeometry()[2], e = op.getGeometry()[3];
  double scale = op.getScale().convertToDouble();
  std::vector<std::vector<double>> keys, values; // by source
  for (unsigned s = 0; s < op.getKeys().size(); ++s) {
    int64_t rows = op.getKinds()[s] == 1 ? int64_t(op.getSlots()[s]) : tokens;
    keys.emplace_back(rows * heads * d, 0.0);
    values.emplace_back(rows * heads * e, 0.0);
  }
  forEachQuery(op.getGeometry(), [&](int64_t t, int64_t h, int64_t g, int64_t query) {
    double lse = read(op.getLse(), query), delta = 0;
    for (int64_t i = 0; i < e; ++i)
      delta += read(op.getOutputGrad(), query * e + i) * read(op.getOutput(), query * e + i);
    std::vector<double> queryGrad(d, 0.0);
    for (Seen &each : seenBy(op, t, h, g)) {
      double weight = std::exp(each.score - lse), product = 0;
      int64_t row = each.row * heads + h;
      for (int64_t i = 0; i < e; ++i) {
        double grad = read(op.getOutputGrad(), query * e + i);
        product += grad * read(op.getValues()[each.source], row * e + i);
        values[each.source][row * e + i] += weight * grad;
      }
      double score = weight * (product - delta) * scale;
      for (int64_t i = 0; i < d; ++i) {
        queryGrad[i] += score * read(op.getKeys()[each.source], row * d + i);
        keys[each.source][row * d + i] += score * read(op.getQuery(), query * d + i);
      }
    }
    for (int64_t i = 0; i < d; ++i)
      write(op.getQueryGrad(), query * d + i, queryGrad[i]);
  });
  for (unsigned s = 0; s < keys.size(); ++s) {
    auto store = [&](Value grads, ArrayRef<double> numbers) {
      for (auto [i, x] : llvm::enumerate(numbers))
        write(grads, i, op.getAccumulate() ? x + read(grads, i) : x);
    };
    store(op.getKeyGrads()[s], keys[s]);
    store(op.getValueGrads()[s], values[s]);
  }
}

} // namespace

llvm::Error braid::interpretProgram(FuncOp func, int64_t batch, int64_t time,
                                    const std::map<std::string, void *> &externals) {
  if (func.getPositions() && time > int64_t(*func.getPositions()))
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "sequences of " + llvm::Twine(time) +
                                                                       " tokens; a table by position has " +
                                                                       llvm::Twine(*func.getPositions()) + " rows");
  return Interpreter(func, batch, time, externals).run();
}
