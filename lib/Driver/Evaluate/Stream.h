//===- Stream.h - the loss over a file that is one text -------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_STREAM_H
#define BRAID_LIB_DRIVER_EVALUATE_STREAM_H

#include "Windows.h"

namespace braid::driver {

/// Mean loss (nats) of a file as one text: window after window, each with what @loss remembers of those before, which
/// the session was compiled to do. Fails where a text so long is longer than the model sees, or what is remembered of
/// it more than the machine has. `separator` opens a document; they are counted from the file's beginning. `windows`:
/// the first so many; 0: all.
llvm::Expected<EvaluationResult> evaluateStream(Session &session, const rt::Dataset &data, int64_t separator,
                                                int64_t ignore, uint64_t seed = 0, int64_t windows = 0);

} // namespace braid::driver

#endif
