//===- Roles.cpp - what an op is, whatever its name -----------------------===//

#include "dialects/Braid/IR/Weight.h"
#include "llvm/ADT/DenseMap.h"
#include <type_traits>

using namespace mlir;
using namespace braid::lang;

Role DotOp::getRole() {
  if (isMatrixProduct(*this))
    return Role::Mix;
  return getTokens() ? Role::Sum : Role::Row;
}

/// The roles that the definitions of this dialect's ops state. Passes ask for roles all the time, and looking up an
/// interface costs some twenty times as much as this table.
template <typename... Ops> static llvm::DenseMap<TypeID, Role> statedRoles() {
  llvm::DenseMap<TypeID, Role> roles;
  auto note = [&]<typename Op>(std::type_identity<Op>) {
    if constexpr (requires { Op::role; })
      roles[TypeID::get<Op>()] = Op::role;
  };
  (note(std::type_identity<Ops>()), ...);
  return roles;
}

Role braid::lang::roleOf(Operation *op) {
  static const llvm::DenseMap<TypeID, Role> stated = statedRoles<
#define GET_OP_LIST
#include "dialects/Braid/IR/BraidOps.cpp.inc"
      >();
  if (!op)
    return Role::Effect;
  if (auto it = stated.find(op->getName().getTypeID()); it != stated.end())
    return it->second;
  auto known = dyn_cast_or_null<RoleInterface>(op);
  return known ? known.getRole() : Role::Effect;
}
