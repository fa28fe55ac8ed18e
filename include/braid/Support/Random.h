//===- Random.h - counter-based random numbers ----------------------------===//
//
// A draw is a function of its coordinates and of nothing else: not of the order of
// evaluation, the number of threads, or the width of the processor's vectors. The
// generator is Philox4x32-10; normals come from the Box-Muller transform with this
// library's own polynomials (single precision, no fused operations), so that every
// machine makes the same bits.
//
// Element i of a stream is made from word i%4 of the block at the counter
// (i/4 mod 2^32, i/4 / 2^32, 0, 0); of a token's stream, at (i/4, position, sequence,
// step). Elements 2j and 2j+1 of a normal stream come from the same two words. A draw that
// all positions of a sequence share has the last representable position, 2^32 - 1.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_RANDOM_H
#define BRAID_SUPPORT_RANDOM_H

#include <cstdint>
#include <string_view>

namespace braid::rt {

/// The key of a stream: FNV-1a (64 bit) of `path`, combined with the seed by two rounds of the
/// splitmix64 finaliser. `perToken` streams are keyed apart from the others.
uint64_t streamKey(uint64_t seed, std::string_view path, bool perToken = false);

/// The part of a key that does not depend on the seed: compiled programs carry it.
uint64_t streamHash(std::string_view path, bool perToken = false);
/// streamKey(seed, path, perToken) = keyOfHash(seed, streamHash(path, perToken)).
uint64_t keyOfHash(uint64_t seed, uint64_t hash);

/// Four words of the Philox4x32-10 block cipher at a counter.
struct PhiloxBlock {
  uint32_t words[4];
};
PhiloxBlock philox(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3);

/// `out[i]` = normal with mean 0 and standard deviation `std`; element i depends on (seed, path, i)
/// alone. Uses all processors for large `n`. The double version is the float version, widened.
void fillNormal(float *out, int64_t n, uint64_t seed, std::string_view path, float std);
void fillNormal(double *out, int64_t n, uint64_t seed, std::string_view path, float std);

/// `out[i]` = uniform on [-scale, scale).
void fillUniform(float *out, int64_t n, uint64_t seed, std::string_view path, float scale);
void fillUniform(double *out, int64_t n, uint64_t seed, std::string_view path, float scale);

/// The coordinates of a token's draws.
struct TokenCoordinates {
  uint32_t step = 0, sequence = 0, position = 0;
};
/// The position of draws that all positions of a sequence share.
constexpr uint32_t everyPosition = ~0u;

/// The `n` draws of one token: element i depends on (seed, step, sequence, position, path, i) alone.
/// Serial; `key` is streamKey(seed, path, true).
void fillTokenNormal(float *out, int64_t n, uint64_t key, TokenCoordinates token, float std);
void fillTokenUniform(float *out, int64_t n, uint64_t key, TokenCoordinates token, float scale);

} // namespace braid::rt

#endif
