//===- Counting.cpp - bytes, requests and sectors of global memory --------===//
//
// A request costs the sectors of 32 bytes that its lanes touch.
//
//===----------------------------------------------------------------------===//

#include "Counting.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace braid::emu;

static constexpr uint64_t sectorBytes = 32;

Traffic &Traffic::operator+=(const Traffic &other) {
  bytes += other.bytes;
  distinctBytes += other.distinctBytes;
  requests += other.requests;
  sectors += other.sectors;
  idealSectors += other.idealSectors;
  return *this;
}

Counters::OfBuffer Counters::of(const void *base) const {
  for (const OfBuffer &buffer : buffers)
    if (buffer.base == base)
      return buffer;
  return {};
}

void RequestCounter::insert(Request &request, Run run) {
  auto at = llvm::partition_point(request, [&](const Run &other) { return other.end < run.begin; });
  // Buffers of the host may follow each other without a gap.
  while (at != request.end() && at->end == run.begin && at->buffer != run.buffer)
    ++at;
  if (at == request.end() || run.end < at->begin || at->buffer != run.buffer) {
    request.insert(at, run);
    return;
  }
  // They meet: one run, which may now meet those after it.
  at->begin = std::min(at->begin, run.begin);
  at->end = std::max(at->end, run.end);
  at->asked += run.asked;
  auto next = std::next(at);
  for (; next != request.end() && next->begin <= at->end && next->buffer == at->buffer; ++next) {
    at->end = std::max(at->end, next->end);
    at->asked += next->asked;
  }
  request.erase(std::next(at), next);
}

void RequestCounter::add(uint32_t warp, uint32_t lane, uint32_t site, const Buffer *buffer, const uint8_t *pointer,
                         uint32_t size) {
  size_t index = warp * sites + site;
  Instruction *&instruction = instructions[index];
  if (!instruction) {
    if (used == storage.size())
      storage.emplace_back();
    instruction = &storage[used++];
    instruction->index = index;
    std::fill_n(instruction->occurrences, 32, 0);
    instruction->requests.clear();
  }
  uint32_t occurrence = instruction->occurrences[lane]++;
  if (instruction->requests.size() <= occurrence)
    instruction->requests.resize(occurrence + 1);
  insert(instruction->requests[occurrence], {uint64_t(pointer), uint64_t(pointer) + size, size, buffer});
}

Counters::OfBuffer &RequestCounter::of(const Buffer &buffer) {
  Counters::OfBuffer &mine = buffers[buffer.index];
  if (!mine.base) {
    mine.name = buffer.name;
    mine.base = buffer.base;
  }
  return mine;
}

void RequestCounter::count(const Request &request, Traffic Counters::*total, Traffic Counters::OfBuffer::*mine,
                           Counters &counters) {
  Traffic all;
  for (size_t i = 0; i < request.size();) {
    // The runs of one buffer lie together.
    const Buffer *buffer = request[i].buffer;
    Traffic traffic;
    uint64_t lastSector = ~uint64_t(0);
    for (; i < request.size() && request[i].buffer == buffer; ++i) {
      const Run &run = request[i];
      uint64_t first = run.begin / sectorBytes, last = (run.end - 1) / sectorBytes;
      traffic.bytes += run.asked;
      traffic.distinctBytes += run.end - run.begin;
      traffic.sectors += last - first + (first != lastSector);
      lastSector = last;
    }
    traffic.requests = 1;
    traffic.idealSectors = llvm::divideCeil(traffic.distinctBytes, sectorBytes);
    all += traffic;
    if (buffer && buffer->index != Buffer::uncounted)
      of(*buffer).*mine += traffic;
  }
  all.requests = 1;
  counters.*total += all;
}

void RequestCounter::endBlock(Counters &counters, llvm::function_ref<std::pair<bool, bool>(uint32_t)> loadsAndStores) {
  for (size_t i = 0; i < used; ++i) {
    const Instruction &instruction = storage[i];
    instructions[instruction.index] = nullptr;
    auto [loads, stores] = loadsAndStores(uint32_t(instruction.index % sites));
    for (const Request &request : instruction.requests) {
      if (loads)
        count(request, &Counters::loads, &Counters::OfBuffer::loads, counters);
      if (stores)
        count(request, &Counters::stores, &Counters::OfBuffer::stores, counters);
    }
  }
  used = 0;
}

void RequestCounter::addBuffersTo(RequestCounter &other) const {
  for (auto &[index, buffer] : buffers) {
    auto [at, isNew] = other.buffers.try_emplace(index, buffer);
    if (isNew)
      continue;
    at->second.loads += buffer.loads;
    at->second.stores += buffer.stores;
  }
}

std::vector<Counters::OfBuffer> RequestCounter::takeBuffers() {
  std::vector<Counters::OfBuffer> list;
  for (auto &[index, buffer] : buffers)
    list.push_back(std::move(buffer));
  buffers.clear();
  return list;
}
