//===- BraidTypes.cpp - the value type: text, checks, small helpers -------===//

#include "dialects/AxisName.h"
#include "dialects/Braid/IR/Braid.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace braid::lang;

/// `<causal, 128>`, `<earlier, 64, span 32, chunk 256, segment 0, only 1>`.
Attribute MaskAttr::parse(AsmParser &parser, Type) {
  StringRef word;
  SMLoc at = parser.getCurrentLocation();
  int64_t window = 0, span = 0, chunk = 0, segment = -1, only = -1;
  if (parser.parseLess() || parser.parseKeyword(&word))
    return {};
  std::optional<MaskKind> kind = symbolizeMaskKind(word);
  if (!kind) {
    parser.emitError(at, "expected `causal`, `strict`, `all` or `earlier`");
    return {};
  }
  if (parser.parseComma() || parser.parseInteger(window))
    return {};
  std::pair<StringRef, int64_t *> parts[] = {
      {"span", &span}, {"chunk", &chunk}, {"segment", &segment}, {"only", &only}};
  ArrayRef<std::pair<StringRef, int64_t *>> left(parts);
  while (succeeded(parser.parseOptionalComma())) {
    at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return {};
    while (!left.empty() && left.front().first != word)
      left = left.drop_front();
    if (left.empty()) {
      parser.emitError(at, "expected `span`, `chunk`, `segment`, `only`, each once and in this order");
      return {};
    }
    if (parser.parseInteger(*left.front().second))
      return {};
    left = left.drop_front();
  }
  if (parser.parseGreater())
    return {};
  return get(parser.getContext(), *kind, window, span, chunk, segment, only);
}

void MaskAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyMaskKind(getKind()) << ", " << getWindow();
  if (getSpan())
    printer << ", span " << getSpan();
  if (getChunk())
    printer << ", chunk " << getChunk();
  if (getSegment() != -1)
    printer << ", segment " << getSegment();
  if (getOnly() != -1)
    printer << ", only " << getOnly();
  printer << '>';
}

braid::AttentionMask MaskAttr::describe() const {
  AttentionMask mask;
  switch (getKind()) {
  case MaskKind::Causal: mask.base = AttentionMask::Base::Causal; break;
  case MaskKind::Strict: mask.base = AttentionMask::Base::Strict; break;
  case MaskKind::All: mask.base = AttentionMask::Base::All; break;
  case MaskKind::Earlier: mask.base = AttentionMask::Base::Earlier; break;
  }
  mask.window = getWindow();
  mask.span = getSpan();
  mask.chunk = getChunk();
  mask.segments = hasSegment();
  mask.only = hasOnly();
  return mask;
}

/// `<token, [lane: 4, dim: 384]>`, `<token, [], id 256>`, `<static, [], bool>`.
Type ValueType::parse(AsmParser &parser) {
  StringRef word;
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&word))
    return {};
  std::optional<Kind> kind = symbolizeKind(word);
  if (!kind) {
    parser.emitError(at, "expected `static`, `sequence` or `token`");
    return {};
  }
  SmallVector<AxisAttr> axes;
  auto axis = [&]() -> ParseResult {
    std::string name;
    int64_t size;
    if (parseAxisName(parser, name) || parser.parseColon() || parser.parseInteger(size))
      return failure();
    axes.push_back(AxisAttr::get(parser.getContext(), name, size));
    return success();
  };
  if (parser.parseComma() || parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, axis))
    return {};
  Element element = Element::Real;
  int64_t idSize = 0;
  if (succeeded(parser.parseOptionalComma())) {
    at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return {};
    std::optional<Element> parsed = symbolizeElement(word);
    if (!parsed) {
      parser.emitError(at, "expected `real`, `id` or `bool`");
      return {};
    }
    element = *parsed;
    if (element == Element::Id && parser.parseInteger(idSize))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return ValueType::getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(), *kind,
                               ArrayRef<AxisAttr>(axes), element, idSize);
}

void ValueType::print(AsmPrinter &printer) const {
  printer << '<' << stringifyKind(getKind()) << ", [";
  llvm::interleaveComma(getAxes(), printer, [&](AxisAttr axis) {
    printAxisName(printer, axis.getName());
    printer << ": " << axis.getSize();
  });
  printer << ']';
  if (isId())
    printer << ", id " << getIdSize();
  else if (isBool())
    printer << ", bool";
  printer << '>';
}

LogicalResult ValueType::verify(function_ref<InFlightDiagnostic()> emitError, Kind, ArrayRef<AxisAttr> axes, Element,
                                int64_t idSize) {
  // With this bound, bytes and sums of a few of them do not overflow.
  constexpr int64_t maxNumbers = int64_t(1) << 40;
  llvm::StringSet<> seen;
  int64_t numbers = 1;
  for (AxisAttr axis : axes) {
    if (axis.getSize() <= 0)
      return emitError() << "axis `" << axis.getName() << "` has size " << axis.getSize() << "; sizes are positive";
    if (axis.getName().empty())
      return emitError() << "an axis has no name";
    if (!seen.insert(axis.getName()).second)
      return emitError() << "axis `" << axis.getName() << "` appears twice";
    if (llvm::MulOverflow(numbers, axis.getSize(), numbers) || numbers > maxNumbers)
      return emitError() << "a value has at most 2^40 numbers";
  }
  if (idSize < 0)
    return emitError() << "an id's size is not negative";
  return success();
}

int ValueType::find(StringRef axis) const {
  for (auto [i, a] : llvm::enumerate(getAxes()))
    if (a.getName() == axis)
      return int(i);
  return -1;
}

int64_t ValueType::sizeOf(StringRef axis) const { return getAxes()[find(axis)].getSize(); }

int64_t ValueType::numElements() const {
  int64_t n = 1;
  for (AxisAttr axis : getAxes())
    n *= axis.getSize();
  return n;
}

bool ValueType::contains(ValueType other) const {
  return llvm::all_of(other.getAxes(), [&](AxisAttr axis) { return llvm::is_contained(getAxes(), axis); });
}

ValueType ValueType::withAxes(ArrayRef<AxisAttr> axes) const {
  return get(getContext(), getKind(), axes, getElement(), getIdSize());
}

ValueType ValueType::withKind(Kind kind) const { return get(getContext(), kind, getAxes(), getElement(), getIdSize()); }

ValueType ValueType::withElement(Element element) const {
  return get(getContext(), getKind(), getAxes(), element, element == Element::Id ? getIdSize() : 0);
}

ValueType ValueType::without(ArrayRef<StringRef> names) const {
  SmallVector<AxisAttr> axes;
  for (AxisAttr axis : getAxes())
    if (!llvm::is_contained(names, axis.getName()))
      axes.push_back(axis);
  return withAxes(axes);
}
