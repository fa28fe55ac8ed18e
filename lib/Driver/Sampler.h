//===- Sampler.h - the next token from logits -----------------------------===//
#ifndef BRAID_LIB_DRIVER_SAMPLER_H
#define BRAID_LIB_DRIVER_SAMPLER_H

#include "braid/Driver/Commands.h"

namespace braid::driver {

/// Draws from softmax(logits / temperature), cut to the `topK` likeliest and to the likeliest whose probabilities
/// first add up to `topP`. A function of its arguments alone; temperature 0 gives the likeliest (the first of equals).
/// `index` is the number of the token drawn. Returns -1 where no logit is finite.
int64_t sampleToken(const float *logits, int64_t count, const GenerateOptions &options, int64_t index);

} // namespace braid::driver

#endif
