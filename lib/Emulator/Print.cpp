//===- Print.cpp - printf in kernels --------------------------------------===//
//
// `gpu.printf` becomes a call of vprintf with the arguments packed in memory, each at its alignment:
// integers of 32 or 64 bits, floating point as double, pointers.
//
//===----------------------------------------------------------------------===//

#include "Print.h"
#include "llvm/ADT/StringRef.h"
#include <cstdio>
#include <cstring>

namespace {
/// Takes arguments from where the caller packed them.
class Packed {
public:
  explicit Packed(const char *at) : at(at) {}
  template <typename T> T take() {
    at = reinterpret_cast<const char *>((reinterpret_cast<uintptr_t>(at) + sizeof(T) - 1) / sizeof(T) * sizeof(T));
    T value;
    std::memcpy(&value, at, sizeof(T));
    at += sizeof(T);
    return value;
  }

private:
  const char *at;
};
} // namespace

template <typename T> static std::string one(const std::string &format, T value) {
  int size = std::snprintf(nullptr, 0, format.c_str(), value);
  std::string text(size_t(size < 0 ? 0 : size), '\0');
  std::snprintf(text.data(), text.size() + 1, format.c_str(), value);
  return text;
}

std::string braid::emu::formatPacked(const char *format, const void *arguments) {
  Packed packed(static_cast<const char *>(arguments));
  std::string out;
  for (const char *p = format; *p; ++p) {
    if (*p != '%') {
      out += *p;
      continue;
    }
    // %[flags][width][.precision][length]conversion
    std::string spec = "%";
    bool wide = false;
    for (++p; *p && std::strchr("-+ #0123456789.hlzjt", *p); ++p) {
      wide |= *p == 'l' || *p == 'z' || *p == 'j' || *p == 't';
      if (!std::strchr("hlzjt", *p))
        spec += *p;
    }
    if (!*p)
      break;
    if (*p == '%')
      out += '%';
    else if (std::strchr("diouxX", *p) && wide)
      out += one(spec + "ll" + *p, packed.take<long long>());
    else if (std::strchr("diouxXc", *p))
      out += one(spec + *p, packed.take<int>());
    else if (std::strchr("fFeEgGaA", *p))
      out += one(spec + *p, packed.take<double>());
    else if (*p == 's')
      out += one(spec + 's', packed.take<const char *>());
    else if (*p == 'p')
      out += one(spec + 'p', packed.take<void *>());
  }
  return out;
}
