//===- RowTypes.cpp - text of the row dialect's types ---------------------===//

#include "dialects/AxisName.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace braid::row;

/// `[lane: 4, depth: ?]`.
static ParseResult parseAxes(AsmParser &parser, SmallVectorImpl<AxisAttr> &axes) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
    std::string name;
    int64_t size = -1;
    if (braid::parseAxisName(parser, name) || parser.parseColon())
      return failure();
    if (failed(parser.parseOptionalQuestion()) && parser.parseInteger(size))
      return failure();
    axes.push_back(AxisAttr::get(parser.getContext(), name, size));
    return success();
  });
}

static void printAxes(AsmPrinter &printer, ArrayRef<AxisAttr> axes) {
  printer << '[';
  llvm::interleaveComma(axes, printer, [&](AxisAttr axis) {
    braid::printAxisName(printer, axis.getName());
    printer << ": ";
    if (axis.isDynamic())
      printer << '?';
    else
      printer << axis.getSize();
  });
  printer << ']';
}

Type ValueType::parse(AsmParser &parser) {
  SmallVector<AxisAttr> axes;
  Element element = Element::Real;
  if (parser.parseLess() || parseAxes(parser, axes))
    return {};
  if (succeeded(parser.parseOptionalComma())) {
    StringRef word;
    SMLoc at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return {};
    std::optional<Element> parsed = symbolizeElement(word);
    if (!parsed) {
      parser.emitError(at, "expected `real`, `id` or `bool`");
      return {};
    }
    element = *parsed;
  }
  if (parser.parseGreater())
    return {};
  return get(parser.getContext(), axes, element);
}

void ValueType::print(AsmPrinter &printer) const {
  printer << '<';
  printAxes(printer, getAxes());
  if (getElement() != Element::Real)
    printer << ", " << stringifyElement(getElement());
  printer << '>';
}

int ValueType::find(StringRef axis) const {
  for (auto [i, a] : llvm::enumerate(getAxes()))
    if (a.getName() == axis)
      return int(i);
  return -1;
}

static std::optional<Storage> parseStorage(AsmParser &parser) {
  StringRef word;
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseKeyword(&word))
    return {};
  std::optional<Storage> storage = symbolizeStorage(word);
  if (!storage)
    parser.emitError(at, "expected `f32`, `bf16` or `i32`");
  return storage;
}

Type BufferType::parse(AsmParser &parser) {
  SmallVector<AxisAttr> axes;
  StringRef word;
  SMLoc at;
  if (parser.parseLess() || (at = parser.getCurrentLocation(), parser.parseKeyword(&word)))
    return {};
  if (word != "rows" && word != "shared") {
    parser.emitError(at, "expected `rows` or `shared`");
    return {};
  }
  bool perRow = word == "rows";
  int64_t parts = 1;
  if (perRow && succeeded(parser.parseOptionalKeyword("of"))) {
    at = parser.getCurrentLocation();
    if (parser.parseInteger(parts))
      return {};
    if (parts < 1 || parts > (int64_t(1) << 40)) {
      parser.emitError(at, "a row has at least one part, and at most 2^40");
      return {};
    }
  }
  if (parser.parseComma() || parseAxes(parser, axes) || parser.parseComma())
    return {};
  std::optional<Storage> storage = parseStorage(parser);
  if (!storage || parser.parseGreater())
    return {};
  return get(parser.getContext(), perRow, axes, *storage, parts);
}

void BufferType::print(AsmPrinter &printer) const {
  printer << '<' << (getPerRow() ? "rows" : "shared");
  if (getParts() != 1)
    printer << " of " << getParts();
  printer << ", ";
  printAxes(printer, getAxes());
  printer << ", " << stringifyStorage(getStorage()) << '>';
}

Type ListType::parse(AsmParser &parser) {
  SmallVector<AxisAttr> axes;
  std::string axis;
  if (parser.parseLess() || braid::parseAxisName(parser, axis) || parser.parseComma() || parseAxes(parser, axes) ||
      parser.parseComma())
    return {};
  std::optional<Storage> storage = parseStorage(parser);
  if (!storage || parser.parseGreater())
    return {};
  return get(parser.getContext(), axis, axes, *storage);
}

void ListType::print(AsmPrinter &printer) const {
  printer << '<';
  braid::printAxisName(printer, getAxis());
  printer << ", ";
  printAxes(printer, getAxes());
  printer << ", " << stringifyStorage(getStorage()) << '>';
}
