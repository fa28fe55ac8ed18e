//===- Recur.cpp - row recurrences over threads ---------------------------===//
//
// A job is one sequence and one part of a row: its tokens come one after another, in pieces,
// on one thread, with the carries in memory of that thread's. Jobs are cut into one range for
// each thread. Sums over tokens: a piece in fp32, then in double, the jobs' sums in the
// order of the sequences. So bits depend on neither threads nor their number.
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "TableCheck.h"
#include "TableReader.h"
#include "Threads.h"
#include <algorithm>
#include <vector>

using namespace braid::rt;

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static void checkKernel(TableCheck &table) {
  table.kernel();
  table.next(0, mostNumbers, "the scratch of a thread");
  for (int64_t i = table.count("the number of streams"); i > 0 && table.good(); --i)
    table.next();
  for (int64_t i = table.count("the number of arguments"); i > 0 && table.good(); --i) {
    int64_t kind = table.next(BRAID_ARG_BUFFER, BRAID_ARG_SUM, "the kind of an argument");
    if (kind == BRAID_ARG_LIST)
      table.fail("a recurrence has no lists");
    table.place();
    table.next(0, mostNumbers, "the size of a part");
    if (kind == BRAID_ARG_SUM)
      table.next(0, mostNumbers, "the size of a sum");
  }
}

void braid::rt::tables::recur(TableCheck &table) {
  // Their products are bytes of memory.
  constexpr int64_t most = int64_t(1) << 50;
  table.next(0, 1, "the direction of a recurrence");
  int64_t piece = table.next(1, most, "the length of a piece"), parts = table.next(1, most, "the number of parts");
  auto optional = [&] {
    if (table.next(0, 1, "whether there is a buffer"))
      table.place();
  };
  for (int64_t i = table.count("the number of carries"); i > 0 && table.good(); --i) {
    table.next(1, most / std::max(parts, piece), "the size of a carry");
    optional();
    if (table.next(0, 1, "whether a carry is remembered") && table.pastOrPlace() != BRAID_PAST_CARRY)
      table.fail("what a carry was left is no past of a carry");
    optional();
  }
  for (int64_t i = table.count("the number of reverse carries"); i > 0 && table.good(); --i) {
    table.next(1, most / std::max(parts, piece), "the size of a carry");
    optional();
  }
  for (int64_t i = table.count("the number of wide values"); i > 0 && table.good(); --i)
    table.next(1, most / piece, "the size of a wide value");
  checkKernel(table);
  if (table.next(0, 1, "whether there is a replay"))
    checkKernel(table);
}

namespace {

struct Arg {
  char *base;
  int64_t partBytes;
  int64_t sum; ///< numbers of a part; 0: no sum
};

struct Kernel {
  braid_kernel code = nullptr;
  int64_t scratchBytes = 0;
  std::vector<int64_t> streams;
  std::vector<Arg> args;
};

struct ForwardCarry {
  int64_t numbers;
  const float *init = nullptr;      ///< null: 0
  char *past = nullptr;             ///< null: none
  const int64_t *current = nullptr; ///< of a past: which of its two rows each sequence was left
  float *tape = nullptr;            ///< null: none
  int64_t tapeRow = 0;              ///< numbers for each token
};

struct BackwardCarry {
  int64_t numbers;
  float *final = nullptr; ///< null: nobody wants it
};

struct Recurrence {
  const braid_context &abi;
  bool reverse;
  int64_t piece, parts;
  std::vector<ForwardCarry> forward;
  std::vector<BackwardCarry> backward;
  std::vector<int64_t> wide;
  Kernel body, replay;

  Recurrence(const braid_context &abi, const braid_kernel *kernels, const int64_t *table);
  int64_t scratchBytes() const;
  void run(int64_t job, char *memory, double *sums, float *finals) const;
  int64_t sumNumbers() const;
  int64_t finalNumbers() const;

private:
  void call(const Kernel &kernel, void *const *args, int64_t begin, int64_t end, char *scratch) const {
    kernel.code(args, kernel.streams.data(), begin, end, &abi.rows, scratch);
  }
  void begin(int64_t s, int64_t part, int64_t piece, const std::vector<float *> &states) const;
  int64_t firstRow(int64_t s) const { return s * abi.rows.time + abi.rows.first[s]; }
  bool beginsHere(int64_t s) const { return abi.rows.start[s] + abi.rows.first[s] == 0; }
};

constexpr int64_t line = 64;
int64_t padded(int64_t bytes) { return (bytes + line - 1) / line * line; }

} // namespace

static Kernel readKernel(const braid_context &abi, const braid_kernel *kernels, Cursor &cursor) {
  Kernel kernel;
  kernel.code = kernels[cursor.next()];
  kernel.scratchBytes = cursor.next();
  kernel.streams.resize(size_t(cursor.next()));
  for (int64_t &stream : kernel.streams)
    stream = cursor.next();
  kernel.args.resize(size_t(cursor.next()));
  for (Arg &arg : kernel.args) {
    int64_t kind = cursor.next(), base = cursor.next(), offset = cursor.next();
    arg.base = addressOf(abi, base, offset);
    arg.partBytes = cursor.next();
    arg.sum = kind == BRAID_ARG_SUM ? cursor.next() : 0;
  }
  return kernel;
}

Recurrence::Recurrence(const braid_context &abi, const braid_kernel *kernels, const int64_t *table) : abi(abi) {
  Cursor cursor(table);
  reverse = cursor.next();
  piece = cursor.next();
  parts = cursor.next();
  auto optional = [&]() -> float * {
    if (!cursor.next())
      return nullptr;
    int64_t base = cursor.next(), offset = cursor.next();
    return reinterpret_cast<float *>(addressOf(abi, base, offset));
  };
  forward.resize(size_t(cursor.next()));
  for (ForwardCarry &carry : forward) {
    carry.numbers = cursor.next();
    carry.init = optional();
    if (cursor.next()) {
      cursor.next();
      int64_t external = cursor.next();
      if (abi.past && abi.past[external].before) {
        carry.past = static_cast<char *>(abi.external[external]);
        carry.current = abi.past[external].before;
      }
    }
    carry.tape = optional();
    carry.tapeRow = (carry.numbers * parts + piece - 1) / piece;
  }
  backward.resize(size_t(cursor.next()));
  for (BackwardCarry &carry : backward) {
    carry.numbers = cursor.next();
    carry.final = optional();
  }
  wide.resize(size_t(cursor.next()));
  for (int64_t &numbers : wide)
    numbers = cursor.next();
  body = readKernel(abi, kernels, cursor);
  if (cursor.next())
    replay = readKernel(abi, kernels, cursor);
}

//===----------------------------------------------------------------------===//
// One job
//===----------------------------------------------------------------------===//

int64_t Recurrence::scratchBytes() const {
  int64_t bytes = padded(std::max(body.scratchBytes, replay.scratchBytes));
  for (const ForwardCarry &carry : forward)
    bytes += padded(4 * carry.numbers);
  for (const BackwardCarry &carry : backward)
    bytes += padded(4 * carry.numbers);
  for (int64_t numbers : wide)
    bytes += padded(4 * numbers * piece);
  for (const Arg &arg : body.args)
    bytes += padded(4 * arg.sum);
  return bytes;
}

int64_t Recurrence::sumNumbers() const {
  int64_t numbers = 0;
  for (const Arg &arg : body.args)
    numbers += arg.sum;
  return numbers;
}

int64_t Recurrence::finalNumbers() const {
  int64_t numbers = 0;
  for (const BackwardCarry &carry : backward)
    numbers += carry.final ? carry.numbers : 0;
  return numbers;
}

/// What the carries are at the first token of a piece of a sequence.
void Recurrence::begin(int64_t s, int64_t part, int64_t number, const std::vector<float *> &states) const {
  for (size_t i = 0; i < forward.size(); ++i) {
    const ForwardCarry &carry = forward[i];
    size_t bytes = size_t(carry.numbers) * 4;
    if (number > 0)
      std::memcpy(states[i], carry.tape + firstRow(s) * carry.tapeRow + ((number - 1) * parts + part) * carry.numbers,
                  bytes);
    else if (!beginsHere(s) && carry.past)
      std::memcpy(states[i], carry.past + ((s * 2 + carry.current[s]) * parts + part) * int64_t(bytes), bytes);
    else if (carry.init)
      std::memcpy(states[i], carry.init + part * carry.numbers, bytes);
    else
      std::memset(states[i], 0, bytes);
  }
}

void Recurrence::run(int64_t job, char *memory, double *sums, float *finals) const {
  int64_t s = job / parts, part = job % parts, count = abi.rows.count[s], first = firstRow(s);
  if (count == 0)
    return;
  char *scratch = memory, *at = memory + padded(std::max(body.scratchBytes, replay.scratchBytes));
  auto take = [&](int64_t numbers) {
    float *found = reinterpret_cast<float *>(at);
    at += padded(4 * numbers);
    return found;
  };
  std::vector<float *> ahead, back, wides, partials;
  for (const ForwardCarry &carry : forward)
    ahead.push_back(take(carry.numbers));
  for (const BackwardCarry &carry : backward) {
    back.push_back(take(carry.numbers));
    std::memset(back.back(), 0, size_t(carry.numbers) * 4);
  }
  for (int64_t numbers : wide)
    wides.push_back(take(numbers * piece));
  const std::vector<float *> &own = reverse ? back : ahead;

  std::vector<void *> args(own.begin(), own.end()), replayArgs(ahead.begin(), ahead.end());
  args.resize(own.size() + wide.size());
  replayArgs.resize(ahead.size() + wide.size());
  int64_t numSums = 0;
  for (const Arg &arg : body.args) {
    if (arg.sum) {
      partials.push_back(take(arg.sum));
      args.push_back(partials.back());
      std::fill(sums + numSums, sums + numSums + arg.sum, 0.0);
      numSums += arg.sum;
    } else {
      args.push_back(arg.base + part * arg.partBytes);
    }
  }
  for (const Arg &arg : replay.args)
    replayArgs.push_back(arg.base + part * arg.partBytes);

  auto step = [&](int64_t from, int64_t to) {
    for (size_t i = 0, n = 0; i < body.args.size(); ++i)
      if (body.args[i].sum)
        std::memset(partials[n++], 0, size_t(body.args[i].sum) * 4);
    call(body, args.data(), first + from, first + to, scratch);
    double *total = sums;
    for (size_t i = 0, n = 0; i < body.args.size(); ++i)
      if (int64_t numbers = body.args[i].sum) {
        for (int64_t k = 0; k < numbers; ++k)
          *total++ += partials[n][k];
        ++n;
      }
  };

  int64_t pieces = (count + piece - 1) / piece;
  if (!reverse) {
    begin(s, part, 0, ahead);
    for (int64_t number = 0; number < pieces; ++number) {
      if (number > 0)
        for (size_t i = 0; i < forward.size(); ++i)
          if (const ForwardCarry &carry = forward[i]; carry.tape)
            std::memcpy(carry.tape + first * carry.tapeRow + ((number - 1) * parts + part) * carry.numbers, ahead[i],
                        size_t(carry.numbers) * 4);
      step(number * piece, std::min(count, (number + 1) * piece));
    }
    for (size_t i = 0; i < forward.size(); ++i)
      if (const ForwardCarry &carry = forward[i]; carry.past)
        std::memcpy(carry.past + ((s * 2 + 1 - carry.current[s]) * parts + part) * carry.numbers * 4, ahead[i],
                    size_t(carry.numbers) * 4);
    return;
  }
  for (int64_t number = pieces; number-- > 0;) {
    int64_t from = number * piece, to = std::min(count, from + piece);
    if (replay.code) {
      begin(s, part, number, ahead);
      // The rows of a piece are the only ones that there is memory for: row 0 would lie before it.
      for (size_t i = 0; i < wide.size(); ++i) {
        uintptr_t base = uintptr_t(wides[i]) - uintptr_t((first + from) * wide[i] * 4);
        args[own.size() + i] = replayArgs[ahead.size() + i] = reinterpret_cast<void *>(base);
      }
      call(replay, replayArgs.data(), first + from, first + to, scratch);
    }
    step(from, to);
  }
  if (beginsHere(s))
    for (size_t i = 0; i < backward.size(); ++i)
      if (backward[i].final) {
        std::memcpy(finals, back[i], size_t(backward[i].numbers) * 4);
        finals += backward[i].numbers;
      }
}

//===----------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------===//

int32_t braid::rt::recur(braid_context *abi, const braid_kernel *kernels, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "recur", name);
  Recurrence recurrence(*abi, kernels, table);
  int64_t jobs = abi->batch * recurrence.parts, sums = recurrence.sumNumbers(), finals = recurrence.finalNumbers();
  int64_t bytes = recurrence.scratchBytes();
  int ranges = int(std::clamp<int64_t>(jobs, 1, context.threads()));
  for (int range = 0; range < ranges; ++range)
    if (!context.scratch(range, size_t(bytes)))
      return context.fail("out of memory for the scratch of a recurrence");
  std::vector<double> sumOf(size_t(jobs * sums), 0.0);
  std::vector<float> finalOf(size_t(jobs * finals), 0.0f);
  forPieces(ranges, [&](int range) {
    for (int64_t job = jobs * range / ranges; job < jobs * (range + 1) / ranges; ++job)
      recurrence.run(job, context.scratch(range, 0), sumOf.data() + job * sums, finalOf.data() + job * finals);
  });

  // Over sequences, in their order; over parts as well, where a part has no sum of its own.
  int64_t offset = 0;
  for (const Arg &arg : recurrence.body.args) {
    if (!arg.sum)
      continue;
    float *result = reinterpret_cast<float *>(arg.base);
    for (int64_t part = 0; part < (arg.partBytes ? recurrence.parts : 1); ++part)
      for (int64_t n = 0; n < arg.sum; ++n) {
        double total = 0;
        for (int64_t job = 0; job < jobs; ++job)
          if (!arg.partBytes || job % recurrence.parts == part)
            total += sumOf[size_t(job * sums + offset + n)];
        result[part * arg.sum + n] = float(total);
      }
    offset += arg.sum;
  }
  offset = 0;
  for (const BackwardCarry &carry : recurrence.backward) {
    if (!carry.final)
      continue;
    for (int64_t part = 0; part < recurrence.parts; ++part)
      for (int64_t n = 0; n < carry.numbers; ++n) {
        double total = 0;
        for (int64_t s = 0; s < abi->batch; ++s)
          total += finalOf[size_t((s * recurrence.parts + part) * finals + offset + n)];
        carry.final[part * carry.numbers + n] = float(total);
      }
    offset += carry.numbers;
  }
  return 0;
}
