//===- FirstDifference.h - where two runs of a program part ---------------===//
#ifndef BRAID_LIB_DRIVER_FIRSTDIFFERENCE_H
#define BRAID_LIB_DRIVER_FIRSTDIFFERENCE_H

#include "lib/Driver/Difference.h"
#include "lib/Driver/ProgramValues.h"

namespace braid::driver {

/// Another order of summation, polynomials for elementary functions: so many times the oracle's
/// error in fp32 is no error of a device.
inline constexpr double fp32Allowance = 32;

/// One of the two that are compared.
struct Side {
  std::string device;       ///< `cpu` or `reference`
  Compilation *compilation;
};

struct Search {
  Side sides[2];
  const Inputs *inputs;
  const rt::TensorFile *params;
  DeviceOptions how;
  double tolerance = 0;  ///< largest error allowed, relative to the value's largest number
  bool resolve = false;  ///< lets an error pass that is no more than what fp32 cannot resolve
  int64_t memory = 0;    ///< bytes for values that are compared at one time
};

struct SearchResult {
  size_t compared = 0;
  std::string finding; ///< the first value that differs, with its place; empty if none does
  std::string remark;  ///< why later values were not compared; empty if all were
};

/// Compares all values of `function`, in program order, until the first that differs.
llvm::Expected<SearchResult> firstDifference(const Search &search, const std::string &function);

} // namespace braid::driver

#endif
