//===- Arguments.cpp - arguments of a kernel from the command line --------===//

#include "Arguments.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstring>
#include <unistd.h>

using namespace llvm;
using namespace braid::emu;

static constexpr std::pair<const char *, size_t> types[] = {{"i8", 1},  {"i16", 2},  {"i32", 4}, {"i64", 8},
                                                            {"f16", 2}, {"bf16", 2}, {"f32", 4}, {"f64", 8}};
static size_t sizeOf(Element element) { return types[size_t(element)].second; }

static Expected<Element> parseElement(StringRef text) {
  for (size_t i = 0; i < std::size(types); ++i)
    if (text == types[i].first)
      return Element(i);
  return createStringError("no type of arguments is called '" + text + "': i8, i16, i32, i64, f16, bf16, f32, f64");
}

static uint64_t encode(Element element, double value) {
  auto small = [&](const fltSemantics &semantics) {
    APFloat number(value);
    bool lossy = false;
    number.convert(semantics, APFloat::rmNearestTiesToEven, &lossy);
    return number.bitcastToAPInt().getZExtValue();
  };
  switch (element) {
  case Element::F16: return small(APFloat::IEEEhalf());
  case Element::BF16: return small(APFloat::BFloat());
  case Element::F32: return small(APFloat::IEEEsingle());
  case Element::F64: return small(APFloat::IEEEdouble());
  default: return uint64_t(int64_t(value));
  }
}

static double decode(Element element, const uint8_t *bytes) {
  uint64_t bits = 0;
  size_t size = sizeOf(element);
  std::memcpy(&bits, bytes, size);
  auto number = [&](const fltSemantics &semantics) {
    APFloat value(semantics, APInt(unsigned(size * 8), bits));
    bool lossy = false;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lossy);
    return value.convertToDouble();
  };
  switch (element) {
  case Element::F16: return number(APFloat::IEEEhalf());
  case Element::BF16: return number(APFloat::BFloat());
  case Element::F32: return number(APFloat::IEEEsingle());
  case Element::F64: return number(APFloat::IEEEdouble());
  default: return double(SignExtend64(bits, unsigned(size * 8)));
  }
}

void Arguments::addValue(uint64_t bits) {
  storage.push_back(bits);
  values.push_back(&storage.back());
}

Error Arguments::add(StringRef text) {
  auto bad = [&](Twine message) { return createStringError("argument '" + text + "': " + message); };
  size_t number = given++;
  if (text == "null") {
    addValue(0);
    return Error::success();
  }
  StringRef rest = text;
  bool memref = rest.consume_front("memref:");
  size_t bracket = rest.find('['), close = rest.find(']');
  if (bracket == StringRef::npos) {
    auto [type, value] = rest.split(':');
    double parsed;
    auto element = parseElement(type);
    if (!element)
      return bad(toString(element.takeError()));
    int64_t integer;
    if (*element <= Element::I64 && !value.getAsInteger(0, integer)) {
      addValue(uint64_t(integer));
      return Error::success();
    }
    if (memref || value.getAsDouble(parsed))
      return bad("wanted TYPE:NUMBER, TYPE[SIZES]=CONTENTS or null");
    addValue(encode(*element, parsed));
    return Error::success();
  }
  if (close == StringRef::npos || close < bracket)
    return bad("a '[' without ']'");
  auto element = parseElement(rest.take_front(bracket));
  if (!element)
    return bad(toString(element.takeError()));
  Tensor tensor{number, *element, {}, nullptr, 1};
  SmallVector<StringRef> sizes;
  rest.slice(bracket + 1, close).split(sizes, 'x');
  for (StringRef size : sizes) {
    int64_t parsed;
    if (size.trim().getAsInteger(10, parsed) || parsed < 0)
      return bad("sizes are numbers joined by x");
    tensor.shape.push_back(parsed);
    if (__builtin_mul_overflow(tensor.count, size_t(parsed), &tensor.count))
      return bad("more numbers than 64 bits count");
  }
  size_t bytes = 0, machine = size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGE_SIZE));
  if (__builtin_mul_overflow(tensor.count, sizeOf(*element), &bytes) || bytes > machine)
    return bad("more bytes than this machine has");
  tensor.data = static_cast<uint8_t *>(memory.allocate(bytes, ("argument " + Twine(number)).str()));
  StringRef contents = rest.drop_front(close + 1);
  if (contents.consume_front("=")) {
    std::function<double(size_t)> value;
    double constant;
    if (contents.consume_front("@")) {
      // Of a device or a pipe there is no size to compare.
      sys::fs::file_status status;
      if (!sys::fs::status(contents, status) && !sys::fs::is_regular_file(status))
        return bad("'" + contents + "' is no regular file");
      auto file = MemoryBuffer::getFile(contents, false, false);
      if (!file)
        return bad(file.getError().message());
      if ((*file)->getBufferSize() != bytes)
        return bad(Twine((*file)->getBufferSize()) + " bytes in the file, wanted " + Twine(bytes));
      std::memcpy(tensor.data, (*file)->getBufferStart(), bytes);
    } else if (contents == "iota") {
      value = [](size_t i) { return double(i); };
    } else if (contents == "random") {
      // Multiples of 1/8 in [-2, 2): exact in every type.
      value = [](size_t i) {
        uint64_t z = (i + 1) * 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        return double((z ^ z >> 27) >> 40 & 31) / 8 - 2;
      };
    } else if (!contents.getAsDouble(constant)) {
      value = [constant](size_t) { return constant; };
    } else {
      return bad("contents are iota, random, a number or @FILE");
    }
    for (size_t i = 0; value && i < tensor.count; ++i) {
      uint64_t bits = encode(*element, value(i));
      std::memcpy(tensor.data + i * sizeOf(*element), &bits, sizeOf(*element));
    }
    memory.markWritten(tensor.data, bytes);
  }
  addValue(reinterpret_cast<uint64_t>(tensor.data));
  if (memref) {
    addValue(reinterpret_cast<uint64_t>(tensor.data));
    addValue(0);
    for (int64_t size : tensor.shape)
      addValue(uint64_t(size));
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
      uint64_t stride = 1;
      for (size_t j = i + 1; j < tensor.shape.size(); ++j)
        stride *= uint64_t(tensor.shape[j]);
      addValue(stride);
    }
  }
  tensors.push_back(std::move(tensor));
  return Error::success();
}

void Arguments::print(raw_ostream &out) const {
  for (const Tensor &tensor : tensors) {
    out << "argument " << tensor.number << ' ' << types[size_t(tensor.element)].first << '[';
    interleave(tensor.shape, out, "x");
    out << "]:";
    const Buffer *buffer = memory.find(tensor.data);
    size_t size = sizeOf(tensor.element);
    size_t row = tensor.shape.size() > 1 ? size_t(tensor.shape.back()) : 0;
    for (size_t i = 0; i < tensor.count; ++i) {
      if (row && i % row == 0)
        out << "\n ";
      bool written = !buffer || !buffer->written ||
                     llvm::all_of(ArrayRef(buffer->written.data() + i * size, size), [](uint8_t b) { return b; });
      if (written && tensor.element <= Element::I64)
        out << ' ' << int64_t(decode(tensor.element, tensor.data + i * size));
      else if (written)
        out << format(" %.7g", decode(tensor.element, tensor.data + i * size));
      else
        out << " ?";
    }
    out << '\n';
  }
}
