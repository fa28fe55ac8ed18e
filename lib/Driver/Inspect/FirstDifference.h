//===- FirstDifference.h - where two runs of a program part ---------------===//
#ifndef BRAID_LIB_DRIVER_INSPECT_FIRSTDIFFERENCE_H
#define BRAID_LIB_DRIVER_INSPECT_FIRSTDIFFERENCE_H

#include "Distance.h"
#include "ProgramValues.h"

namespace braid::driver {

/// One of the two that are compared.
struct Side {
  std::string device; ///< `cpu` or `reference`
  Compilation *compilation;
};

struct Search {
  Side sides[2];
  const Inputs *inputs;
  const rt::TensorFile *params;
  DeviceOptions how;
  double tolerance = 0; ///< largest error allowed, relative to the value's largest number
  bool resolve = false; ///< lets an error pass that is no more than what fp32 cannot resolve
  int64_t memory = 0;   ///< bytes for values that are compared at one time
};

struct SearchResult {
  size_t compared = 0;
  std::string finding; ///< the first value that differs, with its place; empty if none does
  std::string remark;  ///< why later values were not compared; empty if all were
};

/// The values that are compared.
enum class Part { All, Forward, Backward };

/// Compares values of `function` up to the first, in program order, that differs.
llvm::Expected<SearchResult> firstDifference(const Search &search, const std::string &function, Part part);

} // namespace braid::driver

#endif
