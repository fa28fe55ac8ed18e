//===- TokenDraws.cpp - the draws of a token, by their definition ---------===//
//
// Philox4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011). FNV-1a: RFC draft by Fowler, Noll
// and Vo. The finaliser is that of splitmix64 (Steele, Lea, Flood, 2014).
//
//===----------------------------------------------------------------------===//

#include "TokenDraws.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

using Words = std::array<uint32_t, 4>;

static uint64_t finalise(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  for (auto [shift, factor] : {std::pair<int, uint64_t>{30, 0xbf58476d1ce4e5b9}, {27, 0x94d049bb133111eb}})
    x = (x ^ x >> shift) * factor;
  return x ^ x >> 31;
}

static uint64_t keyOf(uint64_t seed, std::string_view path) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : path)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  uint64_t perToken = 0x746f6b656e000000; // "token"
  return finalise(finalise(hash ^ perToken) + finalise(seed));
}

/// The four words of a counter under a key.
static Words cipher(uint64_t key, Words counter) {
  uint32_t keys[2] = {uint32_t(key), uint32_t(key >> 32)};
  for (int round = 0; round < 10; ++round) {
    uint64_t even = 0xd2511f53ull * counter[0], odd = 0xcd9e8d57ull * counter[2];
    counter = {uint32_t(odd >> 32) ^ counter[1] ^ keys[0], uint32_t(odd), uint32_t(even >> 32) ^ counter[3] ^ keys[1],
               uint32_t(even)};
    keys[0] += 0x9e3779b9;
    keys[1] += 0xbb67ae85;
  }
  return counter;
}

static Words wordsOf(uint64_t seed, std::string_view path, braid::ref::TokenPlace token, int64_t i) {
  return cipher(keyOf(seed, path), {uint32_t(i / 4), token.position, token.sequence, token.step});
}

double braid::ref::tokenUniform(uint64_t seed, std::string_view path, TokenPlace token, int64_t i) {
  // The upper 24 bits, with their sign.
  return std::floor(int32_t(wordsOf(seed, path, token, i)[size_t(i % 4)]) / 256.0) / 8388608.0;
}

double braid::ref::tokenNormal(uint64_t seed, std::string_view path, TokenPlace token, int64_t i) {
  // Box and Muller: two numbers of two words, a radius and an angle.
  Words words = wordsOf(seed, path, token, i);
  uint32_t first = words[size_t(i % 4 & ~1)], second = words[size_t(i % 4 | 1)];
  // As fp32 rounds it, so that a rare radius is the same.
  double u = std::min(1.0, double(float(first >> 1)) / 2147483648.0 + 1 / 4294967296.0);
  double radius = std::sqrt(-2 * std::log(u)), angle = 2 * std::numbers::pi * second / 4294967296.0;
  return radius * (i % 2 ? std::sin(angle) : std::cos(angle));
}
