//===- Braid.h - the braid dialect: one token's point of view -------------===//
//
// The one header to include for the dialect's types, attributes and ops.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_BRAID_H
#define BRAID_DIALECTS_BRAID_IR_BRAID_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "braid/Support/AttentionMask.h"
#include "dialects/Braid/IR/Roles.h"

#include "dialects/Braid/IR/BraidDialect.h.inc"
#include "dialects/Braid/IR/BraidEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Braid/IR/BraidAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Braid/IR/BraidTypes.h.inc"

namespace braid::lang {

/// Where a primitive's adjoint puts the gradients of its operands. Several
/// gradients of one value are summed in the order in which they are added.
class GradientSink {
public:
  virtual ~GradientSink() = default;
  /// True if any result depends on `value` in a way that a gradient is asked
  /// for; an adjoint need not build what nobody wants.
  virtual bool wants(mlir::Value value) const = 0;
  /// Adds `gradient`, which has the axes of `value`, in its order. It may vary more than
  /// the value does: the sum over the tokens is then the sink's.
  virtual void add(mlir::Value value, mlir::Value gradient) = 0;
  /// Returns the sum so far and forgets it (null where there is none), for an adjoint
  /// that adds its own share to it and gives back the whole with `add`.
  virtual mlir::Value take(mlir::Value value) = 0;
  /// True where only row-local ops may be built: nothing that sums over tokens.
  virtual bool rowLocal() const = 0;
};

} // namespace braid::lang

#include "dialects/Braid/IR/BraidInterfaces.h.inc"
#define GET_OP_CLASSES
#include "dialects/Braid/IR/BraidOps.h.inc"

namespace braid::lang {

/// What the op is; `Effect` for ops of other dialects and for null.
Role roleOf(mlir::Operation *op);

/// How many operands an elementwise function takes (1, 2 or 3).
unsigned arity(Fn fn);
/// True for `lt le eq and or not`, whose result is a bool.
bool yieldsBool(Fn fn);

/// The value of a string array attribute, as strings.
llvm::SmallVector<llvm::StringRef> strings(mlir::ArrayAttr array);
/// The value type of a value of this dialect.
inline ValueType typeOf(mlir::Value value) { return mlir::cast<ValueType>(value.getType()); }

} // namespace braid::lang

#endif
