//===- MatrixOperations.cpp - ldmatrix and mma.sync -----------------------===//
//
// A lane's operands lie in an array of its own, one register per element, to which its request
// points; results replace them. Which element of a matrix a register of a lane holds is said once, by
// the functions `a`, `b` and `c` below (PTX ISA, "matrix fragments for mma").
//
//===----------------------------------------------------------------------===//

#include "WarpOperations.h"
#include <cstring>

using namespace braid::emu;

static uint64_t *registersOf(Lanes lanes, uint32_t lane) { return reinterpret_cast<uint64_t *>(lanes[lane].value); }

/// The rows of matrix k come from the addresses of lanes 8 k to 8 k + 7; lane l gets the two elements of
/// row l / 4 from column 2 (l % 4) on, or of the transposed matrix.
template <int Count, bool Transposed> static int loadMatrix(Lanes lanes) {
  if (~lanes.mask)
    return __builtin_ctz(lanes.mask);
  uint16_t matrices[Count][8][8];
  for (uint32_t row = 0; row < Count * 8; ++row)
    std::memcpy(matrices[row / 8][row % 8], reinterpret_cast<const void *>(registersOf(lanes, row)[0]), 16);
  for (uint32_t lane = 0; lane < 32; ++lane)
    for (int k = 0; k < Count; ++k) {
      uint32_t row = lane / 4, column = lane % 4 * 2;
      uint32_t low = Transposed ? matrices[k][column][row] : matrices[k][row][column];
      uint32_t high = Transposed ? matrices[k][column + 1][row] : matrices[k][row][column + 1];
      registersOf(lanes, lane)[k] = low | high << 16;
    }
  return -1;
}

namespace {
struct Place {
  uint32_t row, column;
};

/// m16n8kK with elements of 16 bits, two in a register.
template <int K> struct Halves {
  static constexpr int depth = K, aRegisters = K / 4, bRegisters = K / 8, perRegister = 2;
  static Place a(uint32_t lane, uint32_t r, uint32_t e) { return {lane / 4 + r % 2 * 8, lane % 4 * 2 + e + r / 2 * 8}; }
  static Place b(uint32_t lane, uint32_t r, uint32_t e) { return {lane % 4 * 2 + e + r * 8, lane / 4}; }
};

/// m16n8kK with elements of 32 bits.
template <int K> struct Words {
  static constexpr int depth = K, aRegisters = K / 2, bRegisters = K / 4, perRegister = 1;
  static Place a(uint32_t lane, uint32_t r, uint32_t) { return {lane / 4 + r % 2 * 8, lane % 4 + r / 2 * 4}; }
  static Place b(uint32_t lane, uint32_t r, uint32_t) { return {lane % 4 + r * 4, lane / 4}; }
};
} // namespace

static Place c(uint32_t lane, uint32_t r) { return {lane / 4 + r / 2 * 8, lane % 4 * 2 + r % 2}; }

static float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}
static float fromHalf(uint64_t bits) { return float(__builtin_bit_cast(_Float16, uint16_t(bits))); }
static float fromBF16(uint64_t bits) { return fromBits(uint32_t(bits) << 16); }
/// The ten upper bits of the fraction count.
static float fromTF32(uint64_t bits) { return fromBits(uint32_t(bits) & ~0x1fffu); }

/// D = A B + C with sums in fp64, rounded once: hardware has an order and a rounding of its own.
template <typename Layout, float (*Decode)(uint64_t)> static int multiply(Lanes lanes) {
  if (~lanes.mask)
    return __builtin_ctz(lanes.mask);
  double a[16][Layout::depth], b[Layout::depth][8];
  auto element = [](uint64_t bits, uint32_t e) {
    return double(Decode(Layout::perRegister == 2 ? bits >> 16 * e & 0xffff : bits & 0xffffffff));
  };
  for (uint32_t lane = 0; lane < 32; ++lane) {
    const uint64_t *registers = registersOf(lanes, lane);
    for (uint32_t e = 0; e < Layout::perRegister; ++e) {
      for (uint32_t r = 0; r < Layout::aRegisters; ++r) {
        Place place = Layout::a(lane, r, e);
        a[place.row][place.column] = element(registers[r], e);
      }
      for (uint32_t r = 0; r < Layout::bRegisters; ++r) {
        Place place = Layout::b(lane, r, e);
        b[place.row][place.column] = element(registers[Layout::aRegisters + r], e);
      }
    }
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t *registers = registersOf(lanes, lane);
    for (uint32_t r = 0; r < 4; ++r) {
      Place place = c(lane, r);
      double sum = fromBits(uint32_t(registers[Layout::aRegisters + Layout::bRegisters + r]));
      for (uint32_t k = 0; k < Layout::depth; ++k)
        sum += a[place.row][k] * b[k][place.column];
      float rounded = float(sum);
      uint32_t bits;
      std::memcpy(&bits, &rounded, 4);
      registers[r] = bits;
    }
  }
  return -1;
}

const WarpFunction braid::emu::matrixOperations[] = {loadMatrix<1, false>,
                                                     loadMatrix<2, false>,
                                                     loadMatrix<4, false>,
                                                     loadMatrix<1, true>,
                                                     loadMatrix<2, true>,
                                                     loadMatrix<4, true>,
                                                     multiply<Halves<16>, fromHalf>,
                                                     multiply<Halves<8>, fromHalf>,
                                                     multiply<Halves<16>, fromBF16>,
                                                     multiply<Halves<8>, fromBF16>,
                                                     multiply<Words<8>, fromTF32>,
                                                     multiply<Words<4>, fromTF32>};
