//===- Random.cpp - draws in row kernels ----------------------------------===//
//
// The same arithmetic as lib/Support/Random.cpp, operation for operation and without
// contraction, so that a kernel draws the same bits as the runtime does. Each lane
// computes the block of four words that its element is in.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"

using namespace mlir;
using namespace braid::row;

namespace {

/// Arithmetic without flags, on scalars and vectors; constants take the type of the other operand.
class Plain {
public:
  Plain(OpBuilder &b, Location loc, VectorMath &math) : b(b), loc(loc), math(math) {}

  Value integer(Value like, uint64_t value) {
    // Constants are signed attributes of 32 or 64 bits.
    bool narrow = getElementTypeOrSelf(like.getType()).isInteger(32);
    return math.integer(like.getType(), narrow ? int64_t(int32_t(uint32_t(value))) : int64_t(value));
  }
  Value number(Value like, float value) { return math.number(real(like.getType()), value); }
  Type real(Type type) { return VectorMath::withElement(type, b.getF32Type()); }

  Value iadd(Value x, Value y) { return b.create<arith::AddIOp>(loc, x, y); }
  Value iadd(Value x, uint64_t y) { return iadd(x, integer(x, y)); }
  Value isub(Value x, Value y) { return b.create<arith::SubIOp>(loc, x, y); }
  Value imul(Value x, uint64_t y) { return b.create<arith::MulIOp>(loc, x, integer(x, y)); }
  Value bitXor(Value x, Value y) { return b.create<arith::XOrIOp>(loc, x, y); }
  Value bitAnd(Value x, uint64_t y) { return b.create<arith::AndIOp>(loc, x, integer(x, y)); }
  Value shl(Value x, uint64_t by) { return b.create<arith::ShLIOp>(loc, x, integer(x, by)); }
  Value srl(Value x, uint64_t by) { return b.create<arith::ShRUIOp>(loc, x, integer(x, by)); }
  Value sra(Value x, uint64_t by) { return b.create<arith::ShRSIOp>(loc, x, integer(x, by)); }
  Value isOdd(Value x) { return math.compare(arith::CmpIPredicate::ne, bitAnd(x, 1), integer(x, 0)); }

  Value toReal(Value x) { return b.create<arith::SIToFPOp>(loc, real(x.getType()), x); }
  Value asReal(Value x) { return b.create<arith::BitcastOp>(loc, real(x.getType()), x); }
  Value asBits(Value x) {
    return b.create<arith::BitcastOp>(loc, VectorMath::withElement(x.getType(), b.getI32Type()), x);
  }
  Value add(Value x, Value y) { return b.create<arith::AddFOp>(loc, x, y); }
  Value add(Value x, float y) { return add(x, number(x, y)); }
  Value sub(Value x, Value y) { return b.create<arith::SubFOp>(loc, x, y); }
  Value mul(Value x, Value y) { return b.create<arith::MulFOp>(loc, x, y); }
  Value mul(Value x, float y) { return mul(x, number(x, y)); }
  Value neg(Value x) { return b.create<arith::NegFOp>(loc, x); }
  Value select(Value condition, Value x, Value y) { return math.select(condition, x, y); }

  Value splitmix(Value x) {
    x = iadd(x, 0x9E3779B97F4A7C15u);
    x = imul(bitXor(x, srl(x, 30)), 0xBF58476D1CE4E5B9u);
    x = imul(bitXor(x, srl(x, 27)), 0x94D049BB133111EBu);
    return bitXor(x, srl(x, 31));
  }

  /// Philox4x32-10: the counter becomes the four words.
  void philox(Value key0, Value key1, Value (&c)[4]) {
    Type type = c[0].getType();
    auto spread = [&](Value key) -> Value {
      return isa<VectorType>(type) ? Value(b.create<vector::SplatOp>(loc, type, key)) : key;
    };
    for (int round = 0; round < 10; ++round, key0 = iadd(key0, 0x9E3779B9u), key1 = iadd(key1, 0xBB67AE85u)) {
      auto p0 = b.create<arith::MulUIExtendedOp>(loc, c[0], integer(c[0], 0xD2511F53u));
      auto p1 = b.create<arith::MulUIExtendedOp>(loc, c[2], integer(c[2], 0xCD9E8D57u));
      c[0] = bitXor(bitXor(p1.getHigh(), c[1]), spread(key0));
      c[1] = p1.getLow();
      c[2] = bitXor(bitXor(p0.getHigh(), c[3]), spread(key1));
      c[3] = p0.getLow();
    }
  }

  Value logarithm(Value x) {
    Value shifted = iadd(asBits(x), uint32_t(-0x3F3504F3));
    Value e = toReal(sra(shifted, 23));
    Value m = add(asReal(iadd(bitAnd(shifted, 0x7FFFFF), 0x3F3504F3u)), -1.0f);
    Value z = mul(m, m), p = number(m, 7.0376836292e-2f);
    for (float c : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                    2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f})
      p = add(mul(p, m), c);
    Value y = sub(add(mul(mul(m, z), p), mul(e, -2.12194440e-4f)), mul(z, 0.5f));
    return add(add(m, y), mul(e, 0.693359375f));
  }

  /// One of the two normals from two words.
  Value normal(Value w0, Value w1, Value second, float std) {
    Value u = add(mul(toReal(srl(w0, 1)), 0x1p-31f), 0x1p-32f);
    Value radius = mul(math.sqrt(mul(logarithm(u), -2.0f)), std);
    Value quadrant = srl(iadd(w1, 0x20000000u), 30);
    Value a = mul(toReal(isub(w1, shl(quadrant, 30))), 1.46291807926716e-9f), z = mul(a, a);
    Value s = mul(add(mul(z, -1.9515295891e-4f), 8.3321608736e-3f), z);
    s = add(mul(mul(add(s, -1.6666654611e-1f), z), a), a);
    Value c = mul(add(mul(z, 2.443315711809948e-5f), -1.388731625493765e-3f), z);
    c = mul(mul(add(c, 4.166664568298827e-2f), z), z);
    c = add(sub(c, mul(z, 0.5f)), 1.0f);
    Value odd = isOdd(quadrant), x = select(odd, s, c), y = select(odd, c, s);
    x = select(isOdd(srl(iadd(quadrant, 1), 1)), neg(x), x);
    y = select(isOdd(srl(quadrant, 1)), neg(y), y);
    return mul(radius, select(second, y, x));
  }

private:
  OpBuilder &b;
  Location loc;
  VectorMath &math;
};

} // namespace

/// Before the rows: the keys of all streams, from the seed and the hashes behind the dynamic sizes.
void KernelEmitter::emitStreams() {
  streams.resize(kernel.numStreams());
  Type pointer = args.getType(), i64 = b.getI64Type(), i32 = b.getI32Type();
  Plain plain(b, loc, math);
  for (auto random : kernel.getBody().getOps<RandomOp>()) {
    Stream &stream = streams[random.getStream()];
    if (stream.step)
      continue;
    auto word = [&](int32_t number) -> Value {
      Value at =
          b.create<LLVM::GEPOp>(loc, pointer, i32, bases.lookup(random.getDraw()), ArrayRef<LLVM::GEPArg>{number});
      return b.create<LLVM::LoadOp>(loc, i32, at);
    };
    auto wide = [&](Value x) -> Value { return b.create<arith::ExtUIOp>(loc, i64, x); };
    Value low = wide(word(0)), seed = b.create<arith::OrIOp>(loc, low, plain.shl(wide(word(1)), 32));
    auto index = int32_t(kernel.getDynamic().size() + random.getStream());
    Value at = b.create<LLVM::GEPOp>(loc, pointer, i64, sizes, ArrayRef<LLVM::GEPArg>{index});
    Value hash = b.create<LLVM::LoadOp>(loc, i64, at);
    Value key = plain.splitmix(plain.iadd(hash, plain.splitmix(seed)));
    stream.key[0] = b.create<arith::TruncIOp>(loc, i32, key);
    stream.key[1] = b.create<arith::TruncIOp>(loc, i32, plain.srl(key, 32));
    stream.step = word(2);
    stream.firstSequence = word(3);
  }
}

Value KernelEmitter::computeRandom(RandomOp random, const Position &position, unsigned depth) {
  const Stream &stream = streams[random.getStream()];
  Index index = offsetOf(typeOf(random.getResult()).getAxes(), position);
  Value element = index.varies() ? lanesOf(index) : scalarOf(index);
  enter(depth);
  Plain plain(b, loc, math);
  Type i32 = b.getI32Type(), type = VectorMath::withElement(element.getType(), i32);
  auto spread = [&](Value x) -> Value {
    return isa<VectorType>(type) ? Value(b.create<vector::SplatOp>(loc, type, x)) : x;
  };
  auto narrow = [&](Value x) -> Value { return b.create<arith::TruncIOp>(loc, i32, x); };
  Value place = random.getPerSequence() ? math.integer(i32, -1) : narrow(positionOfRow());
  Value sequence = plain.iadd(stream.firstSequence, narrow(sequenceOfRow()));
  Value number = b.create<arith::TruncIOp>(loc, type, element);
  Value words[4] = {plain.srl(number, 2), spread(place), spread(sequence), spread(stream.step)};
  plain.philox(stream.key[0], stream.key[1], words);

  auto scale = float(random.getScale().convertToDouble());
  Value second = plain.isOdd(number), upper = plain.isOdd(plain.srl(number, 1));
  Value w0 = plain.select(upper, words[2], words[0]), w1 = plain.select(upper, words[3], words[1]);
  if (random.getDistribution() == Distribution::Normal)
    return plain.normal(w0, w1, second, scale);
  Value word = plain.select(second, w1, w0);
  return plain.mul(plain.mul(plain.toReal(plain.sra(word, 8)), 0x1p-23f), scale);
}
