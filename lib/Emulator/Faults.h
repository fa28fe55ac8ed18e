//===- Faults.h - kernels that touch memory that does not exist -----------===//
#ifndef BRAID_LIB_EMULATOR_FAULTS_H
#define BRAID_LIB_EMULATOR_FAULTS_H

namespace braid::emu {

/// While it lives, a fault of this OS thread calls `handler`, which must not return.
class CatchFaults {
public:
  explicit CatchFaults(void (*handler)(void *address));
  ~CatchFaults();

private:
  void (*outer)(void *);
};

} // namespace braid::emu

#endif
