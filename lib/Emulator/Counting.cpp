//===- Counting.cpp - bytes, requests and sectors of global memory --------===//
//
// The n-th run of an instruction by the lanes of a warp is one request, as on the GPU where a warp
// runs together. A request costs the sectors of 32 bytes that its lanes touch.
//
//===----------------------------------------------------------------------===//

#include "Launch.h"
#include "llvm/Support/MathExtras.h"

using namespace braid::emu;

void Launch::countAccess(Buffer *buffer, const uint8_t *pointer, uint32_t size, uint32_t siteIndex, bool store,
                         bool atomic) {
  if (buffer && buffer->index != Buffer::uncounted) {
    auto &buffers = result.counters.buffers;
    if (buffers.size() <= buffer->index)
      buffers.resize(buffer->index + 1);
    Counters::OfBuffer &mine = buffers[buffer->index];
    if (mine.name.empty())
      mine.name = buffer->name;
    if (!store || atomic)
      mine.bytesLoaded += size;
    if (store)
      mine.bytesStored += size;
  }
  uint32_t occurrence = occurrences[running->linear * kernel.sites->size() + siteIndex]++;
  std::vector<Request> &list = requests[uint64_t(running->warp()) << 32 | siteIndex];
  if (list.size() <= occurrence)
    list.resize(occurrence + 1);
  Request &request = list[occurrence];
  request.bytes += size;
  for (uint64_t sector = uint64_t(pointer) / 32; sector <= (uint64_t(pointer) + size - 1) / 32; ++sector)
    if (!llvm::is_contained(request.sectors, sector))
      request.sectors.push_back(sector);
}

void Launch::countRequests() {
  Counters &counters = result.counters;
  for (auto &[key, list] : requests) {
    const Site &at = site(uint32_t(key));
    auto add = [&](Traffic &traffic) {
      for (const Request &request : list) {
        if (!request.bytes)
          continue;
        traffic.bytes += request.bytes;
        ++traffic.requests;
        traffic.sectors += request.sectors.size();
        // Lanes that read the same bytes share them.
        traffic.idealSectors += std::min<uint64_t>(llvm::divideCeil(request.bytes, 32), request.sectors.size());
      }
    };
    if (!at.store || at.atomic)
      add(counters.loads);
    if (at.store)
      add(counters.stores);
  }
  requests.clear();
}
