// The recurrence of examples/retnet.braid as one would write it by hand: S = g S + k (x) v, y = q S, token by token with the matrix of
// one head in cache, sequences and heads over threads. Prints seconds of every repetition as JSON.
//   recurrence BATCH TIME HEADS REPS, with DK and DV from the command line of the compiler.
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static float *filled(long numbers) {
  float *p = aligned_alloc(64, (size_t)(numbers * 4 + 63) / 64 * 64);
  for (long i = 0; i < numbers; ++i)
    p[i] = (float)(rand() % 2000 - 1000) * 1e-3f;
  return p;
}

static void head(const float *restrict q, const float *restrict k, const float *restrict v, float *restrict y, float g, long time, long heads) {
  static _Thread_local float S[DK * DV] __attribute__((aligned(64)));
  for (int i = 0; i < DK * DV; ++i)
    S[i] = 0;
  for (long t = 0; t < time; ++t, q += heads * DK, k += heads * DK, v += heads * DV, y += heads * DV) {
    float sum[DV] __attribute__((aligned(64)));
    for (int j = 0; j < DV; ++j)
      sum[j] = 0;
    for (int i = 0; i < DK; ++i)
      for (int j = 0; j < DV; ++j) {
        float s = g * S[i * DV + j] + k[i] * v[j];
        S[i * DV + j] = s;
        sum[j] += q[i] * s;
      }
    for (int j = 0; j < DV; ++j)
      y[j] = sum[j];
  }
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 2;
  long batch = atol(argv[1]), time = atol(argv[2]), heads = atol(argv[3]), reps = atol(argv[4]), rows = batch * time * heads;
  float *q = filled(rows * DK), *k = filled(rows * DK), *v = filled(rows * DV), *y = filled(rows * DV);
  printf("{\"seconds\": [");
  for (long rep = -2; rep < reps; ++rep) {
    double start = omp_get_wtime();
#pragma omp parallel for schedule(static)
    for (long job = 0; job < batch * heads; ++job) {
      long s = job / heads, h = job % heads, row = s * time * heads + h;
      head(q + row * DK, k + row * DK, v + row * DV, y + row * DV, 0.97f, time, heads);
    }
    double seconds = omp_get_wtime() - start;
    if (rep >= 0)
      printf("%s%.9f", rep ? ", " : "", seconds);
  }
  printf("]}\n");
  return y[0] != y[0];
}
