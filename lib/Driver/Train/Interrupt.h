//===- Interrupt.h - SIGINT, SIGTERM and SIGHUP as a flag -----------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_INTERRUPT_H
#define BRAID_LIB_DRIVER_TRAIN_INTERRUPT_H

#include <atomic>
#include <csignal>
#include <thread>

namespace braid::driver {

/// SIGINT, SIGTERM and SIGHUP, taken by a thread that does nothing else. No handler ever runs on a thread that
/// computes: oneDNN's kernels keep their stack pointer in a workspace of their own, and the frame of a handler would
/// overwrite what lies below it. A SIGHUP that is ignored when the process begins, as `nohup` has it, stays so. To be
/// made before the process has any other thread, since threads inherit which signals are blocked.
class Interrupt {
public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt &) = delete;
  /// Until this is called a signal ends the process as usual; from then on the first one only sets the flag.
  void arm() { armed = true; }
  /// The signal that came after `arm`, or 0.
  int signal() const { return arrived; }

private:
  void watch();
  /// Ends the process by the signal's default action.
  void end(int signal);

  std::atomic<bool> armed{false};
  std::atomic<int> arrived{0};
  sigset_t watched, before;
  int signals = -1, stop = -1;
  std::thread watcher;
};

} // namespace braid::driver

#endif
