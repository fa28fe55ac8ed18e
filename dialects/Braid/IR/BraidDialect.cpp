//===- BraidDialect.cpp - registration of the braid dialect ---------------===//

#include "dialects/Braid/IR/Braid.h"
#include "dialects/IsolatedRegion.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::ir;

#include "dialects/Braid/IR/BraidDialect.cpp.inc"
#include "dialects/Braid/IR/BraidEnums.cpp.inc"
#include "dialects/Braid/IR/BraidInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Braid/IR/BraidAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Braid/IR/BraidTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Braid/IR/BraidOps.cpp.inc"

void BraidDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Braid/IR/BraidAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Braid/IR/BraidTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Braid/IR/BraidOps.cpp.inc"
      >();
}

unsigned braid::ir::arity(Fn fn) {
  if (fn == Fn::Select || fn == Fn::Fma)
    return 3;
  return uint32_t(fn) < uint32_t(Fn::Add) ? 1 : 2;
}

bool braid::ir::yieldsBool(Fn fn) {
  switch (fn) {
  case Fn::Lt:
  case Fn::Le:
  case Fn::Eq:
  case Fn::And:
  case Fn::Or:
  case Fn::Not:
    return true;
  default:
    return false;
  }
}

SmallVector<StringRef> braid::ir::strings(ArrayAttr array) {
  SmallVector<StringRef> result;
  for (Attribute element : array)
    result.push_back(cast<StringAttr>(element).getValue());
  return result;
}
