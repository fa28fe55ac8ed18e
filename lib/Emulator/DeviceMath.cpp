//===- DeviceMath.cpp - libdevice's functions and conversions of bf16 -----===//
//
// `__nv_expf` and its like are computed by the C library; those that it lacks are here. So are the
// helpers that x86 code generation calls for half and bf16, which older libgcc lacks.
//
//===----------------------------------------------------------------------===//

#include "RuntimeABI.h"
#include "llvm/ADT/StringSet.h"
#include <cmath>
#include <cstring>

using namespace braid::emu;

template <typename T> static T rsqrtOf(T x) { return T(1) / std::sqrt(x); }
template <typename T> static T rcbrtOf(T x) { return T(1) / std::cbrt(x); }
template <typename T> static T saturate(T x) { return x > 0 ? (x < 1 ? x : T(1)) : T(0); }
template <typename T> static T powi(T x, int n) { return std::pow(x, T(n)); }
template <typename T> static T normcdf(T x) { return T(0.5) * std::erfc(-x * T(0.70710678118654752440)); }
template <typename T> static T sinpi(T x) {
  return T(std::sin(3.14159265358979323846 * std::remainder(double(x), 2.0)));
}
template <typename T> static T cospi(T x) {
  return T(std::cos(3.14159265358979323846 * std::remainder(double(x), 2.0)));
}
static float fdivide(float x, float y) { return x / y; }
static float exp10Of(float x) { return float(std::pow(10.0, double(x))); }
static double exp10Of(double x) { return std::pow(10.0, x); }
template <typename T> static int isNan(T x) { return std::isnan(x); }
template <typename T> static int isInf(T x) { return std::isinf(x); }
template <typename T> static int isFinite(T x) { return std::isfinite(x); }
static void sincosFloat(float x, float *s, float *c) { *s = std::sin(x), *c = std::cos(x); }
static void sincosDouble(double x, double *s, double *c) { *s = std::sin(x), *c = std::cos(x); }

static float fromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}
static uint32_t toBits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}

/// To nearest, ties to even; as a float whose upper half is the bf16.
static uint16_t roundToBF16(float x) {
  uint32_t bits = toBits(x);
  if (std::isnan(x))
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
static __bf16 truncateFloat(float x) { return __builtin_bit_cast(__bf16, roundToBF16(x)); }
static __bf16 truncateDouble(double x) {
  // Once to odd, so that rounding a second time does no harm.
  float nearest = float(x);
  if (double(nearest) != x && !std::isnan(x) && !(toBits(nearest) & 1)) {
    bool up = std::fabs(double(nearest)) < std::fabs(x);
    nearest = fromBits(toBits(nearest) + (up ? 1 : -1));
  }
  return truncateFloat(nearest);
}

template <typename R, typename... A> static void *pointer(R (*f)(A...)) { return reinterpret_cast<void *>(f); }

const std::vector<RuntimeSymbol> &braid::emu::mathSymbols() {
  static const std::vector<RuntimeSymbol> symbols = {
      {"braid_nv_rsqrtf", pointer(rsqrtOf<float>)},
      {"braid_nv_rsqrt", pointer(rsqrtOf<double>)},
      {"braid_nv_rcbrtf", pointer(rcbrtOf<float>)},
      {"braid_nv_rcbrt", pointer(rcbrtOf<double>)},
      {"braid_nv_saturatef", pointer(saturate<float>)},
      {"braid_nv_powif", pointer(powi<float>)},
      {"braid_nv_powi", pointer(powi<double>)},
      {"braid_nv_normcdff", pointer(normcdf<float>)},
      {"braid_nv_normcdf", pointer(normcdf<double>)},
      {"braid_nv_sinpif", pointer(sinpi<float>)},
      {"braid_nv_sinpi", pointer(sinpi<double>)},
      {"braid_nv_cospif", pointer(cospi<float>)},
      {"braid_nv_cospi", pointer(cospi<double>)},
      {"braid_nv_fast_fdividef", pointer(fdivide)},
      {"braid_nv_exp10f", pointer(static_cast<float (*)(float)>(exp10Of))},
      {"braid_nv_exp10", pointer(static_cast<double (*)(double)>(exp10Of))},
      {"braid_nv_isnanf", pointer(isNan<float>)},
      {"braid_nv_isnand", pointer(isNan<double>)},
      {"braid_nv_isinff", pointer(isInf<float>)},
      {"braid_nv_isinfd", pointer(isInf<double>)},
      {"braid_nv_finitef", pointer(isFinite<float>)},
      {"braid_nv_isfinited", pointer(isFinite<double>)},
      {"braid_nv_sincosf", pointer(sincosFloat)},
      {"braid_nv_sincos", pointer(sincosDouble)},
      {"__truncsfbf2", pointer(truncateFloat)},
      {"__truncdfbf2", pointer(truncateDouble)},
  };
  return symbols;
}

std::string braid::emu::deviceFunction(llvm::StringRef name) {
  static const llvm::StringSet<> inC = {
      "acos",      "acosh", "asin",  "asinh", "atan", "atan2",   "atanh",     "cbrt",      "ceil",
      "copysign",  "cos",   "cosh",  "erf",   "erfc", "exp",     "exp2",      "expm1",     "fabs",
      "fdim",      "floor", "fma",   "fmax",  "fmin", "fmod",    "hypot",     "ldexp",     "lgamma",
      "log",       "log10", "log1p", "log2",  "logb", "ilogb",   "nearbyint", "nextafter", "pow",
      "remainder", "rint",  "round", "sin",   "sinh", "sqrt",    "tan",       "tanh",      "tgamma",
      "trunc",     "j0",    "j1",    "y0",    "y1",   "llround", "llrint"};
  static const std::pair<const char *, const char *> renamed[] = {
      {"fast_expf", "expf"},     {"fast_exp10f", "braid_nv_exp10f"},
      {"fast_logf", "logf"},     {"fast_log2f", "log2f"},
      {"fast_log10f", "log10f"}, {"fast_powf", "powf"},
      {"fast_sinf", "sinf"},     {"fast_cosf", "cosf"},
      {"fast_tanf", "tanf"},     {"abs", "abs"},
      {"llabs", "llabs"},        {"fsqrt_rn", "sqrtf"},
      {"dsqrt_rn", "sqrt"},      {"fmaf_rn", "fmaf"},
      {"fma_rn", "fma"}};
  if (!name.consume_front("__nv_"))
    return "";
  for (auto &[from, to] : renamed)
    if (name == from)
      return to;
  if (inC.contains(name) || (name.ends_with("f") && inC.contains(name.drop_back())))
    return name.str();
  std::string own = ("braid_nv_" + name).str();
  for (const RuntimeSymbol &symbol : mathSymbols())
    if (own == symbol.name)
      return own;
  return "";
}
