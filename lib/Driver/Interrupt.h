//===- Interrupt.h - SIGINT and SIGTERM as a flag -------------------------===//
#ifndef BRAID_LIB_DRIVER_INTERRUPT_H
#define BRAID_LIB_DRIVER_INTERRUPT_H

#include <csignal>

namespace braid::driver {

/// While it lives, the first SIGINT or SIGTERM only sets a flag; a second one ends the process as usual.
class Interrupt {
public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt &) = delete;
  /// The signal that came, or 0.
  int signal() const;

private:
  struct sigaction before[2];
};

} // namespace braid::driver

#endif
