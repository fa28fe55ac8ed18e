//===- Traffic.cpp - what the emulator counted against the bound ----------===//

#include "braid/Device/Traffic.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace braid;
using namespace braid::dev;

/// Inputs of at most so many bytes may be read by every thread of a row.
static constexpr int64_t smallInput = 64;

Expected<std::string> TrafficCheck::ofRows(mlir::Operation *function, const RowLaunch &launch) {
  auto latest = find_if(reverse(launches), [&](const auto &each) { return each.first == launch.function; });
  emu::Counters counters = std::move(latest->second);
  launches.clear();
  auto traffic = row::kernelTraffic(function, launch.sizes);
  if (!traffic)
    return traffic.takeError();
  StringMap<std::pair<int64_t, int64_t>> counted; // loaded, stored
  StringMap<emu::Traffic> requests;
  for (auto &buffer : counters.buffers) {
    // A list's entries count together.
    StringRef name = StringRef(buffer.name).split("'s entry ").first;
    bool isEntry = name != StringRef(buffer.name);
    std::string which = isEntry ? (name + "'s entries").str() : buffer.name;
    auto &[loaded, stored] = counted[which];
    requests[which] += buffer.loads;
    requests[which] += buffer.stores;
    loaded += int64_t(buffer.loads.bytes), stored += int64_t(buffer.stores.bytes);
  }
  auto differs = [&](const Twine &what, const char *how, int64_t is, int64_t expected) {
    return createStringError(what + ": " + Twine(is) + " bytes are " + how + ", " + Twine(expected) + " are declared");
  };
  std::string text;
  raw_string_ostream out(text);
  int64_t bound = 0, parameters = 0, tables = 0, partials = 0, small = 0;
  for (const row::KernelTraffic::Of &of : traffic->rows) {
    std::string name = of.argument < 0 ? "workspace" : "argument " + std::to_string(of.argument);
    if (!of.known)
      return createStringError(name + ": branches decide what is loaded");
    int64_t loads = of.loads * (of.held ? launch.groups() : launch.rows), stores = of.stores * launch.rows, needed = of.needed * launch.rows;
    std::string buffer = counted.count(name + "'s entries") ? name + "'s entries" : name;
    if (of.what == "sum") {
      buffer = name + "'s partial sums";
      for (auto [argument, numbers] : launch.shape.sums)
        if (argument == of.argument) {
          stores += 4 * numbers * launch.blocks; // cleared, or written once at the end
          partials += 4 * numbers * launch.blocks;
        }
    }
    auto [loaded, stored] = counted.lookup(buffer);
    // The compiler may see that what is read again, from a cache, is the same; inputs of any size are read once by design.
    bool atMost = of.part || of.what == "parameter" || of.needed <= smallInput;
    if (loaded > loads || (loaded < loads && !atMost))
      return differs(buffer, "loaded", loaded, loads);
    if (stored != stores)
      return differs(buffer, "stored", stored, stores);
    const emu::Traffic &touched = requests[buffer];
    if (of.wide && touched.sectors > touched.idealSectors)
      return createStringError(buffer + ": requests touch " + Twine(touched.sectors) + " sectors, " + Twine(touched.idealSectors) + " hold their bytes");
    if (of.what == "parameter") {
      parameters += loaded;
      if (of.stores > of.needed)
        return createStringError(name + " is stored " + Twine(of.stores) + " bytes a row, " + Twine(of.needed) + " are needed");
      continue;
    }
    if (of.what == "sum" || of.what == "workspace")
      continue;
    bound += (of.what == "inout" ? 2 : 1) * needed;
    if (of.loads > of.needed && of.needed <= smallInput)
      small += std::max<int64_t>(loaded - needed, 0);
    else if (of.loads > of.needed)
      return createStringError(name + " is loaded " + Twine(of.loads) + " bytes a row, " + Twine(of.needed) + " are needed");
    if (of.stores > of.needed)
      return createStringError(name + " is stored " + Twine(of.stores) + " bytes a row, " + Twine(of.needed) + " are needed");
  }
  size_t next = 0;
  for (const row::KernelTraffic::Of &of : traffic->rows) {
    std::string name = "argument " + std::to_string(of.argument);
    if (!counted.count(name + "'s entries") || next == traffic->tables.size())
      continue;
    int64_t expected = traffic->tables[next++] * launch.blocks;
    if (counted.lookup(name).first != expected)
      return differs(name + "'s table", "loaded", counted.lookup(name).first, expected);
    tables += expected;
  }
  const emu::Traffic &loads = counters.loads, &stores = counters.stores;
  auto ratio = [](const emu::Traffic &traffic) { return traffic.idealSectors ? double(traffic.sectors) / double(traffic.idealSectors) : 1.0; };
  out << "bound " << bound << " bytes";
  for (auto [name, bytes] : {std::pair("parameters", parameters), {"tables", tables}, {"partial sums", partials}, {"read by every thread", small}})
    if (bytes)
      out << ", " << name << " " << bytes;
  out << format("; sectors %.2f loading, %.2f storing", ratio(loads), ratio(stores));
  return text;
}

Expected<std::string> TrafficCheck::ofScatter(const ScatterProblem &problem) {
  emu::Traffic loads, stores;
  for (const auto &[kernel, counters] : launches)
    for (const emu::Counters::OfBuffer &buffer : counters.buffers) {
      if (buffer.name == "input")
        loads += buffer.loads;
      if (buffer.name == "table")
        stores += buffer.stores;
    }
  launches.clear();
  int64_t placed = count_if(problem.ids, [&](int32_t id) { return id >= 0 && id < problem.rows; });
  int64_t input = placed * problem.width * (problem.bf16 ? 2 : 4), table = problem.rows * problem.width * 4;
  if (int64_t(loads.distinctBytes) != input || int64_t(stores.distinctBytes) != table)
    return createStringError("moves " + Twine(loads.distinctBytes) + " bytes of the input and " + Twine(stores.distinctBytes) + " of the table; " +
                             Twine(input) + " and " + Twine(table) + " are needed");
  // Narrower rows begin within a sector.
  if (problem.width % 16 == 0 && (loads.sectors != loads.idealSectors || stores.sectors != stores.idealSectors))
    return createStringError("touches " + Twine(loads.sectors + stores.sectors) + " sectors where " + Twine(loads.idealSectors + stores.idealSectors) +
                             " hold the bytes");
  return "bound " + std::to_string(input + table) + " bytes";
}
