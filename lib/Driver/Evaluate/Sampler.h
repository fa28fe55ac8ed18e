//===- Sampler.h - the next token from logits -----------------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_SAMPLER_H
#define BRAID_LIB_DRIVER_EVALUATE_SAMPLER_H

#include "braid/Driver/Commands.h"
#include "llvm/ADT/ArrayRef.h"

namespace braid::driver {

/// Draws one of the first `readable` tokens from softmax(logits / temperature), cut to the `topK` likeliest and to the
/// likeliest whose probabilities first add up to `topP`. A function of its arguments alone; temperature 0 gives the
/// likeliest (the first of equals). `index` is the number of the token drawn. A logit of -inf is never drawn; fails
/// where a logit is NaN or +inf, and where no token is left.
llvm::Expected<int64_t> sampleToken(llvm::ArrayRef<float> logits, int64_t readable, const GenerateOptions &options,
                                    uint64_t seed, int64_t index);

} // namespace braid::driver

#endif
