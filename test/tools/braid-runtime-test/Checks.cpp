//===- Checks.cpp - comparing the runtime with plain loops ----------------===//

#include "Checks.h"
#include <cmath>
#include <cstdio>
#include <cstring>

using namespace braid::test;

Numbers::Numbers(int64_t count, int64_t dtype, uint64_t seed)
    : count(count), format(dtype), bytes(size_t(count * braid_dtype_bytes(dtype))) {
  for (int64_t i = 0; i < count; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    set(i, float(int64_t(seed >> 40)) / float(1 << 23) - 1.0f);
  }
}

double Numbers::operator[](int64_t index) const {
  uint32_t bits = 0;
  if (format == BRAID_BF16)
    std::memcpy(reinterpret_cast<char *>(&bits) + 2, &bytes[size_t(index) * 2], 2);
  else
    std::memcpy(&bits, &bytes[size_t(index) * 4], 4);
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

void Numbers::set(int64_t index, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if (format == BRAID_BF16) {
    uint16_t upper = uint16_t((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    std::memcpy(&bytes[size_t(index) * 2], &upper, 2);
  } else {
    std::memcpy(&bytes[size_t(index) * 4], &bits, 4);
  }
}

Rows Rows::draw(int64_t batch, int64_t time, uint64_t seed) {
  Rows rows(batch, time);
  auto below = [&](int64_t limit) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return int64_t((seed >> 33) % uint64_t(limit));
  };
  for (size_t s = 0; s < size_t(batch); ++s) {
    rows.start[s] = below(1000);
    rows.first[s] = below(time);
    rows.count[s] = below(4) ? 1 + below(time - rows.first[s]) : 0;
  }
  return rows;
}

Call::Call(int64_t batch, int64_t time, int threads)
    : state(threads), all(batch, time), abi(state.contextFor(batch, all)) {}

Call &Call::add(int64_t value) {
  words.push_back(value);
  return *this;
}

Call &Call::add(Numbers &numbers) { return add(numbers.dtype()).addBase(numbers.data()); }

Call &Call::addBase(void *data) {
  externals.push_back(data);
  return add(BRAID_EXTERNAL).add(int64_t(externals.size()) - 1);
}

braid_context *Call::context() {
  abi.external = externals.data();
  return &abi;
}

static int failed = 0;

int braid::test::failures() { return failed; }

void Call::expectSuccess(int32_t code) {
  if (code == 0)
    return;
  std::printf("call failed: %s FAIL\n", state.message().c_str());
  ++failed;
}

void braid::test::report(const std::string &name, double error, double tolerance) {
  bool good = error <= tolerance;
  std::printf("%s: max error %.2g (tolerance %.2g) %s\n", name.c_str(), error, tolerance, good ? "PASS" : "FAIL");
  failed += !good;
}

double braid::test::distance(const Numbers &got, const std::vector<double> &want) {
  double worst = 0;
  for (int64_t i = 0; i < got.size(); ++i) {
    double g = got[i], w = want[size_t(i)];
    if (g == w)
      continue;
    double difference = std::fabs(g - w);
    if (!(difference <= worst))
      worst = std::isfinite(difference) ? difference : INFINITY;
  }
  return worst;
}
