//===- BraidDialect.cpp - registration of the braid dialect ---------------===//

#include "braid/Support/Elementary.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/IsolatedRegion.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

namespace braid {

/// The region of what is computed again, where there is one.
static mlir::ParseResult parseReplay(mlir::OpAsmParser &parser, mlir::Region &region) {
  return mlir::succeeded(parser.parseOptionalKeyword("replay")) ? parseIsolatedRegion(parser, region) : mlir::success();
}

static void printReplay(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::Region &region) {
  if (region.empty())
    return;
  printer << " replay ";
  printIsolatedRegion(printer, op, region);
}

} // namespace braid

using namespace mlir;
using namespace braid::lang;

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

LogicalResult BraidDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName().strref();
  auto expect = [&](bool good, const char *what) {
    return good && isa<ModuleOp>(op) ? success()
                                     : LogicalResult(op->emitOpError("`") << name << "` is " << what << " of a module");
  };
  Attribute value = attribute.getValue();
  if (name == "braid.model")
    return expect(isa<StringAttr>(value), "the name, a string,");
  if (name == "braid.derived")
    return expect(isa<UnitAttr>(value), "a mark, without a value,");
  if (name == "braid.ignored_inputs") {
    auto names = dyn_cast<ArrayAttr>(value);
    return expect(names && llvm::all_of(names, [](Attribute each) { return isa<StringAttr>(each); }),
                  "a list of names");
  }
  return success();
}

unsigned braid::lang::arity(Fn fn) { return elementwiseInfo(fn).arity; }

bool braid::lang::yieldsBool(Fn fn) { return elementwiseInfo(fn).yieldsBool(); }

SmallVector<StringRef> braid::lang::strings(ArrayAttr array) {
  SmallVector<StringRef> result;
  for (Attribute element : array)
    result.push_back(cast<StringAttr>(element).getValue());
  return result;
}
