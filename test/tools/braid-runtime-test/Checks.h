//===- Checks.h - comparing the runtime with plain loops ------------------===//
//
// Every check runs a function of ABI.h and the same sum written as loops in double
// over the same (already rounded) inputs, and prints the largest difference.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_RUNTIME_TEST_CHECKS_H
#define BRAID_TEST_TOOLS_BRAID_RUNTIME_TEST_CHECKS_H

#include "braid/Runtime/Context.h"
#include <string>
#include <vector>

namespace braid::test {

/// A buffer of fp32 or bf16 numbers with reproducible contents, and the table entries that name it.
class Numbers {
public:
  /// Uniform numbers in [-1, 1), rounded to the format.
  Numbers(int64_t count, int64_t dtype, uint64_t seed);
  double operator[](int64_t index) const;
  void set(int64_t index, float value);
  int64_t size() const { return count; }
  void *data() { return bytes.data(); }
  int64_t dtype() const { return format; }
  /// Half the distance between neighbouring numbers of the format, relative.
  double roundoff() const { return format == BRAID_BF16 ? 1.0 / 256 : 6e-8; }

private:
  int64_t count, format;
  std::vector<char> bytes;
};

/// Rows at work that are chosen; all of them at first.
struct Rows {
  int64_t time;
  std::vector<int64_t> start, first, count;
  Rows(int64_t batch, int64_t time)
      : time(time), start(size_t(batch)), first(size_t(batch)), count(size_t(batch), time) {}
  operator braid_rows() const { return {time, start.data(), first.data(), count.data()}; }
  /// At random, sequences that rest among them.
  static Rows draw(int64_t batch, int64_t time, uint64_t seed);
};

/// A run: externals are numbered as they are added to a table.
class Call {
public:
  Call(int64_t batch, int64_t time, int threads = 2);
  /// The rows at work of the calls that follow; they are kept by the caller.
  void setRows(const braid_rows &rows) { abi.rows = rows; }
  Call &add(int64_t value);
  Call &add(Numbers &numbers); ///< dtype, base, offset
  Call &addBase(void *data);   ///< base, offset
  braid_context *context();
  const int64_t *table() const { return words.data(); }
  /// Prints the message and counts a failed check when `code` is not 0.
  void expectSuccess(int32_t code);
  rt::Context state;

private:
  rt::AllRows all;
  braid_context abi;
  std::vector<void *> externals;
  std::vector<int64_t> words;
};

/// Counts and prints `name: max error … (tolerance …) PASS|FAIL`. A NaN fails.
void report(const std::string &name, double error, double tolerance);
/// Largest |got - want|; infinite where one of them is not finite and they differ.
double distance(const Numbers &got, const std::vector<double> &want);

int failures();
void checkMatmul();
void checkAttention();
void checkScatter();
void checkDelay();
void checkLaunch();
void checkPrograms();
void checkRows();
void checkPast();
/// These work in `folder`, which is emptied.
void checkData(const std::string &folder);
void checkThreads(const std::string &folder);
void checkFiles(const std::string &folder);
/// Times products and attention; prints, checks nothing.
void measure();

} // namespace braid::test

#endif
