//===- Host.h - the host dialect: buffers, launches, library calls --------===//
#ifndef BRAID_DIALECTS_HOST_IR_HOST_H
#define BRAID_DIALECTS_HOST_IR_HOST_H

#include "braid/Runtime/MaskNumber.h"
#include "braid/Support/Formats.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Host/IR/LibraryCalls.h"

#include "dialects/Host/IR/HostDialect.h.inc"
#include "dialects/Host/IR/HostEnums.h.inc"
#include "dialects/Host/IR/HostInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Host/IR/HostAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Host/IR/HostTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/Host/IR/HostOps.h.inc"

#endif
