//===- Faults.cpp - kernels that touch memory that does not exist ---------===//
//
// With the check of bounds on, no such access happens; without it, or where a thread's stack grows
// too far, the processor's fault ends the launch, not the process.
//
//===----------------------------------------------------------------------===//

#include "Faults.h"
#include <csignal>
#include <cstdlib>

using namespace braid::emu;

static thread_local void (*onFault)(void *address) = nullptr;
static struct sigaction before[2];
static constexpr int signals[] = {SIGSEGV, SIGBUS};

static void handle(int number, siginfo_t *info, void *context) {
  if (onFault) {
    // It does not return here; the signal must be able to come again.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    onFault(info->si_addr);
  }
  const struct sigaction &old = before[number == SIGBUS];
  if (old.sa_flags & SA_SIGINFO && old.sa_sigaction)
    return old.sa_sigaction(number, info, context);
  if (!(old.sa_flags & SA_SIGINFO) && old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN)
    return old.sa_handler(number);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

CatchFaults::CatchFaults(void (*handler)(void *address)) : outer(onFault) {
  // Handlers run on a stack of their own, as the thread's may be what is full.
  static thread_local char stack[64 << 10];
  stack_t alternative{};
  sigaltstack(nullptr, &alternative);
  if (alternative.ss_flags & SS_DISABLE) {
    alternative.ss_sp = stack;
    alternative.ss_size = sizeof(stack);
    alternative.ss_flags = 0;
    sigaltstack(&alternative, nullptr);
  }
  static bool installed = [] {
    for (int i = 0; i < 2; ++i) {
      struct sigaction action{};
      action.sa_sigaction = handle;
      action.sa_flags = SA_SIGINFO | SA_ONSTACK;
      sigaction(signals[i], &action, &before[i]);
    }
    return true;
  }();
  (void)installed;
  onFault = handler;
}

CatchFaults::~CatchFaults() { onFault = outer; }
