//===- Roles.h - what an op is, whatever its name -------------------------===//
//
// Each op's definition in TableGen names its role, and none goes without one. Levels,
// storage, recomputation, rounding and views ask for it (`roleOf`), so that a new op is
// in none of their lists.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_ROLES_H
#define BRAID_DIALECTS_BRAID_IR_ROLES_H

#include "mlir/IR/OpDefinition.h"

namespace braid::lang {

enum class Role {
  View,   ///< the operand's numbers, in the same place, under other axes
  Leaf,   ///< what a function is given: inputs and parameters
  Free,   ///< computed of nothing: constants, positions, draws
  Row,    ///< one token's numbers from one token's (static ones from static ones): part of a row kernel
  Sum,    ///< row work that ends with a sum over all tokens, which is there only when the kernel has ended
  Mix,    ///< tokens see one another, or a product of matrices: a call of its own
  Effect, ///< what a function gives, and what holds it together
};

/// Gives an op the role of its definition.
template <Role R> struct HasRole {
  template <typename ConcreteOp> class Impl : public mlir::OpTrait::TraitBase<ConcreteOp, Impl> {
  public:
    static constexpr Role role = R;
  };
};

/// Every number of the result is one of the operand's.
template <typename ConcreteOp> class MovesNumbers : public mlir::OpTrait::TraitBase<ConcreteOp, MovesNumbers> {};

/// What uses a result belongs to a later kernel, whatever the op's role: the result is there when the op's own has
/// ended.
template <typename ConcreteOp> class EndsKernel : public mlir::OpTrait::TraitBase<ConcreteOp, EndsKernel> {};

} // namespace braid::lang

#endif
