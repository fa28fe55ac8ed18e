//===- Measure.cpp - how fast products and attention are ------------------===//

#include "Checks.h"
#include "lib/Runtime/Calls.h"
#include <bit>
#include <cstdio>

using namespace braid::test;

static void product(const char *name, int64_t m, int64_t n, int64_t k, bool turnA, bool turnB, int64_t dtype) {
  Call call(1, 1, 0);
  Numbers a(m * k, dtype, 1), b(k * n, dtype, 2), c(m * n, BRAID_F32, 3);
  call.add(1).add(m).add(n).add(k).add(0);
  call.add(a).add(0).add(turnA ? 1 : k).add(turnA ? m : 1);
  call.add(b).add(0).add(turnB ? 1 : n).add(turnB ? k : 1);
  call.add(c).add(0).add(n).add(1);
  call.expectSuccess(braid::rt::matmul(call.context(), name, call.table()));
  double best = 1e9;
  for (int rep = 0; rep < 5; ++rep) {
    call.state.setTiming(true);
    call.expectSuccess(braid::rt::matmul(call.context(), name, call.table()));
    best = std::min(best, call.state.times().front().seconds);
  }
  std::printf("%-28s %-5s %8.3f ms %7.1f GFLOP/s\n", name, dtype == BRAID_BF16 ? "bf16" : "f32", best * 1e3,
              2e-9 * double(m) * double(n) * double(k) / best);
}

/// `document` > 0: a sequence holds documents of so many tokens.
static void attention(int64_t batch, int64_t time, int64_t heads, int64_t d, int64_t dtype, int64_t document = 0) {
  Call call(batch, time, 0);
  int64_t count = batch * time * heads * d;
  Numbers q(count, dtype, 1), k(count, dtype, 2), v(count, dtype, 3), output(count, dtype, 4);
  Numbers lse(batch * time * heads, BRAID_F32, 5), outputGrad(count, dtype, 6), dq(count, dtype, 7),
      dk(count, dtype, 8), dv(count, dtype, 9);
  call.add(1).add(heads).add(1).add(d).add(d).add(std::bit_cast<int64_t>(0.125)).add(q).add(output).add(lse);
  std::vector<int32_t> documents(size_t(batch * time));
  for (int64_t i = 0; document && i < batch * time; ++i)
    documents[size_t(i)] = int32_t(i % time / document);
  call.add(0).add(document ? BRAID_MASK_CAUSAL + BRAID_MASK_SEGMENT : BRAID_MASK_CAUSAL);
  call.add(0).add(0).add(0).add(0).add(k).add(v);
  if (document)
    call.addBase(documents.data());
  call.add(0).add(outputGrad).add(dq).add(dk).add(dv);
  for (bool backward : {false, true}) {
    double best = 1e9, flops = 0;
    for (int rep = 0; rep < 6; ++rep) {
      call.state.setTiming(true);
      auto *function = backward ? braid::rt::attendGrad : braid::rt::attend;
      call.expectSuccess(function(call.context(), "attention", call.table()));
      best = std::min(best, call.state.times().front().seconds);
      flops = call.state.times().front().flops;
    }
    std::string parts = document ? " in documents of " + std::to_string(document) : "";
    std::printf("attention B%d T%d h%d d%d%s %-8s %-5s %8.3f ms %7.1f GFLOP/s of visible pairs\n", int(batch),
                int(time), int(heads), int(d), parts.c_str(), backward ? "backward" : "forward",
                dtype == BRAID_BF16 ? "bf16" : "f32", best * 1e3, flops / best * 1e-9);
  }
}

void braid::test::measure() {
  for (int64_t dtype : {BRAID_F32, BRAID_BF16}) {
    product("2048 x 3072 x 768", 2048, 3072, 768, false, false, dtype);
    product("2048 x 768 x 3072 b turned", 2048, 768, 3072, false, true, dtype);
    product("768 x 3072 x 2048 a turned", 768, 3072, 2048, true, false, dtype);
    attention(4, 512, 12, 64, dtype);
    attention(1, 2048, 12, 64, dtype);
    attention(1, 2048, 12, 64, dtype, 2048);
    attention(1, 2048, 12, 64, dtype, 200);
  }
}
