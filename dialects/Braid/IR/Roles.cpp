//===- Roles.cpp - what an op is, whatever its name -----------------------===//

#include "dialects/Braid/IR/Weight.h"

using namespace mlir;
using namespace braid::lang;

Role DotOp::getRole() {
  if (isMatrixProduct(*this))
    return Role::Mix;
  return getTokens() ? Role::Sum : Role::Row;
}

Role braid::lang::roleOf(Operation *op) {
  auto known = dyn_cast_or_null<RoleInterface>(op);
  return known ? known.getRole() : Role::Effect;
}
