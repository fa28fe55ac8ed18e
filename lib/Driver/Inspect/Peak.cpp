//===- Peak.cpp - what the machine can do at best -------------------------===//
//
// The yardsticks for "how much of the machine is used": the runtime's own product of
// 1024 x 1024 matrices, without anything around it, and reading memory.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Machine.h"
#include "braid/Runtime/Context.h"
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace braid::driver {

double measureReading(int threads) {
  // More than caches hold.
  std::vector<uint64_t> numbers(size_t(1) << 26, 1);
  std::vector<uint64_t> sums(static_cast<size_t>(threads) * 8);
  double best = 1e30;
  for (int i = 0; i < 10; ++i) {
    auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (size_t t = 0; t < size_t(threads); ++t)
      workers.emplace_back([&, t] {
        uint64_t sum = 0;
        for (size_t at = numbers.size() * t / size_t(threads); at < numbers.size() * (t + 1) / size_t(threads); ++at)
          sum += numbers[at];
        sums[t * 8] += sum;
      });
    for (std::thread &worker : workers)
      worker.join();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return sums[0] ? double(numbers.size() * 8) / best : 0;
}

double measurePeak(bool bf16, int threads) {
  constexpr int64_t n = 1024;
  rt::Context context(threads);
  auto allocate = [](int64_t bytes) {
    std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(64, size_t(bytes)), &std::free);
    // 0x3f3f is a small number in either format.
    std::fill_n(static_cast<unsigned char *>(memory.get()), bytes, 0x3f);
    return memory;
  };
  int64_t width = bf16 ? 2 : 4;
  auto a = allocate(n * n * width), b = allocate(n * n * width), c = allocate(n * n * 4);
  void *external[] = {a.get(), b.get(), c.get()};
  rt::AllRows rows(1, 1);
  braid_context call = context.contextFor(1, rows);
  call.external = external;
  int64_t format = bf16 ? BRAID_BF16 : BRAID_F32;
  // A program of one product.
  const int64_t square = n * n;
  const std::vector<int64_t> table = {1,
                                      n,
                                      n,
                                      n,
                                      0,
                                      format,
                                      BRAID_EXTERNAL,
                                      0,
                                      square,
                                      n,
                                      1,
                                      format,
                                      BRAID_EXTERNAL,
                                      1,
                                      square,
                                      n,
                                      1,
                                      BRAID_F32,
                                      BRAID_EXTERNAL,
                                      2,
                                      square,
                                      n,
                                      1};
  const braid_call product = {BRAID_CALL_MATMUL, -1, 0, 4, 0};
  braid_program program = {};
  program.abi = BRAID_ABI;
  program.name = "peak";
  program.num_calls = 1, program.calls = &product;
  program.num_tables = int64_t(table.size()), program.tables = table.data();
  program.num_texts = 5, program.texts = "peak";
  double best = 1e30;
  auto begin = std::chrono::steady_clock::now();
  auto since = [](auto start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  // At least five, and up to half a second of them: the machine may be busy with something else.
  for (int i = 0; i < 5 || (i < 64 && since(begin) < 0.5); ++i) {
    auto start = std::chrono::steady_clock::now();
    if (braid_program_run(&call, &program))
      return 0;
    best = std::min(best, since(start));
  }
  return 2.0 * n * n * n / best;
}

} // namespace braid::driver
