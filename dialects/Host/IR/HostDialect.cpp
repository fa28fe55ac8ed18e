//===- HostDialect.cpp - registration of the host dialect -----------------===//

#include "dialects/Host/IR/Host.h"
#include "dialects/IsolatedRegion.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::host;

#include "dialects/Host/IR/HostDialect.cpp.inc"
#include "dialects/Host/IR/HostEnums.cpp.inc"
#include "dialects/Host/IR/HostInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Host/IR/HostAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Host/IR/HostTypes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Host/IR/HostOps.cpp.inc"

void HostDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Host/IR/HostAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Host/IR/HostTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Host/IR/HostOps.cpp.inc"
      >();
}
