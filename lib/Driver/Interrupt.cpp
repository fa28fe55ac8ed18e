//===- Interrupt.cpp - SIGINT and SIGTERM as a flag -----------------------===//
#include "lib/Driver/Interrupt.h"

namespace braid::driver {

static volatile std::sig_atomic_t arrived = 0;
static constexpr int watched[] = {SIGINT, SIGTERM};

static void note(int signal) { arrived = signal; }

Interrupt::Interrupt() {
  arrived = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  action.sa_flags = int(SA_RESETHAND) | SA_RESTART;
  for (int i = 0; i < 2; ++i)
    sigaction(watched[i], &action, &before[i]);
}

Interrupt::~Interrupt() {
  for (int i = 0; i < 2; ++i)
    sigaction(watched[i], &before[i], nullptr);
}

int Interrupt::signal() const { return arrived; }

} // namespace braid::driver
