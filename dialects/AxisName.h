//===- AxisName.h - the name of an axis in a type's text ------------------===//
//
// A word stands as it is; any other name, which only a module written by hand has, is a string.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_AXISNAME_H
#define BRAID_DIALECTS_AXISNAME_H

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringExtras.h"

namespace braid {

inline mlir::ParseResult parseAxisName(mlir::AsmParser &parser, std::string &name) {
  llvm::StringRef word;
  if (succeeded(parser.parseOptionalString(&name)))
    return mlir::success();
  if (parser.parseKeyword(&word))
    return mlir::failure();
  name = word.str();
  return mlir::success();
}

inline void printAxisName(mlir::AsmPrinter &printer, llvm::StringRef name) {
  bool isWord = !name.empty() && (llvm::isAlpha(name[0]) || name[0] == '_') &&
                llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; });
  if (isWord)
    printer << name;
  else
    printer.printString(name);
}

} // namespace braid

#endif
