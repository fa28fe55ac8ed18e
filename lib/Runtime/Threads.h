//===- Threads.h - pieces of work over threads ----------------------------===//
//
// OpenMP may give any number of threads from one to as many as are asked for (limits, dynamic teams,
// nested regions). So work is cut into pieces by the number that is asked for, each piece is done by
// whoever is there, and a result depends on the pieces alone.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_THREADS_H
#define BRAID_LIB_RUNTIME_THREADS_H

#include <omp.h>

namespace braid::rt {

/// Runs work(piece) for the pieces 0 … pieces-1, on at most as many threads.
template <typename Work> void forPieces(int pieces, const Work &work) {
  if (pieces <= 1) {
    if (pieces == 1)
      work(0);
    return;
  }
#pragma omp parallel num_threads(pieces)
  for (int piece = omp_get_thread_num(); piece < pieces; piece += omp_get_num_threads())
    work(piece);
}

/// Until its end oneDNN uses no other thread than this one. It cuts a product by omp_get_max_threads() and does
/// only the shares of the threads that come; what it is given is a piece of the product, so it needs no other.
class OneThread {
public:
  OneThread() : before(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before); }
  OneThread(const OneThread &) = delete;
  OneThread &operator=(const OneThread &) = delete;

private:
  int before;
};

} // namespace braid::rt

#endif
