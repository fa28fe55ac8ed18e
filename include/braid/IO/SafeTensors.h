//===- SafeTensors.h - reading and writing tensors by name ----------------===//
//
// The safetensors format: eight bytes of header length, a JSON header, the bytes of
// the tensors. A file that is read comes from anywhere: nothing in it is believed.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_IO_SAFETENSORS_H
#define BRAID_IO_SAFETENSORS_H

#include "braid/IO/Status.h"
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace braid::rt {

/// `Other` is a type of the format that is not known here: such a tensor can only be passed on.
enum class DType { Bool, U8, I8, F8_E4M3, F8_E5M2, U16, I16, F16, BF16, U32, I32, F32, U64, I64, F64, Other };

/// `F32`, as in the format.
const char *nameOf(DType dtype);
/// Bytes of one element; 1 of `Other`, whose elements are not counted.
int64_t sizeOf(DType dtype);
/// Whether elements are floating-point numbers.
bool isReal(DType dtype);

/// A dense row-major tensor as its bytes (little endian).
struct StoredTensor {
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;
  std::string otherType = {}; ///< the name of a type that is `Other`

  int64_t numElements() const;
  /// Elements of any type but `Other` as numbers (64-bit integers beyond 2^53 are rounded).
  std::vector<double> toDoubles() const;
  std::vector<float> toFloats() const;
  /// Elements of an integer or boolean type; fails for others.
  Result<std::vector<int64_t>> toIntegers() const;

  /// Copies; the number of elements is the product of `shape`.
  static StoredTensor of(std::vector<int64_t> shape, const float *data);
  static StoredTensor of(std::vector<int64_t> shape, const double *data);
  static StoredTensor of(std::vector<int64_t> shape, const int32_t *data);
  static StoredTensor of(std::vector<int64_t> shape, const int64_t *data);
};

/// A file's tensors in the order of their names, and its `__metadata__`.
struct TensorFile {
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads a whole file. Every field is checked before it is used: lengths against the size of the
/// file, JSON (depth, duplicate names, types), data types, products of shapes (overflow), and
/// offsets (order, range, gaps, overlaps). A failure says the file, the tensor and what was found. Types that are not
/// known are one, unless `keepOthers`.
Result<TensorFile> readSafeTensors(const std::string &path, bool keepOthers = false);

/// The same from memory; `name` stands in messages.
Result<TensorFile> parseSafeTensors(const uint8_t *data, uint64_t size, const std::string &name);

/// Writes all or nothing: into a temporary file in the same folder, synced, then renamed.
/// Tensor data starts at a multiple of 64 bytes; larger element types come first.
Status writeSafeTensors(const std::string &path, const TensorFile &file);

} // namespace braid::rt

#endif
