//===- VectorMath.cpp - elementary functions as straight-line code --------===//
//
// No branch and no table: both sides of a case distinction are computed and one
// is selected. An operation rounds once and multiply-adds are written as fma: no
// fast-math flag lets LLVM or ptxas decide otherwise.
//
//===----------------------------------------------------------------------===//

#include "VectorMath.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace braid::row;
using V = Value;

Type VectorMath::withElement(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return VectorType::get(vector.getShape(), element);
  return element;
}

V VectorMath::number(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  auto attr = FloatAttr::get(element, element.isF32() ? double(float(value)) : value);
  if (auto vector = dyn_cast<VectorType>(type))
    return b.create<arith::ConstantOp>(loc, DenseElementsAttr::get(vector, attr.getValue()));
  return b.create<arith::ConstantOp>(loc, attr);
}
V VectorMath::integer(Type type, int64_t value) {
  auto attr = IntegerAttr::get(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return b.create<arith::ConstantOp>(loc, DenseElementsAttr::get(vector, attr.getValue()));
  return b.create<arith::ConstantOp>(loc, attr);
}

V VectorMath::add(V x, V y) { return b.create<arith::AddFOp>(loc, x, y); }
V VectorMath::sub(V x, V y) { return b.create<arith::SubFOp>(loc, x, y); }
V VectorMath::mul(V x, V y) { return b.create<arith::MulFOp>(loc, x, y); }
V VectorMath::div(V x, V y) { return b.create<arith::DivFOp>(loc, x, y); }
V VectorMath::max(V x, V y) { return b.create<arith::MaximumFOp>(loc, x, y, arith::FastMathFlags::nsz); }
V VectorMath::min(V x, V y) { return b.create<arith::MinimumFOp>(loc, x, y, arith::FastMathFlags::nsz); }
V VectorMath::fma(V x, V y, V z) { return b.create<LLVM::FMAOp>(loc, x, y, z); }
V VectorMath::sqrt(V x) { return b.create<LLVM::SqrtOp>(loc, x); }
V VectorMath::abs(V x) { return b.create<LLVM::FAbsOp>(loc, x); }
V VectorMath::compare(arith::CmpFPredicate predicate, V x, V y) {
  return b.create<arith::CmpFOp>(loc, predicate, x, y);
}
V VectorMath::compare(arith::CmpIPredicate predicate, V x, V y) {
  return b.create<arith::CmpIOp>(loc, predicate, x, y);
}
V VectorMath::select(V condition, V x, V y) { return b.create<arith::SelectOp>(loc, condition, x, y); }
V VectorMath::mulz(V x, V y) {
  V zero = number(x.getType(), 0.0);
  V both = iand(compare(arith::CmpFPredicate::UNE, x, zero), compare(arith::CmpFPredicate::UNE, y, zero));
  return select(both, b.create<arith::MulFOp>(loc, x, y), zero);
}
V VectorMath::bits(V x) { return b.create<arith::BitcastOp>(loc, withElement(x.getType(), b.getI32Type()), x); }
V VectorMath::real(V x) { return b.create<arith::BitcastOp>(loc, withElement(x.getType(), b.getF32Type()), x); }
V VectorMath::ior(V x, V y) { return b.create<arith::OrIOp>(loc, x, y); }
V VectorMath::iand(V x, V y) { return b.create<arith::AndIOp>(loc, x, y); }
V VectorMath::iadd(V x, V y) { return b.create<arith::AddIOp>(loc, x, y); }
V VectorMath::isub(V x, V y) { return b.create<arith::SubIOp>(loc, x, y); }
V VectorMath::shl(V x, int64_t by) { return b.create<arith::ShLIOp>(loc, x, integer(x.getType(), by)); }
V VectorMath::sra(V x, int64_t by) { return b.create<arith::ShRSIOp>(loc, x, integer(x.getType(), by)); }
V VectorMath::srl(V x, int64_t by) { return b.create<arith::ShRUIOp>(loc, x, integer(x.getType(), by)); }

/// Called functions are private to the module, so that every part of a split program has its own.
V VectorMath::apply(StringRef name, V x, function_ref<V(V)> expand) {
  if (!calls)
    return expand(x);
  auto vector = dyn_cast<VectorType>(x.getType());
  std::string symbol = (functionPrefix + name + "_" + Twine(vector ? vector.getNumElements() : 1)).str();
  auto module = b.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(symbol)) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    auto function = b.create<LLVM::LLVMFuncOp>(loc, symbol, LLVM::LLVMFunctionType::get(x.getType(), {x.getType()}),
                                               LLVM::Linkage::Internal);
    function.setMemoryAttr(LLVM::MemoryEffectsAttr::get(
        b.getContext(), {LLVM::ModRefInfo::NoModRef, LLVM::ModRefInfo::NoModRef, LLVM::ModRefInfo::NoModRef}));
    function.setPassthroughAttr(b.getStrArrayAttr({"noinline", "nounwind", "willreturn"}));
    Block *body = function.addEntryBlock(b);
    b.setInsertionPointToEnd(body);
    b.create<LLVM::ReturnOp>(loc, expand(body->getArgument(0)));
  }
  return b.create<LLVM::CallOp>(loc, x.getType(), symbol, ValueRange{x}).getResult();
}

V VectorMath::horner(V x, ArrayRef<double> coefficients) {
  V sum = number(x.getType(), coefficients.front());
  for (double c : coefficients.drop_front())
    sum = fma(sum, x, number(x.getType(), c));
  return sum;
}

V VectorMath::copySign(V magnitude, V sign) {
  V raw = bits(sign);
  return real(ior(iand(bits(magnitude), integer(raw.getType(), 0x7fffffff)),
                  iand(raw, integer(raw.getType(), 0x80000000ll - (1ll << 32)))));
}

/// Two factors, because 2^n itself may not be a number.
V VectorMath::scale(V x, V n) {
  V half = sra(n, 1), rest = isub(n, half), bias = integer(n.getType(), 127);
  V y = b.create<arith::MulFOp>(loc, x, real(shl(iadd(half, bias), 23)));
  return b.create<arith::MulFOp>(loc, y, real(shl(iadd(rest, bias), 23)));
}

/// 12582912 = 1.5 · 2^23: adding it leaves the nearest integer in the low bits, also of a NaN, without a
/// conversion that is undefined out of range.
static constexpr double rounder = 12582912.0;

std::pair<V, V> VectorMath::expTail(V x) {
  Type type = x.getType();
  V shift = number(type, rounder), shifted = fma(x, number(type, 1.4426950408889634), shift);
  V n = b.create<arith::SubFOp>(loc, shifted, shift);
  V r = fma(n, number(type, -0.693145751953125), x);
  r = fma(n, number(type, -1.42860682030941723212e-6), r);
  V p =
      horner(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  return {fma(b.create<arith::MulFOp>(loc, r, r), p, r), isub(bits(shifted), bits(shift))};
}

/// Below 2 ulp; subnormal results are rounded once more.
V VectorMath::expInline(V x) {
  Type type = x.getType();
  V lower = number(type, -105.0), upper = number(type, 90.0);
  x = select(compare(arith::CmpFPredicate::OLT, x, lower), lower, x);
  x = select(compare(arith::CmpFPredicate::OGT, x, upper), upper, x);
  auto [tail, n] = expTail(x);
  return scale(b.create<arith::AddFOp>(loc, tail, number(type, 1.0)), n);
}

/// Below 2 ulp. log(0) = -inf, log of a negative number is NaN.
V VectorMath::logInline(V x) {
  Type type = x.getType();
  // Subnormal arguments are brought into the normal range first.
  V tiny = compare(arith::CmpFPredicate::OLT, x, number(type, 1.17549435e-38));
  V scaled = select(tiny, b.create<arith::MulFOp>(loc, x, number(type, 8388608.0)), x);
  V raw = bits(scaled);
  // m in [sqrt 1/2, sqrt 2), x = m · 2^e.
  V moved = isub(raw, integer(raw.getType(), 0x3f3504f3));
  V e = sra(moved, 23);
  V m = real(isub(raw, shl(e, 23)));
  V ef = b.create<arith::SIToFPOp>(loc, type, e);
  ef = b.create<arith::SubFOp>(loc, ef, select(tiny, number(type, 23.0), number(type, 0.0)));
  V f = b.create<arith::SubFOp>(loc, m, number(type, 1.0));
  V z = b.create<arith::MulFOp>(loc, f, f);
  V p = horner(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                   -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  V y = b.create<arith::MulFOp>(loc, b.create<arith::MulFOp>(loc, f, z), p);
  y = fma(ef, number(type, -2.12194440e-4), y);
  y = fma(z, number(type, -0.5), y);
  V result = b.create<arith::AddFOp>(loc, f, y);
  result = fma(ef, number(type, 0.693359375), result);
  V infinity = number(type, std::numeric_limits<double>::infinity());
  result = select(compare(arith::CmpFPredicate::OEQ, x, infinity), infinity, result);
  result = select(compare(arith::CmpFPredicate::OEQ, x, number(type, 0.0)),
                  number(type, -std::numeric_limits<double>::infinity()), result);
  // Negative numbers and NaN.
  return select(compare(arith::CmpFPredicate::UGE, x, number(type, 0.0)),
                select(compare(arith::CmpFPredicate::UNO, x, x), x, result),
                number(type, std::numeric_limits<double>::quiet_NaN()));
}

/// Below 3 ulp: with t = exp(2|x|) - 1, computed without cancellation, t / (t + 2).
V VectorMath::tanhInline(V x) {
  Type type = x.getType();
  V size = abs(x), bound = number(type, 10.0); // where the result has long been 1
  size = select(compare(arith::CmpFPredicate::OGT, size, bound), bound, size);
  auto [tail, n] = expTail(b.create<arith::AddFOp>(loc, size, size));
  V power = real(shl(iadd(n, integer(n.getType(), 127)), 23));
  V t = fma(tail, power, b.create<arith::SubFOp>(loc, power, number(type, 1.0)));
  return copySign(b.create<arith::DivFOp>(loc, t, b.create<arith::AddFOp>(loc, t, number(type, 2.0))), x);
}

/// Below 3 ulp: with e = exp(-|x|), 1 / (1 + e) or e / (1 + e).
V VectorMath::sigmoidInline(V x) {
  Type type = x.getType();
  V one = number(type, 1.0), e = expInline(b.create<arith::NegFOp>(loc, abs(x)));
  V top = select(compare(arith::CmpFPredicate::OLT, x, number(type, 0.0)), e, one);
  return b.create<arith::DivFOp>(loc, top, b.create<arith::AddFOp>(loc, one, e));
}

/// Below 2 ulp; after the minimax fits of N. Juffa (public domain).
V VectorMath::erfInline(V x) {
  Type type = x.getType();
  V t = abs(x), s = b.create<arith::MulFOp>(loc, x, x);
  V r = fma(number(type, -1.72853470e-5), t, number(type, 3.83197126e-4));
  V u = fma(number(type, -3.88396438e-3), t, number(type, 2.42546219e-2));
  r = fma(r, s, u);
  for (double c : {-1.06777877e-1, -6.34846687e-1, -1.28717512e-1})
    r = fma(r, t, number(type, c));
  r = fma(r, t, b.create<arith::NegFOp>(loc, t));
  // For large arguments the polynomial grows without bound in the wrong direction.
  r = select(compare(arith::CmpFPredicate::OGT, t, number(type, 4.0)), number(type, -30.0), r);
  V large = copySign(b.create<arith::SubFOp>(loc, number(type, 1.0), expInline(r)), x);
  V p = horner(s, {-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1});
  V small = fma(p, x, x);
  return select(compare(arith::CmpFPredicate::OGT, t, number(type, 0.927734375)), large, small);
}

/// x in quarters of a turn, for |x| from 2^16 on: x is m · 2^e with an integer m, and of 2/π only the bits count whose
/// products with m · 2^e are below 4 (Payne and Hanek, 1983). 64 of them leave an error of 2^-38 quarters.
std::pair<V, V> VectorMath::quartersOfLarge(V x) {
  Type type = x.getType(), wide = withElement(type, b.getI64Type());
  // 2/π behind nine bits of zero, so that the bits wanted begin at bit e + 7 for every e from -7 to 104.
  constexpr uint64_t twoOverPi[] = {0x00517cc1b727220a, 0x94fe13abe8fa9a6e, 0xe06db14acc9e21c8};
  auto extend = [&](V v) { return V(b.create<arith::ExtUIOp>(loc, wide, v)); };
  V raw = bits(x), exponent = iand(srl(raw, 23), integer(raw.getType(), 255));
  V at = iadd(exponent, integer(raw.getType(), 7 - 127 - 23));
  V second = compare(arith::CmpIPredicate::sge, at, integer(raw.getType(), 64));
  V word[3];
  for (int i = 0; i < 3; ++i)
    word[i] = integer(wide, int64_t(twoOverPi[i]));
  V high = select(second, word[1], word[0]), low = select(second, word[2], word[1]);
  V by = extend(iand(at, integer(raw.getType(), 63)));
  V rest =
      b.create<arith::SubIOp>(loc, integer(wide, 63), by); // 64 - by in two steps, since a shift by 64 is undefined
  V window = ior(b.create<arith::ShLIOp>(loc, high, by), b.create<arith::ShRUIOp>(loc, srl(low, 1), rest));
  V m = extend(ior(iand(raw, integer(raw.getType(), 0x7fffff)), integer(raw.getType(), 0x800000)));
  V product = b.create<arith::MulIOp>(loc, m, window); // modulo four turns of a quarter
  product = select(compare(arith::CmpIPredicate::slt, raw, integer(raw.getType(), 0)), isub(integer(wide, 0), product),
                   product);
  V whole = srl(iadd(product, integer(wide, int64_t(1) << 61)), 62);
  V part = sra(isub(product, shl(whole, 62)), 32);
  auto truncate = [&](V v) { return V(b.create<arith::TruncIOp>(loc, raw.getType(), v)); };
  V r = b.create<arith::MulFOp>(loc, b.create<arith::SIToFPOp>(loc, type, truncate(part)),
                                number(type, 1.5707963267948966 / (1 << 30)));
  return {truncate(whole), r};
}

/// Absolute error below 1.6e-7.
V VectorMath::sinOrCos(V x, int64_t quarter) {
  Type type = x.getType();
  V shift = number(type, rounder), shifted = fma(x, number(type, 0.636619772367581343), shift);
  V n = b.create<arith::SubFOp>(loc, shifted, shift);
  V q = bits(shifted);
  V r = fma(n, number(type, -1.57079601287841796875), x);
  r = fma(n, number(type, -3.1391647326017846353e-7), r);
  r = fma(n, number(type, -5.390302529957764765e-15), r);
  // From 2^16 on n has too many digits for its products with parts of π/2 to be exact.
  V size = abs(x), isLarge = compare(arith::CmpFPredicate::OGE, size, number(type, 65536.0));
  auto [wholes, parts] = quartersOfLarge(x);
  r = select(isLarge, parts, r);
  q = iadd(select(isLarge, wholes, q), integer(q.getType(), quarter));
  V isFinite = compare(arith::CmpFPredicate::OLT, size, number(type, std::numeric_limits<double>::infinity()));
  r = select(isFinite, r, number(type, std::numeric_limits<double>::quiet_NaN()));
  V s = b.create<arith::MulFOp>(loc, r, r);
  V sine = fma(b.create<arith::MulFOp>(loc, r, s), horner(s, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1}), r);
  V cosine = horner(s, {2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5, 1.0});
  V one = integer(q.getType(), 1), zero = integer(q.getType(), 0);
  V result = select(compare(arith::CmpIPredicate::ne, iand(q, one), zero), cosine, sine);
  // Quarters 2 and 3 (the low bits of the rounder are zero) change the sign.
  return real(b.create<arith::XOrIOp>(loc, bits(result), shl(iand(q, integer(q.getType(), 2)), 30)));
}

/// exp(y log x) with the logarithm in double precision: below 2 ulp.
V VectorMath::pow(V x, V y) {
  Type type = x.getType(), wide = withElement(type, b.getF64Type());
  V size = abs(x);
  V tiny = compare(arith::CmpFPredicate::OLT, size, number(type, 1.17549435e-38));
  V raw = bits(select(tiny, b.create<arith::MulFOp>(loc, size, number(type, 8388608.0)), size));
  V e = sra(isub(raw, integer(raw.getType(), 0x3f3504f3)), 23);
  V m = b.create<arith::ExtFOp>(loc, wide, real(isub(raw, shl(e, 23))));
  V ef = b.create<arith::SIToFPOp>(loc, wide, isub(e, select(tiny, integer(e.getType(), 23), integer(e.getType(), 0))));
  // log m = 2 artanh((m - 1) / (m + 1)).
  V one = number(wide, 1.0);
  V s = b.create<arith::DivFOp>(loc, b.create<arith::SubFOp>(loc, m, one), b.create<arith::AddFOp>(loc, m, one));
  V series = horner(b.create<arith::MulFOp>(loc, s, s),
                    {2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2.0});
  V logarithm = fma(ef, number(wide, 0.693147180559945309), b.create<arith::MulFOp>(loc, series, s));
  V exponent = b.create<arith::MulFOp>(loc, logarithm, b.create<arith::ExtFOp>(loc, wide, y));
  // Into the range of exp, then in parts so that the digits behind the point survive the step to f32.
  V lower = number(wide, -110.0), upper = number(wide, 100.0);
  exponent = select(compare(arith::CmpFPredicate::OLT, exponent, lower), lower, exponent);
  exponent = select(compare(arith::CmpFPredicate::OGT, exponent, upper), upper, exponent);
  V big = b.create<arith::TruncFOp>(loc, type, exponent);
  V rest = b.create<arith::TruncFOp>(loc, type,
                                     b.create<arith::SubFOp>(loc, exponent, b.create<arith::ExtFOp>(loc, wide, big)));
  V zero = number(type, 0.0), infinity = number(type, std::numeric_limits<double>::infinity());
  V ones = number(type, 1.0);
  // Infinity stays as it is: a correction, even one of 0, would make it NaN.
  V value = expInline(big);
  value = select(compare(arith::CmpFPredicate::OLT, value, infinity), fma(value, rest, value), value);
  // Base zero and infinite, exponent of either sign.
  V positive = compare(arith::CmpFPredicate::OGT, y, zero);
  value = select(compare(arith::CmpFPredicate::OEQ, x, zero), select(positive, zero, infinity), value);
  value = select(compare(arith::CmpFPredicate::OEQ, size, infinity), select(positive, infinity, zero), value);
  // A negative base: the sign of an odd exponent, NaN for one that is not an integer.
  V whole = b.create<LLVM::FTruncOp>(loc, y);
  V half = b.create<arith::MulFOp>(loc, y, number(type, 0.5));
  V isWhole = compare(arith::CmpFPredicate::OEQ, whole, y);
  V isOdd = b.create<arith::AndIOp>(loc, isWhole,
                                    compare(arith::CmpFPredicate::ONE, V(b.create<LLVM::FTruncOp>(loc, half)), half));
  V negative = compare(arith::CmpFPredicate::OLT, x, zero);
  V signedValue = select(isOdd, b.create<arith::NegFOp>(loc, value), value);
  value = select(negative, select(isWhole, signedValue, number(type, std::numeric_limits<double>::quiet_NaN())), value);
  V nan = b.create<arith::AddFOp>(loc, x, y);
  value = select(compare(arith::CmpFPredicate::UNO, x, y), nan, value);
  // x^0 = 1^y = 1 for everything, NaN included.
  V trivial = b.create<arith::OrIOp>(loc, compare(arith::CmpFPredicate::OEQ, y, zero),
                                     compare(arith::CmpFPredicate::OEQ, x, ones));
  return select(trivial, ones, value);
}
