//===- RowDialect.cpp - registration of the row dialect -------------------===//

#include "braid/Support/Elementary.h"
#include "dialects/IsolatedRegion.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::row;

#include "dialects/Row/IR/RowDialect.cpp.inc"
#include "dialects/Row/IR/RowEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Row/IR/RowAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Row/IR/RowTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Row/IR/RowOps.cpp.inc"

void RowDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Row/IR/RowAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Row/IR/RowTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Row/IR/RowOps.cpp.inc"
      >();
}

unsigned braid::row::arity(Fn fn) { return elementwiseInfo(fn).arity; }

MapOp ReduceOp::summedProduct() {
  auto map = getInput().getDefiningOp<MapOp>();
  bool isProduct = getKind() == ReduceKind::Sum && map && map.getFn() == Fn::Mul && map->hasOneUse();
  return isProduct ? map : MapOp();
}

bool braid::row::yieldsBool(Fn fn) { return elementwiseInfo(fn).yieldsBool(); }
