//===- Counting.h - bytes, requests and sectors of global memory ----------===//
#ifndef BRAID_LIB_EMULATOR_COUNTING_H
#define BRAID_LIB_EMULATOR_COUNTING_H

#include "braid/Emulator/Emulator.h"
#include "llvm/ADT/SmallVector.h"
#include <deque>

namespace braid::emu {

/// Collects the accesses of a block into requests. The n-th run of an instruction by the lanes of a warp
/// is one request, as on the GPU where a warp runs together.
class RequestCounter {
public:
  RequestCounter(size_t warps, size_t sites) : sites(sites), instructions(warps * sites) {}
  /// An access of one lane; `buffer` may be null.
  void add(uint32_t warp, uint32_t lane, uint32_t site, const Buffer *buffer, const uint8_t *pointer, uint32_t size);
  /// Adds the block's requests to the counters. The function says whether a site loads, and whether it stores.
  void endBlock(Counters &counters, llvm::function_ref<std::pair<bool, bool>(uint32_t site)> loadsAndStores);
  /// Adds the counters of buffers to those of another.
  void addBuffersTo(RequestCounter &other) const;
  /// The counters of buffers, in the order in which these were made.
  std::vector<Counters::OfBuffer> takeBuffers();

private:
  /// Adjacent bytes of one buffer.
  struct Run {
    uint64_t begin, end, asked;
    const Buffer *buffer;
  };
  /// Runs by address, apart from each other.
  using Request = llvm::SmallVector<Run, 1>;
  /// One instruction of one warp.
  struct Instruction {
    size_t index = 0;
    uint32_t occurrences[32] = {};
    std::vector<Request> requests;
  };
  static void insert(Request &request, Run run);
  void count(const Request &request, Traffic Counters::*total, Traffic Counters::OfBuffer::*mine, Counters &counters);
  Counters::OfBuffer &of(const Buffer &buffer);

  const size_t sites;
  /// By warp and site, those that ran in this block. Their storage is used again.
  std::vector<Instruction *> instructions;
  std::deque<Instruction> storage;
  size_t used = 0;
  std::map<size_t, Counters::OfBuffer> buffers;
};

} // namespace braid::emu

#endif
