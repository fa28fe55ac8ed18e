//===- Row.h - the row dialect: a region run for every row ----------------===//
#ifndef BRAID_DIALECTS_ROW_IR_ROW_H
#define BRAID_DIALECTS_ROW_IR_ROW_H

#include "braid/Support/Formats.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Row/IR/RowDialect.h.inc"
#include "dialects/Row/IR/RowEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Row/IR/RowAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Row/IR/RowTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/Row/IR/RowOps.h.inc"

namespace braid::row {
/// How many operands an elementwise function takes (1, 2 or 3).
unsigned arity(Fn fn);
/// True for `lt le eq and or not`, whose result is a bool.
bool yieldsBool(Fn fn);
inline ValueType typeOf(mlir::Value value) { return mlir::cast<ValueType>(value.getType()); }
} // namespace braid::row

#endif
