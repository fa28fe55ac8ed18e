//===- SafeTensorsHeader.cpp - the JSON header of a safetensors file ------===//
//
// The header is read as a stream of events, so that repeated names are seen (a
// document would drop them) and its depth is bounded by what the format has: an
// object of objects whose members are a string or an array of numbers.
//
//===----------------------------------------------------------------------===//

#include "SafeTensorsHeader.h"
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

using namespace braid::rt;
using nlohmann::json;

static constexpr struct {
  const char *name;
  DType dtype;
  int64_t size;
} types[] = {
    {"BOOL", DType::Bool, 1},       {"U8", DType::U8, 1},   {"I8", DType::I8, 1},   {"F8_E4M3", DType::F8_E4M3, 1},
    {"F8_E5M2", DType::F8_E5M2, 1}, {"U16", DType::U16, 2}, {"I16", DType::I16, 2}, {"F16", DType::F16, 2},
    {"BF16", DType::BF16, 2},       {"U32", DType::U32, 4}, {"I32", DType::I32, 4}, {"F32", DType::F32, 4},
    {"U64", DType::U64, 8},         {"I64", DType::I64, 8}, {"F64", DType::F64, 8}, {"another type", DType::Other, 1},
};

const char *braid::rt::nameOf(DType dtype) { return types[int(dtype)].name; }
int64_t braid::rt::sizeOf(DType dtype) { return types[int(dtype)].size; }
bool braid::rt::isReal(DType dtype) {
  return dtype != DType::Other && (nameOf(dtype)[0] == 'F' || dtype == DType::BF16);
}

std::string braid::rt::quoted(const std::string &text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string braid::rt::shown(const std::string &name) {
  constexpr size_t longest = 120;
  std::string text = json(name.substr(0, longest)).dump(-1, ' ', true, json::error_handler_t::replace);
  return name.size() > longest ? text + "…" : text;
}

namespace {

class HeaderReader : public nlohmann::json_sax<json> {
public:
  explicit HeaderReader(bool keepOthers) : keepOthers(keepOthers) {}

  Header header;
  std::string error;

  bool start_object(std::size_t) override {
    switch (state) {
    case State::Start: state = State::Root; return true;
    case State::RootValue:
      if (entry.name == "__metadata__") {
        state = State::Metadata;
        return true;
      }
      state = State::Entry;
      dtype.reset();
      hasShape = hasOffsets = false;
      entry.shape.clear();
      entry.otherType.clear();
      offsets.clear();
      return true;
    default: return unexpected("an object");
    }
  }

  bool key(std::string &name) override {
    switch (state) {
    case State::Root:
      if (!names.insert(name).second)
        return fail(shown(name) + " appears twice in the header");
      entry.name = name;
      state = State::RootValue;
      return true;
    case State::Metadata:
      if (header.metadata.count(name))
        return fail("`__metadata__` has " + shown(name) + " twice");
      member = name;
      state = State::MetadataValue;
      return true;
    case State::Entry:
      if (name == "dtype" ? dtype.has_value() : name == "shape" ? hasShape : name == "data_offsets" && hasOffsets)
        return fail(tensor() + " has `" + name + "` twice");
      if (name != "dtype" && name != "shape" && name != "data_offsets")
        return fail(tensor() + " has an unknown member " + shown(name));
      member = name;
      state = State::Member;
      return true;
    default: return unexpected("a name");
    }
  }

  bool end_object() override {
    if (state == State::Metadata) {
      state = State::Root;
      return true;
    }
    if (state == State::Entry) {
      if (!dtype || !hasShape || !hasOffsets)
        return fail(tensor() + " has no `" + (!dtype ? "dtype" : !hasShape ? "shape" : "data_offsets") + "`");
      if (offsets.size() != 2)
        return fail(tensor() + " has " + std::to_string(offsets.size()) + " data offsets instead of 2");
      entry.dtype = *dtype;
      entry.begin = uint64_t(offsets[0]);
      entry.end = uint64_t(offsets[1]);
      header.entries.push_back(entry);
      state = State::Root;
      return true;
    }
    state = State::End;
    return true;
  }

  bool start_array(std::size_t) override {
    if (state != State::Member || member == "dtype")
      return unexpected("an array");
    state = State::Numbers;
    (member == "shape" ? hasShape : hasOffsets) = true;
    return true;
  }
  bool end_array() override {
    state = State::Entry;
    return true;
  }

  bool string(std::string &text) override {
    if (state == State::MetadataValue) {
      header.metadata[member] = text;
      state = State::Metadata;
      return true;
    }
    if (state != State::Member || member != "dtype")
      return unexpected("a string");
    for (const auto &type : types)
      if (text == type.name && type.dtype != DType::Other)
        dtype = type.dtype;
    if (!dtype && keepOthers) {
      dtype = DType::Other;
      entry.otherType = text;
    }
    if (!dtype)
      return fail(tensor() + " has the unknown data type " + shown(text));
    state = State::Entry;
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (state != State::Numbers)
      return unexpected("a number");
    // 2^53 is more than any file holds, and keeps every sum below in 64 bits.
    if (value > (uint64_t(1) << 53))
      return fail(tensor() + ": " + std::to_string(value) + " in `" + member + "` is too large");
    std::vector<int64_t> &list = member == "shape" ? entry.shape : offsets;
    if (list.size() == (member == "shape" ? 64u : 2u))
      return fail(tensor() + ": `" + member + "` has too many numbers");
    list.push_back(int64_t(value));
    return true;
  }
  bool number_integer(number_integer_t value) override {
    if (state != State::Numbers)
      return unexpected("a number");
    return fail(tensor() + ": " + std::to_string(value) + " in `" + member + "` is negative");
  }
  bool number_float(number_float_t, const std::string &text) override {
    if (state != State::Numbers)
      return unexpected("a number");
    return fail(tensor() + ": " + text.substr(0, 40) + " in `" + member + "` is not a natural number");
  }
  bool null() override { return unexpected("`null`"); }
  bool boolean(bool value) override { return unexpected(value ? "`true`" : "`false`"); }
  bool binary(binary_t &) override { return unexpected("binary data"); }

  bool parse_error(std::size_t at, const std::string &, const json::exception &) override {
    return fail("the header is not valid JSON at byte " + std::to_string(at));
  }

private:
  enum class State { Start, Root, RootValue, Metadata, MetadataValue, Entry, Member, Numbers, End };

  bool fail(std::string message) {
    if (error.empty())
      error = std::move(message);
    return false;
  }
  bool unexpected(const std::string &what) {
    std::string where = state == State::Start           ? "the header"
                        : state == State::RootValue     ? shown(entry.name)
                        : state == State::MetadataValue ? "`__metadata__`, " + shown(member)
                                                        : tensor() + ", `" + member + "`";
    const char *wanted = state == State::Start || state == State::RootValue ? "an object"
                         : state == State::MetadataValue                    ? "a string"
                         : state == State::Numbers                          ? "a natural number"
                         : member == "dtype"                                ? "a string"
                                                                            : "an array";
    return fail(where + " is " + what + " where " + wanted + " belongs");
  }
  std::string tensor() const { return "tensor " + shown(entry.name); }

  bool keepOthers;
  State state = State::Start;
  std::set<std::string> names;
  std::string member;
  HeaderEntry entry;
  std::optional<DType> dtype;
  bool hasShape = false, hasOffsets = false;
  std::vector<int64_t> offsets;
};

} // namespace

Result<Header> braid::rt::parseHeader(const char *text, uint64_t size, bool keepOthers) {
  HeaderReader reader(keepOthers);
  if (!json::sax_parse(text, text + size, &reader))
    return Status::failure(reader.error.empty() ? "the header is not valid JSON" : reader.error);
  return std::move(reader.header);
}
