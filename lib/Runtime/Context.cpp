//===- Context.cpp - scratch memory, messages and times -------------------===//

#include "braid/Runtime/Context.h"
#include "MatmulCache.h"
#include "braid/Runtime/Processors.h"
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <omp.h>
#include <sys/mman.h>

using namespace braid::rt;

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// OpenMP counts processors, not the time that a container is given on them; what a user has said stands.
static int defaultThreads() {
  return std::getenv("OMP_NUM_THREADS") ? omp_get_max_threads() : std::min(omp_get_max_threads(), usableProcessors());
}

Context::Context(int threads) : numThreads(std::clamp(threads > 0 ? threads : defaultThreads(), 1, 4096)) {
  matmulCache = std::make_unique<MatmulCache>();
  blocks.resize(size_t(numThreads) + 1);
  // Pages that are only read are the kernel's one page of zeros: the block takes no memory.
  void *pages = mmap(nullptr, zeroBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  zeroBlock = pages == MAP_FAILED ? nullptr : static_cast<char *>(pages);
}

Context::~Context() {
  for (Block &block : blocks)
    std::free(block.data);
  if (zeroBlock)
    munmap(zeroBlock, zeroBytes);
}

int braid::rt::workingThreads(int asked) {
  int working = 1;
#pragma omp parallel num_threads(asked)
#pragma omp masked
  working = omp_get_num_threads();
  return working;
}

braid_context Context::contextFor(int64_t batch, const braid_rows &rows) {
  braid_context context = {};
  context.batch = batch;
  context.rows = rows;
  context.tokens = batch * rows.time;
  context.padded_tokens = (context.tokens + 15) / 16 * 16;
  context.state = this;
  return context;
}

int32_t Context::fail(std::string message) {
  if (text.empty())
    text = std::move(message);
  return 1;
}

void Context::addLocation(const char *location) {
  if (location && *location)
    text = std::string(location) + ": " + text;
}

void Context::setTiming(bool on) {
  timed = on;
  if (on)
    record.clear();
}

std::vector<CallTime> Context::times() const {
  std::vector<CallTime> result;
  for (auto &[key, time] : record)
    result.push_back(time);
  std::sort(result.begin(), result.end(), [](const CallTime &a, const CallTime &b) { return a.seconds > b.seconds; });
  return result;
}

void Context::addTime(const char *kind, const char *name, double seconds, double flops) {
  CallTime &time = record[{kind, name ? name : ""}];
  if (!time.calls) {
    time.kind = kind;
    time.name = name ? name : "";
  }
  time.seconds += seconds;
  time.flops += flops;
  ++time.calls;
}

char *Context::scratch(int piece, size_t bytes) {
  Block &block = blocks[size_t(piece)];
  if (bytes > block.bytes || !block.data) {
    std::free(block.data);
    // A little more than asked for, so that slowly growing requests do not allocate each time.
    size_t wanted = (bytes + bytes / 8 + 4095) / 4096 * 4096;
    wanted = std::max<size_t>(wanted, 4096);
    block.data = static_cast<char *>(std::aligned_alloc(4096, wanted));
    block.bytes = block.data ? wanted : 0;
  }
  return block.data;
}

CallTimer::CallTimer(Context &context, const char *kind, const char *name)
    : context(context), kind(kind), name(name), start(context.timing() ? now() : 0) {}

CallTimer::~CallTimer() {
  if (context.timing())
    context.addTime(kind, name, now() - start, flops);
}
