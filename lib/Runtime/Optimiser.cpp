//===- Optimiser.cpp - the options of a step as fp32 numbers --------------===//

#include "braid/Runtime/Optimiser.h"
#include <algorithm>
#include <cfloat>
#include <cmath>

/// False for NaN, too.
static bool between(double x, double least, double most) { return x >= least && x <= most; }
static bool isNormal(double x) { return between(x, FLT_MIN, FLT_MAX); }

/// Near 1 a moment times 1 is exact, and what is subtracted has all its digits.
static void fillBeta(double beta, float *hyper) {
  float whole = beta < 0.5 ? float(beta) : 1.0f;
  hyper[0] = whole;
  hyper[1] = float(beta - double(whole));
  hyper[2] = float(1 - beta);
  hyper[3] = float(beta > 0 ? std::min(-std::log(beta), 1000.0) : 1000.0);
}

const char *braid_hyper_of(const braid_optimiser *options, float *hyper) {
  const braid_optimiser &o = *options;
  if (o.learning_rate != 0 && !isNormal(o.learning_rate))
    return "the learning rate is 0 or from 1.2e-38 to 3.4e38 in every step";
  if (o.weight_decay != 0 && !isNormal(o.weight_decay))
    return "weight decay is 0 or from 1.2e-38 to 3.4e38";
  // Second moments of less are 0, and epsilon alone would divide.
  if (!between(o.epsilon, 1e-19, FLT_MAX))
    return "epsilon is from 1e-19, the least root of a second moment, to 3.4e38";
  // Beyond, the squares of what clipping leaves are infinite.
  if (o.clip != 0 && !between(o.clip, FLT_MIN, 1e19))
    return "clip is from 1.2e-38 to 1e19, or 0 for none";
  if (!between(o.beta1, 0, 0.999999) || !between(o.beta2, 0, 0.999999))
    return "a beta is from 0 to 0.999999";
  if (o.most_skipped < 0 || o.most_skipped > 1 << 20)
    return "the steps left out in a row are from 0 to 1048576";
  hyper[BRAID_HYPER_RATE] = float(o.learning_rate);
  hyper[BRAID_HYPER_DECAY] = float(o.weight_decay);
  hyper[BRAID_HYPER_EPSILON] = float(o.epsilon);
  hyper[BRAID_HYPER_CLIP] = float(o.clip);
  hyper[BRAID_HYPER_MOST_SKIPPED] = float(o.most_skipped);
  fillBeta(o.beta1, hyper + BRAID_HYPER_BETA1);
  fillBeta(o.beta2, hyper + BRAID_HYPER_BETA2);
  return nullptr;
}
