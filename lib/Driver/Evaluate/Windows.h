//===- Windows.h - the loss over the windows of a file --------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_WINDOWS_H
#define BRAID_LIB_DRIVER_EVALUATE_WINDOWS_H

#include "braid/Data/Dataset.h"
#include "braid/Driver/Session.h"

namespace braid::driver {

/// Mean loss (nats) of the windows of a file: all, or `batches` (> 0) batches of `batch`, spread evenly over the file.
/// The session has @loss. `separator` opens a document, for models that take them. Noise is drawn with `seed`, at step
/// 0, for the window's number among those looked at: the same in every evaluation. `also` is called after each batch,
/// with the number of its first window; what its targets do not count is filler.
struct EvaluationResult {
  double loss = 0;
  int64_t tokens = 0;
};
llvm::Expected<EvaluationResult>
evaluateWindows(Session &session, const rt::Dataset &data, int64_t batch, int64_t batches, int64_t separator,
                int64_t ignore, uint64_t seed = 0,
                llvm::function_ref<llvm::Error(int64_t first, llvm::ArrayRef<int32_t> targets)> also = nullptr);

/// Fails where none of those windows has a target that is counted.
llvm::Error checkTargets(const rt::Dataset &data, int64_t batch, int64_t batches, int64_t ignore);

/// Takes the token `ignore` out of the targets (-1: none); returns how many are counted.
int64_t countTargets(int32_t *targets, int64_t size, int64_t ignore);

} // namespace braid::driver

#endif
