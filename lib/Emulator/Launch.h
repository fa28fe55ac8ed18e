//===- Launch.h - a kernel while it runs ----------------------------------===//
//
// The state of one thread of the CPU that runs blocks of a launch: the fibers of the running block,
// their warps and barriers, the block's shared memory, and what was found and counted so far. Compiled
// kernels reach it through the functions of RuntimeABI.h. Blocks that run side by side share a Crossing.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_EMULATOR_LAUNCH_H
#define BRAID_LIB_EMULATOR_LAUNCH_H

#include "Counting.h"
#include "Crossing.h"
#include "Stamps.h"
#include "braid/Emulator/Emulator.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <deque>
#include <set>
#include <unordered_map>

namespace braid::emu {

/// An instruction that reports can name.
struct Site {
  std::string location, what;
  bool store = false, atomic = false, isVolatile = false;
  /// What the address of an access must be a multiple of.
  uint32_t align = 1;
};

/// A variable in shared memory: where it lies in a block's arena.
struct SharedVariable {
  std::string name;
  size_t offset = 0, size = 0;
};

/// What a launch must know of its module.
struct KernelInfo {
  std::string name;
  void (*entry)(void *const *args) = nullptr;
  const std::vector<Site> *sites = nullptr;
  const std::vector<SharedVariable> *shared = nullptr;
  size_t dynamicOffset = 0;
  /// Global variables of the module.
  std::vector<Buffer *> globals;
};

enum class State : uint8_t { Ready, Barrier, Mbarrier, Warp, Done };

/// What a lane brings to a warp operation and takes from it.
struct LaneRequest {
  uint32_t op = 0, mask = 0, a = 0, b = 0;
  uint64_t value = 0, result = 0;
};

struct AsyncCopy {
  uint8_t *destination;
  const uint8_t *source;
  uint32_t size, sourceSize, site;
  /// The source when the copy was issued: its bytes, and who had written each of them.
  std::vector<uint8_t> bytes = {};
  std::vector<Stamp> writers = {};
};

struct Thread {
  void *context = nullptr;
  uint8_t *stack = nullptr;
  Dim3 id;
  uint32_t linear = 0;
  State state = State::Ready;
  /// Where it waits.
  uint32_t site = 0;
  uint32_t barrier = 0, barrierInput = 0, barrierResult = 0;
  LaneRequest request;
  std::vector<AsyncCopy> open;
  std::deque<std::vector<AsyncCopy>> groups;
  /// Bulk copies from shared memory.
  std::vector<AsyncCopy> openStores;
  std::deque<std::vector<AsyncCopy>> storeGroups;
  const uint8_t *mbarrier = nullptr;
  uint64_t yields = 0, steps = 0;

  uint32_t warp() const { return linear / 32; }
  uint32_t lane() const { return linear % 32; }
};

/// What this thread of the CPU knows of a buffer that its blocks touch.
struct Touched {
  Buffer *buffer = nullptr;
  /// Stamps, one per byte; made at the first checked access.
  LazyBytes accesses;
  Crossing::Range *range = nullptr;

  Accesses *accessesAt(const uint8_t *p) {
    if (!accesses)
      accesses = LazyBytes(buffer->size * sizeof(Accesses));
    return reinterpret_cast<Accesses *>(accesses.data()) + (p - buffer->base);
  }
};

class Launch {
public:
  Launch(const KernelInfo &kernel, Dim3 grid, Dim3 block, size_t sharedBytes, llvm::ArrayRef<void *> args,
         Memory &memory, const Options &options, Crossing *crossing = nullptr);

  /// The blocks of a launch by number, in the order of the seed.
  static std::vector<uint64_t> orderOfBlocks(Dim3 grid, uint64_t seed);
  /// Runs all blocks, or those that `crossing` hands out.
  void run(llvm::ArrayRef<uint64_t> order);
  /// What was found, counted and noted; each note with the place of its block in the order.
  std::vector<Finding> findings;
  Counters counters;
  std::map<std::pair<uint32_t, uint32_t>, std::pair<uint64_t, Finding>> notes;

  /// The launch whose thread runs now.
  static Launch &current();

  /// Adds what was counted; traffic of buffers goes to `first`, which then has that of all.
  void addTo(Launch &first, Counters &counters) const;
  void takeBuffers(Counters &result) { result.buffers = requests.takeBuffers(); }

  // What threads call.
  uint32_t specialRegister(uint32_t which) const;
  uint8_t *sharedBase() const { return arena.data(); }
  void access(const void *pointer, uint32_t size, uint32_t site);
  uint32_t barrier(uint32_t id, uint32_t count, uint32_t input, uint32_t kind, uint32_t site);
  void barrierArrive(uint32_t id, uint32_t count, uint32_t site);
  uint64_t warpOperation(LaneRequest request, uint32_t site);
  void asyncCopy(void *destination, const void *source, uint32_t size, uint32_t sourceSize, uint32_t site);
  void commitCopies();
  void waitCopies(uint32_t allowed);
  /// An operation of RuntimeABI.h on the mbarrier at an address of shared memory.
  uint64_t mbarrier(uint32_t op, uint64_t address, uint64_t value, uint32_t site);
  /// `barrier` 0: a copy out of shared memory, that belongs to a group of the thread.
  void bulkCopy(void *to, const void *from, uint32_t size, uint64_t barrier, uint32_t site);
  void commitBulkStores();
  void waitBulkStores(uint32_t allowed);
  void fence() {
    blockFenced = true;
    seenBlocks.insert(metBlocks.begin(), metBlocks.end());
  }
  void yieldThread();
  /// The running thread is about to run so many instructions of a loop.
  void step(uint32_t instructions, uint32_t site) {
    if ((running->steps += instructions) > options.limit)
      endlessLoop(site);
  }
  void print(const char *format, const void *arguments);
  [[noreturn]] void exitThread();
  /// Where every fiber begins.
  static void start(Launch *launch, void *scheduler);
  /// Ends the launch with a finding about the running thread.
  [[noreturn]] void fail(llvm::StringRef kind, llvm::Twine message, uint32_t site);

private:
  // Scheduler.cpp
  void runBlock(uint64_t index);
  void prepareBlock(uint64_t index);
  void resume(Thread &thread);
  void suspend();
  void finishThread();
  [[noreturn]] void abandon();
  [[noreturn]] void endlessLoop(uint32_t site);
  /// Leaves it to blocks that run one after another.
  [[noreturn]] void meet() {
    crossing->giveUp();
    abandon();
  }
  /// A fault of the processor while a thread ran.
  [[noreturn]] void fault(const void *address);
  void makeReady(Thread &thread);
  Thread *nextReady();
  uint64_t random();

  // Barriers.cpp
  struct Barrier {
    std::vector<Thread *> waiting;
    uint32_t arrived = 0, count = 0;
    uint32_t warps = 0; // bits
    uint32_t kind = 0;
    bool isAligned = true; ///< the lanes of a warp must arrive at one place
  };
  void completeBarrier(uint32_t id);
  void reportDivergence(Barrier &barrier);
  void joinClocks(uint32_t warps);
  void advanceClock(uint32_t warp);
  void explainDeadlock();
  std::string whatItDoes(const Thread &thread) const;

  // Mbarrier.cpp
  struct Mbarrier {
    uint32_t expected = 0, pending = 0;
    int64_t bytes = 0; ///< that copies have yet to bring
    uint64_t phase = 0;
    std::array<uint32_t, 32> released{}; ///< clocks that come before the end of the phase
    std::vector<Thread *> waiting;
  };
  /// Copies whose end an mbarrier counts.
  struct Landing {
    Thread *thread;
    const uint8_t *barrier;
    uint32_t site, bytes;
    bool arrives; ///< as a thread does
    std::vector<AsyncCopy> copies;
  };
  Mbarrier &mbarrierAt(const uint8_t *pointer, uint32_t site);
  bool testMbarrier(const uint8_t *pointer, uint64_t phase, uint32_t site);
  void release(Mbarrier &barrier, Thread &thread);
  void acquire(const Mbarrier &barrier, const Thread &thread);
  bool landOne();
  std::string tooMany(const Mbarrier &barrier) const;
  std::string outstanding(const Mbarrier &barrier) const;

  // WarpOperations.cpp
  bool completeWarp(uint32_t warp, const LaneRequest &like);
  void joinLanes(uint32_t warp, uint32_t lanes, bool ordersWrites);
  void retryWarp(uint32_t warp);

  // Accesses.cpp
  void checkAccess(const uint8_t *pointer, uint32_t size, uint32_t site, bool store, bool atomic);
  bool checkShared(const uint8_t *pointer, uint32_t size, uint32_t site, bool store);
  Touched *findGlobal(const uint8_t *pointer, uint32_t size, uint32_t site, bool store);
  void checkRaces(Accesses *accesses, const uint8_t *pointer, uint32_t size, uint32_t site, bool store, bool atomic,
                  llvm::StringRef where);
  bool ordered(Stamp stamp, bool readBeforeWrite) const;
  void synchronise(const uint8_t *pointer);
  void settleConflict();
  Touched &touched(Buffer &buffer);
  Buffer *bufferAt(const uint8_t *pointer);
  void checkAlignment(const uint8_t *pointer, uint32_t align, uint32_t site);

  // AsyncCopies.cpp
  AsyncCopy issue(uint8_t *to, const uint8_t *from, uint32_t size, uint32_t sourceSize, uint32_t site);
  const Accesses *accessesOf(const uint8_t *pointer);
  void checkSource(const AsyncCopy &copy);
  void land(const AsyncCopy &copy);

  Finding makeFinding(const Thread &thread, llvm::StringRef kind, llvm::Twine message, uint32_t site) const;
  /// Keeps a finding; the first of its kind at a place only.
  void report(const Thread &thread, llvm::StringRef kind, llvm::Twine message, uint32_t site, uint32_t other = 0);
  std::string describe(const Site &site) const { return site.what + " at " + site.location; }
  std::string nameOf(Stamp stamp) const;
  /// Whether a byte is in the block's shared memory.
  bool isShared(const uint8_t *pointer) const { return uint64_t(pointer) - uint64_t(arena.data()) < arena.size(); }
  std::string shared(const uint8_t *pointer) const;
  std::string placeOf(const uint8_t *pointer);
  bool checks(Check check) const { return options.checks & check; }
  const Site &site(uint32_t index) const { return (*kernel.sites)[index]; }

public:
  const KernelInfo &kernel;
  const Options options;

private:
  Dim3 grid, blockSize, blockId;
  uint64_t blockIndex = 0;
  size_t sharedBytes;
  llvm::ArrayRef<void *> args;
  Memory &memory;
  Crossing *const crossing;
  /// Where the block is in the order of blocks.
  uint64_t place = 0;

  std::vector<Thread> threads;
  std::vector<LazyBytes> stacks;
  std::deque<Thread *> ready;
  Thread *running = nullptr;
  void *scheduler = nullptr;
  uint32_t done = 0;
  bool stopped = false;
  uint64_t randomState;
  std::map<uint32_t, Barrier> barriers;
  std::map<const uint8_t *, Mbarrier> mbarriers;
  std::deque<Landing> landings;
  /// clocks[w][v]: what warp w knows of warp v's clock.
  std::vector<std::array<uint32_t, 32>> clocks;
  /// What the lanes of a warp know of each other: writes[a][b] is the moment of the warp's clock before which
  /// what lane b wrote is visible to lane a; reads[a][b] that before which what it read comes before what lane a
  /// does. Shuffles order reads with later writes, but no writes.
  struct LaneClocks {
    using Rows = std::array<std::array<uint32_t, 32>, 32>;
    Rows writes, reads;
    void set(uint32_t moment) {
      for (Rows *rows : {&writes, &reads})
        for (auto &row : *rows)
          row.fill(moment);
    }
  };
  std::vector<LaneClocks> lanes;

  // Shared memory: bytes, which of them belong to a variable, which were written, copies in flight
  // (thread + 1), accesses.
  LazyBytes arena, arenaWritten, arenaAccesses;
  std::vector<uint8_t> arenaValid;
  std::vector<uint16_t> arenaInFlight;

  // Order between blocks, through atomics.
  bool blockFenced = false;
  std::unordered_map<const void *, std::vector<uint64_t>> released;
  /// Blocks whose writes are visible here; those that an atomic has met, which become so with a fence after it.
  std::set<uint64_t> seenBlocks, metBlocks;

  // A store that races with another: a race only if it changes the bytes.
  struct Conflict {
    Thread *thread = nullptr;
    const uint8_t *pointer;
    llvm::SmallVector<uint8_t, 64> before;
    std::string message;
    uint32_t site, other;
  } conflict;
  /// The bytes of an asynchronous copy are not there yet, so that they cannot be compared.
  bool copying = false;

  std::set<std::tuple<std::string, uint32_t, uint32_t>> known;
  std::unordered_map<Buffer *, std::unique_ptr<Touched>> buffers;
  /// The buffer that each instruction touched last.
  std::vector<Touched *> lastOfSite;
  RequestCounter requests;
};

/// Runs a kernel: its blocks side by side where they do not meet, else one after another. `alone` says
/// that they met before, and is set when they do.
llvm::Expected<LaunchResult> runLaunch(const KernelInfo &kernel, Dim3 grid, Dim3 block, size_t sharedBytes,
                                       llvm::ArrayRef<void *> args, Memory &memory, const Options &options,
                                       std::atomic<bool> &alone);

/// "(1, 2, 3)"
std::string text(Dim3 dim);

} // namespace braid::emu

#endif
