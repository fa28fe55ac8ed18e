//===- SafeTensorsWriter.cpp - writing tensor files -----------------------===//

#include "SafeTensorsHeader.h"
#include "braid/IO/OutputFile.h"
#include <algorithm>

using namespace braid::rt;

Status braid::rt::writeSafeTensors(const std::string &path, const TensorFile &file) {
  std::vector<const std::pair<const std::string, StoredTensor> *> order;
  for (const auto &named : file.tensors) {
    const StoredTensor &tensor = named.second;
    if (named.first == "__metadata__")
      return Status::failure(path + ": `__metadata__` cannot be the name of a tensor");
    if (tensor.dtype != DType::Other && tensor.numElements() * sizeOf(tensor.dtype) != int64_t(tensor.bytes.size()))
      return Status::failure(path + ": tensor " + shown(named.first) + " has " + std::to_string(tensor.bytes.size()) +
                             " bytes where its shape takes " +
                             std::to_string(tensor.numElements() * sizeOf(tensor.dtype)));
    order.push_back(&named);
  }
  // Without gaps between them, larger elements first keeps every tensor aligned.
  std::sort(order.begin(), order.end(), [](auto *a, auto *b) {
    int64_t sizeA = sizeOf(a->second.dtype), sizeB = sizeOf(b->second.dtype);
    return sizeA != sizeB ? sizeA > sizeB : a->first < b->first;
  });

  std::string header = "{";
  if (!file.metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto &[name, text] : file.metadata)
      header += (header.back() == '{' ? "" : ",") + quoted(name) + ":" + quoted(text);
    header += "}";
  }
  uint64_t offset = 0;
  for (auto *named : order) {
    const StoredTensor &tensor = named->second;
    header += (header.size() == 1 ? "" : ",") + quoted(named->first) +
              ":{\"dtype\":" + quoted(tensor.dtype == DType::Other ? tensor.otherType : nameOf(tensor.dtype)) +
              ",\"shape\":[";
    for (size_t i = 0; i < tensor.shape.size(); ++i)
      header += (i ? "," : "") + std::to_string(tensor.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += tensor.bytes.size();
    header += std::to_string(offset) + "]}";
  }
  header += "}";
  header.resize((header.size() + 8 + 63) / 64 * 64 - 8, ' ');

  std::string length(8, '\0');
  for (int i = 0; i < 8; ++i)
    length[size_t(i)] = char(uint64_t(header.size()) >> (8 * i));
  std::vector<std::string_view> parts{length, header};
  for (auto *named : order)
    parts.emplace_back(reinterpret_cast<const char *>(named->second.bytes.data()), named->second.bytes.size());
  return writeFileAtomically(path, parts);
}
