//===- Random.cpp - counter-based random numbers --------------------------===//
//
// All arithmetic on floats is written without libm, whose results differ between
// processors in the last bit.
//
//===----------------------------------------------------------------------===//

#include "braid/Support/Random.h"
#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

// A fused multiply-add rounds once where a product and a sum round twice.
#pragma STDC FP_CONTRACT OFF

using namespace braid::rt;

static uint64_t splitmix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

uint64_t braid::rt::streamHash(std::string_view path, bool perToken) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (unsigned char c : path)
    hash = (hash ^ c) * 0x100000001B3u;
  return splitmix(hash ^ (perToken ? 0x746F6B656E000000u : 0));
}

uint64_t braid::rt::keyOfHash(uint64_t seed, uint64_t hash) { return splitmix(hash + splitmix(seed)); }

uint64_t braid::rt::streamKey(uint64_t seed, std::string_view path, bool perToken) {
  return keyOfHash(seed, streamHash(path, perToken));
}

static constexpr uint32_t mul0 = 0xD2511F53u, mul1 = 0xCD9E8D57u;
static constexpr uint32_t weyl0 = 0x9E3779B9u, weyl1 = 0xBB67AE85u;

PhiloxBlock braid::rt::philox(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += weyl0, k1 += weyl1) {
    uint64_t p0 = uint64_t(mul0) * c0, p1 = uint64_t(mul1) * c2;
    uint32_t n0 = uint32_t(p1 >> 32) ^ c1 ^ k0, n2 = uint32_t(p0 >> 32) ^ c3 ^ k1;
    c0 = n0, c1 = uint32_t(p1), c2 = n2, c3 = uint32_t(p0);
  }
  return {{c0, c1, c2, c3}};
}

namespace {

/// Numbers in one run of the loops below; a multiple of four.
constexpr int64_t chunk = 1024;

/// The part of a counter that does not change within a fill; a static stream uses the second
/// word for the upper half of its index.
struct Stream {
  uint64_t key;
  uint32_t position, sequence, step;
  bool perToken;
};

/// The words of elements first … first+count-1; `first` is a multiple of four.
void drawWords(const Stream &stream, int64_t first, int64_t count, uint32_t *words) {
  for (int64_t i = 0; i < count; i += 4) {
    uint64_t block = uint64_t(first + i) / 4;
    uint32_t high = stream.perToken ? stream.position : uint32_t(block >> 32);
    PhiloxBlock drawn = philox(stream.key, uint32_t(block), high, stream.sequence, stream.step);
    for (int j = 0; j < 4; ++j)
      words[i + j] = drawn.words[j];
  }
}

/// Natural logarithm of a number in [2^-32, 1], to about one unit in the last place.
inline float logarithm(float x) {
  uint32_t bits = __builtin_bit_cast(uint32_t, x);
  // Mantissa in [sqrt(1/2), sqrt(2)), so that the polynomial sees a small argument.
  int32_t shifted = int32_t(bits - 0x3F3504F3u);
  float e = float(shifted >> 23);
  float m = __builtin_bit_cast(float, uint32_t(shifted & 0x7FFFFF) + 0x3F3504F3u) - 1.0f;
  float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float y = m * z * p + e * -2.12194440e-4f - 0.5f * z;
  return m + y + e * 0.693359375f;
}

/// Two normals from two words: radius sqrt(-2 log u), angle a whole turn.
inline void boxMuller(uint32_t w0, uint32_t w1, float std, float &first, float &second) {
  float u = float(int32_t(w0 >> 1)) * 0x1p-31f + 0x1p-32f; // in [2^-32, 1]
  float radius = std * __builtin_sqrtf(-2.0f * logarithm(u));
  uint32_t quadrant = (w1 + 0x20000000u) >> 30;
  float a = float(int32_t(w1 - (quadrant << 30))) * 1.46291807926716e-9f; // 2 pi / 2^32: in [-pi/4, pi/4)
  float z = a * a;
  float s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
  float c = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1.0f;
  float x = quadrant & 1 ? s : c, y = quadrant & 1 ? c : s;
  first = radius * ((quadrant + 1) & 2 ? -x : x);
  second = radius * (quadrant & 2 ? -y : y);
}

void normals(const uint32_t *words, int64_t count, float std, float *out) {
  for (int64_t i = 0; i + 1 < count; i += 2)
    boxMuller(words[i], words[i + 1], std, out[i], out[i + 1]);
}

void uniforms(const uint32_t *words, int64_t count, float scale, float *out) {
  for (int64_t i = 0; i < count; ++i)
    out[i] = scale * (float(int32_t(words[i]) >> 8) * 0x1p-23f);
}

using Transform = void (*)(const uint32_t *, int64_t, float, float *);

/// Elements begin … end-1; `begin` is a multiple of four.
template <typename T>
void fillRange(T *out, int64_t begin, int64_t end, const Stream &stream, float scale, Transform transform) {
  uint32_t words[chunk];
  float values[chunk];
  for (int64_t at = begin; at < end; at += chunk) {
    int64_t count = std::min(chunk, end - at), rounded = (count + 3) / 4 * 4;
    drawWords(stream, at, rounded, words);
    transform(words, rounded, scale, values);
    for (int64_t i = 0; i < count; ++i)
      out[at + i] = T(values[i]);
  }
}

template <typename T>
void fillStream(T *out, int64_t n, uint64_t seed, std::string_view path, float scale, Transform transform) {
  Stream stream{streamKey(seed, path), 0, 0, 0, false};
  int64_t threads = std::clamp<int64_t>(n >> 18, 1, std::max(1u, std::thread::hardware_concurrency()));
  int64_t share = (n / threads + chunk - 1) / chunk * chunk;
  std::vector<std::thread> others;
  for (int64_t t = 1; t < threads; ++t)
    if (int64_t begin = t * share; begin < n)
      others.emplace_back(
          [=] { fillRange(out, begin, t + 1 == threads ? n : std::min(n, begin + share), stream, scale, transform); });
  fillRange(out, 0, threads == 1 ? n : std::min(n, share), stream, scale, transform);
  for (std::thread &other : others)
    other.join();
}

void fillToken(float *out, int64_t n, uint64_t key, TokenCoordinates token, float scale, Transform transform) {
  fillRange(out, 0, n, Stream{key, token.position, token.sequence, token.step, true}, scale, transform);
}

} // namespace

void braid::rt::fillNormal(float *out, int64_t n, uint64_t seed, std::string_view path, float std) {
  fillStream(out, n, seed, path, std, normals);
}
void braid::rt::fillNormal(double *out, int64_t n, uint64_t seed, std::string_view path, float std) {
  fillStream(out, n, seed, path, std, normals);
}
void braid::rt::fillUniform(float *out, int64_t n, uint64_t seed, std::string_view path, float scale) {
  fillStream(out, n, seed, path, scale, uniforms);
}
void braid::rt::fillUniform(double *out, int64_t n, uint64_t seed, std::string_view path, float scale) {
  fillStream(out, n, seed, path, scale, uniforms);
}
void braid::rt::fillTokenNormal(float *out, int64_t n, uint64_t key, TokenCoordinates token, float std) {
  fillToken(out, n, key, token, std, normals);
}
void braid::rt::fillTokenUniform(float *out, int64_t n, uint64_t key, TokenCoordinates token, float scale) {
  fillToken(out, n, key, token, scale, uniforms);
}
