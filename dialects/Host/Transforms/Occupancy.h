//===- Occupancy.h - which bytes of an arena are taken, and when ----------===//
//
// A tree over time: each node keeps the bytes that are taken at some time of its span, and those that are taken
// during all of it, as intervals that do not touch. A life is a few spans, so that what is free during it
// is found without a look at every buffer that lives then: saved activations are as many as layers.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_HOST_TRANSFORMS_OCCUPANCY_H
#define BRAID_DIALECTS_HOST_TRANSFORMS_OCCUPANCY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <map>
#include <vector>

namespace braid::host {

class Occupancy {
public:
  /// Times are 0 … `times` - 1.
  explicit Occupancy(int64_t times);
  /// The lowest offset at which so many bytes are free from time `first` to `last`.
  int64_t lowestFree(int64_t first, int64_t last, int64_t bytes) const;
  void take(int64_t first, int64_t last, int64_t offset, int64_t bytes);

private:
  using Intervals = std::map<int64_t, int64_t>; ///< begin to end
  struct Node {
    Intervals some, whole; ///< taken at some time of the span; by one life during all of it
  };
  static void add(Intervals &intervals, int64_t begin, int64_t end);
  void collect(size_t node, int64_t begin, int64_t end, int64_t first, int64_t last,
               llvm::SmallVectorImpl<const Intervals *> &found) const;
  void take(size_t node, int64_t begin, int64_t end, int64_t first, int64_t last, int64_t from, int64_t to);

  int64_t times;
  std::vector<Node> nodes; ///< of node i: 2i + 1 and 2i + 2 are its halves
};

} // namespace braid::host

#endif
