//===- TokenDraws.h - the draws of a token, by their definition -----------===//
#ifndef BRAID_LIB_REFERENCE_TOKENDRAWS_H
#define BRAID_LIB_REFERENCE_TOKENDRAWS_H

#include <cstdint>
#include <string_view>

namespace braid::ref {

/// The coordinates of one token's draws.
struct TokenPlace {
  uint32_t step, sequence, position;
};
/// The position of draws that all positions of a sequence share.
constexpr uint32_t wholeSequence = ~0u;

/// Element `i` of the stream `path` at a token: uniform on [-1, 1), or normal with deviation 1. As Random.h defines it,
/// with code of the oracle's own and in double precision: exact for a uniform draw, within fp32's rounding for a normal
/// one.
double tokenUniform(uint64_t seed, std::string_view path, TokenPlace token, int64_t i);
double tokenNormal(uint64_t seed, std::string_view path, TokenPlace token, int64_t i);

} // namespace braid::ref

#endif
