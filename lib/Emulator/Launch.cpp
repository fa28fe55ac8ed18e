//===- Launch.cpp - the blocks of a launch, side by side or in order ------===//

#include "Launch.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/Threading.h"

using namespace braid::emu;

/// Threads that wait for work, kept as their stacks and those of their fibers are.
static llvm::DefaultThreadPool &pool() {
  static llvm::DefaultThreadPool threads;
  return threads;
}

void Launch::addTo(Launch &first, Counters &total) const {
  total.loads += counters.loads;
  total.stores += counters.stores;
  total.sharedBytesLoaded += counters.sharedBytesLoaded;
  total.sharedBytesStored += counters.sharedBytesStored;
  total.barriers += counters.barriers;
  total.warpOperations += counters.warpOperations;
  total.atomics += counters.atomics;
  if (&first != this)
    requests.addBuffersTo(first.requests);
}

llvm::Expected<LaunchResult> braid::emu::runLaunch(const KernelInfo &kernel, Dim3 grid, Dim3 block, size_t sharedBytes,
                                                   llvm::ArrayRef<void *> args, Memory &memory, const Options &options,
                                                   std::atomic<bool> &alone) {
  std::vector<uint64_t> order = Launch::orderOfBlocks(grid, options.seed);
  uint64_t wanted = options.threads ? options.threads : llvm::hardware_concurrency().compute_thread_count();
  wanted = std::min<uint64_t>({wanted, order.size(), 256});

  auto finish = [&](llvm::ArrayRef<std::unique_ptr<Launch>> parts) {
    LaunchResult result;
    std::vector<std::pair<uint64_t, Finding>> notes;
    decltype(Launch::notes) first;
    for (const auto &part : parts) {
      part->addTo(*parts.front(), result.counters);
      // Of notes that say the same, that of the first block.
      for (auto &[key, note] : part->notes) {
        auto [at, isNew] = first.try_emplace(key, note);
        if (!isNew && note.first < at->second.first)
          at->second = note;
      }
    }
    parts.front()->takeBuffers(result.counters);
    for (auto &[key, note] : first)
      notes.push_back(std::move(note));
    llvm::stable_sort(notes, [](const auto &a, const auto &b) { return a.first < b.first; });
    for (auto &note : notes)
      result.notes.push_back(std::move(note.second));
    return result;
  };

  std::vector<std::unique_ptr<Launch>> parts;
  if (wanted > 1 && order.size() <= Crossing::maxBlocks && !alone) {
    Crossing crossing(order.size());
    for (uint64_t i = 0; i < wanted; ++i)
      parts.push_back(std::make_unique<Launch>(kernel, grid, block, sharedBytes, args, memory, options, &crossing));
    llvm::ThreadPoolTaskGroup group(pool());
    for (const auto &part : llvm::drop_begin(parts))
      group.async([&, launch = part.get()] { launch->run(order); });
    parts.front()->run(order);
    group.wait();
    if (!crossing.gaveUp())
      return finish(parts);
    crossing.undo();
    alone = true;
    parts.clear();
  }
  parts.push_back(std::make_unique<Launch>(kernel, grid, block, sharedBytes, args, memory, options));
  parts.front()->run(order);
  if (!parts.front()->findings.empty())
    return llvm::make_error<LaunchError>(std::move(parts.front()->findings));
  return finish(parts);
}
