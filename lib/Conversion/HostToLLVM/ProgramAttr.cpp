//===- ProgramAttr.cpp - what a caller must know of a compiled program ----===//

#include "braid/Conversion/HostToLLVM.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace braid::host;

DictionaryAttr braid::host::programAttr(FuncOp func) {
  Builder b(func.getContext());
  SmallVector<Attribute> externals;
  for (ExternalOp external : externalsOf(func)) {
    BufferType type = external.getType();
    NamedAttrList entry({b.getNamedAttr("name", external.getNameAttr()),
                         b.getNamedAttr("numbers", b.getI64IntegerAttr(type.getNumbers())),
                         b.getNamedAttr("storage", b.getStringAttr(stringifyStorage(type.getStorage()))),
                         b.getNamedAttr("per_token", b.getBoolAttr(type.getSpace() == Space::Token))});
    if (external.getIdsAttr())
      entry.append("ids", external.getIdsAttr());
    externals.push_back(entry.getDictionary(func.getContext()));
  }
  NamedAttrList program({b.getNamedAttr("name", func.getSymNameAttr()),
                         b.getNamedAttr("token_bytes", b.getI64IntegerAttr(func.getTokenBytes().value_or(0))),
                         b.getNamedAttr("fixed_bytes", b.getI64IntegerAttr(func.getFixedBytes().value_or(0))),
                         b.getNamedAttr("externals", b.getArrayAttr(externals))});
  if (func.getPositionsAttr())
    program.append("positions", func.getPositionsAttr());
  return program.getDictionary(func.getContext());
}

/// A bound that may be left out.
static bool isBound(Attribute attribute) {
  auto bound = dyn_cast_or_null<IntegerAttr>(attribute);
  return !attribute || (bound && bound.getType().isInteger(64) && bound.getInt() > 0);
}

bool braid::host::isProgramAttr(Attribute attribute) {
  auto program = dyn_cast_or_null<DictionaryAttr>(attribute);
  if (!program || !program.getAs<StringAttr>("name") || !program.getAs<IntegerAttr>("token_bytes") ||
      !program.getAs<IntegerAttr>("fixed_bytes") || !isBound(program.get("positions")))
    return false;
  auto externals = program.getAs<ArrayAttr>("externals");
  return externals && llvm::all_of(externals, [](Attribute each) {
           auto external = dyn_cast<DictionaryAttr>(each);
           if (!external || !external.getAs<StringAttr>("name") || !external.getAs<IntegerAttr>("numbers") ||
               !external.getAs<BoolAttr>("per_token") || !isBound(external.get("ids")))
             return false;
           auto storage = external.getAs<StringAttr>("storage");
           return storage && symbolizeStorage(storage.getValue());
         });
}
