//===- Scheduler.cpp - fibers of a block and their order ------------------===//
//
// A thread runs until it waits for others; then another thread that can run is chosen: in order, or
// at random from the seed and the number of the block.
//
//===----------------------------------------------------------------------===//

#include "Faults.h"
#include "Launch.h"
#include "Print.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <boost/context/detail/fcontext.hpp>
#include <sys/mman.h>

using namespace braid::emu;
namespace ctx = boost::context::detail;

static thread_local Launch *currentLaunch = nullptr;
/// Stacks of earlier launches.
static thread_local std::vector<LazyBytes> spareStacks;
Launch &Launch::current() { return *currentLaunch; }

Launch::Launch(const KernelInfo &kernel, Dim3 grid, Dim3 block, size_t sharedBytes, llvm::ArrayRef<void *> args,
               Memory &memory, const Options &options, Crossing *crossing)
    : kernel(kernel), options(options), grid(grid), blockSize(block), sharedBytes(sharedBytes), args(args),
      memory(memory), crossing(crossing), lastOfSite(kernel.sites->size()),
      requests(options.count ? (block.count() + 31) / 32 : 0, kernel.sites->size()) {
  // Guard bytes after the dynamic part, as between variables.
  size_t arenaSize = kernel.dynamicOffset + sharedBytes + 64;
  arena = LazyBytes(arenaSize, /*below4GiB=*/true);
  arenaValid.assign(arenaSize, 0);
  for (const SharedVariable &variable : *kernel.shared)
    std::fill_n(arenaValid.begin() + variable.offset, variable.size, 1);
  std::fill_n(arenaValid.begin() + kernel.dynamicOffset, sharedBytes, 1);
  arenaWritten = LazyBytes(arenaSize);
  arenaAccesses = LazyBytes(arenaSize * sizeof(Accesses));
  arenaInFlight.assign(arenaSize, 0);
}

/// splitmix64
static uint64_t nextRandom(uint64_t &state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}
uint64_t Launch::random() { return nextRandom(randomState); }

std::vector<uint64_t> Launch::orderOfBlocks(Dim3 grid, uint64_t seed) {
  std::vector<uint64_t> order(grid.count());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  uint64_t state = seed;
  if (seed)
    for (size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[nextRandom(state) % i]);
  return order;
}

void Launch::run(llvm::ArrayRef<uint64_t> order) {
  size_t page = 4096, stackSize = (options.stackBytes + page - 1) / page * page + page;
  threads.resize(blockSize.count());
  if (!spareStacks.empty() && spareStacks.back().size() != stackSize)
    spareStacks.clear();
  for (Thread &thread : threads) {
    if (spareStacks.empty()) {
      stacks.emplace_back(stackSize);
      // The lowest page stops a stack that grows too far.
      mprotect(stacks.back().data(), page, PROT_NONE);
    } else {
      stacks.push_back(std::move(spareStacks.back()));
      spareStacks.pop_back();
    }
    thread.stack = stacks.back().data();
    uint64_t linear = uint64_t(&thread - threads.data());
    thread.linear = uint32_t(linear);
    thread.id = {uint32_t(linear % blockSize.x), uint32_t(linear / blockSize.x % blockSize.y),
                 uint32_t(linear / blockSize.x / blockSize.y)};
  }
  Launch *outer = currentLaunch;
  currentLaunch = this;
  CatchFaults faults([](void *address) { currentLaunch->fault(address); });
  for (uint64_t next = 0; !stopped; ++next) {
    place = crossing ? crossing->next() : next;
    if (place >= order.size())
      break;
    runBlock(order[place]);
  }
  currentLaunch = outer;
  for (LazyBytes &stack : stacks)
    spareStacks.push_back(std::move(stack));
}

static void threadMainOnFiber(ctx::transfer_t transfer);

void Launch::prepareBlock(uint64_t index) {
  blockIndex = index;
  blockId = {uint32_t(index % grid.x), uint32_t(index / grid.x % grid.y), uint32_t(index / grid.x / grid.y)};
  done = 0;
  blockFenced = false;
  seenBlocks.clear();
  metBlocks.clear();
  barriers.clear();
  mbarriers.clear();
  landings.clear();
  ready.clear();
  randomState = options.seed ^ index * 0xd1342543de82ef95;
  arenaWritten.clear();
  arenaAccesses.clear();
  // What a block finds in its shared memory is what others left there: anything.
  std::memset(arena.data(), 0xA5, arena.size());
  std::fill(arenaInFlight.begin(), arenaInFlight.end(), 0);
  clocks.assign((threads.size() + 31) / 32, {});
  for (size_t warp = 0; warp < clocks.size(); ++warp)
    clocks[warp][warp] = 1;
  lanes.resize(clocks.size());
  for (LaneClocks &warp : lanes)
    warp.set(1);
  for (Thread &thread : threads) {
    thread.state = State::Ready;
    thread.open.clear();
    thread.groups.clear();
    thread.openStores.clear();
    thread.storeGroups.clear();
    thread.yields = thread.steps = 0;
    size_t size = stacks[thread.linear].size();
    thread.context = ctx::make_fcontext(thread.stack + size, size - 4096, threadMainOnFiber);
    ready.push_back(&thread);
  }
}

void Launch::runBlock(uint64_t index) {
  prepareBlock(index);
  while (!stopped && done < threads.size()) {
    if (crossing && crossing->gaveUp()) {
      stopped = true;
      break;
    }
    Thread *next = nextReady();
    if (!next && landOne())
      continue;
    if (!next) {
      explainDeadlock();
      stopped = true;
      break;
    }
    resume(*next);
  }
  if (options.count)
    requests.endBlock(counters, [&](uint32_t index) {
      const Site &at = site(index);
      return std::pair(!at.store || at.atomic, at.store);
    });
}

Thread *Launch::nextReady() {
  if (ready.empty())
    return nullptr;
  if (options.seed)
    std::swap(ready.front(), ready[random() % ready.size()]);
  Thread *next = ready.front();
  ready.pop_front();
  return next;
}

void Launch::makeReady(Thread &thread) {
  thread.state = State::Ready;
  ready.push_back(&thread);
}

void Launch::resume(Thread &thread) {
  running = &thread;
  thread.context = ctx::jump_fcontext(thread.context, this).fctx;
}

void Launch::suspend() { scheduler = ctx::jump_fcontext(scheduler, nullptr).fctx; }

void Launch::abandon() {
  stopped = true;
  suspend();
  llvm_unreachable("an abandoned thread went on");
}

void Launch::yieldThread() {
  settleConflict();
  // A thread that waits in a loop for another lets it run now and then.
  if (++running->yields % 64)
    return;
  if (running->yields > 4u << 20)
    fail("endless wait", "the thread spins on memory that nothing changes", running->site);
  makeReady(*running);
  suspend();
}

void Launch::endlessLoop(uint32_t site) {
  fail("endless loop", "the thread has run more than " + llvm::Twine(options.limit) + " instructions in loops", site);
}

static void threadMainOnFiber(ctx::transfer_t transfer) {
  Launch::start(static_cast<Launch *>(transfer.data), transfer.fctx);
}

void Launch::start(Launch *launch, void *scheduler) {
  launch->scheduler = scheduler;
  launch->kernel.entry(launch->args.data());
  launch->finishThread();
  llvm_unreachable("a finished thread went on");
}

void Launch::exitThread() {
  finishThread();
  llvm_unreachable("a finished thread went on");
}

void Launch::finishThread() {
  settleConflict();
  // Copies that nobody waited for arrive at last.
  commitCopies();
  waitCopies(0);
  commitBulkStores();
  waitBulkStores(0);
  running->state = State::Done;
  ++done;
  retryWarp(running->warp());
  std::vector<uint32_t> ids;
  for (auto &[id, barrier] : barriers)
    if (!barrier.waiting.empty())
      ids.push_back(id);
  for (uint32_t id : ids)
    completeBarrier(id);
  suspend();
}

void Launch::fault(const void *address) {
  const uint8_t *guard = running->stack;
  auto *p = static_cast<const uint8_t *>(address);
  if (p >= guard && p < guard + 4096)
    fail("stack overflow", "the thread needs more than " + llvm::Twine(options.stackBytes) + " bytes of local memory",
         running->site);
  // The processor gives no address where no address of its can be like that.
  std::string where =
      address ? "address 0x" + llvm::utohexstr(uint64_t(address)) : "address 0, or to one that no pointer can be,";
  fail("fault", "an access to " + where + " after this place; the check of bounds would name it", running->site);
}

void Launch::print(const char *format, const void *arguments) {
  settleConflict();
  if (crossing)
    meet();
  std::string text = formatPacked(format, arguments);
  if (options.print)
    options.print(text);
  else
    llvm::outs() << text;
}

void Launch::fail(llvm::StringRef kind, llvm::Twine message, uint32_t site) {
  report(*running, kind, message, site);
  abandon();
}
