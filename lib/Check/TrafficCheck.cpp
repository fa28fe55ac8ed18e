//===- TrafficCheck.cpp - what the emulator counted against the bound -----===//

#include "braid/Check/TrafficCheck.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;
using namespace braid;
using namespace braid::dev;

/// Inputs of at most so many bytes may be read by every thread of a row.
static constexpr int64_t smallInput = 64;

namespace {
/// Buffers that arguments have in common, and what was counted and declared of them.
struct Shared {
  std::string name;
  std::set<int64_t> arguments;
  int64_t loaded = 0, stored = 0, loads = 0, stores = 0;
  emu::Traffic requests;
  bool isWide = true;
  bool mayBeLess = false; ///< the compiler may see that what is read again, from a cache, is the same; inputs of any
                          ///< size are read once by design
};
/// The arguments that a buffer's name gives, and which of them have it as an entry.
struct Users {
  std::set<int64_t> whole, entries;
};
} // namespace

static Users usersOf(StringRef name) {
  Users users;
  SmallVector<StringRef> parts;
  name.split(parts, ", ");
  for (StringRef part : parts) {
    int64_t number;
    if (!part.consume_front("argument ") || part.consumeInteger(10, number))
      return {};
    if (part.starts_with("'s entry "))
      users.entries.insert(number);
    else if (part.empty())
      users.whole.insert(number);
    else
      return {}; // partial sums
  }
  return users;
}

Expected<std::string> TrafficCheck::ofRows(mlir::Operation *function, const RowLaunch &launch) {
  auto latest = find_if(reverse(launches), [&](const auto &each) { return each.first == launch.function; });
  emu::Counters counters = std::move(latest->second);
  launches.clear();
  auto traffic = row::kernelTraffic(function, launch.sizes);
  if (!traffic)
    return traffic.takeError();
  std::set<int64_t> lists;
  for (auto &buffer : counters.buffers) {
    Users users = usersOf(buffer.name);
    lists.insert(users.entries.begin(), users.entries.end());
  }
  StringMap<std::pair<int64_t, int64_t>> counted; // loaded, stored: of what is no argument's, by name; of tables
  std::vector<Shared> groups;
  StringMap<int64_t> common; // how many entries of a list another argument is
  for (auto &buffer : counters.buffers) {
    int64_t loaded = int64_t(buffer.loads.bytes), stored = int64_t(buffer.stores.bytes);
    Users users = usersOf(buffer.name);
    bool isTable = users.entries.empty() && users.whole.size() == 1 && lists.count(*users.whole.begin());
    if (isTable || (users.whole.empty() && users.entries.empty())) {
      counted[buffer.name].first += loaded, counted[buffer.name].second += stored;
      continue;
    }
    for (int64_t list : users.entries)
      for (int64_t argument : users.whole)
        ++common[(Twine(list) + " " + Twine(argument)).str()];
    Shared group;
    group.arguments = users.whole;
    group.arguments.insert(users.entries.begin(), users.entries.end());
    group.loaded = loaded, group.stored = stored;
    group.requests = buffer.loads;
    group.requests += buffer.stores;
    // Joins all that have an argument in common with it.
    for (size_t i = groups.size(); i-- > 0;)
      if (any_of(groups[i].arguments, [&](int64_t argument) { return group.arguments.count(argument); })) {
        group.arguments.insert(groups[i].arguments.begin(), groups[i].arguments.end());
        group.loaded += groups[i].loaded, group.stored += groups[i].stored;
        group.requests += groups[i].requests;
        groups.erase(groups.begin() + int64_t(i));
      }
    groups.push_back(std::move(group));
  }
  auto differs = [&](const Twine &what, const char *how, int64_t is, int64_t expected) {
    return createStringError(what + ": " + Twine(is) + " bytes are " + how + ", " + Twine(expected) + " are declared");
  };
  std::string text;
  raw_string_ostream out(text);
  std::string tooMuch; // said only where what is declared is what is moved
  auto expectAtMost = [&](const std::string &name, const char *how, int64_t is, int64_t needed) {
    if (is > needed && tooMuch.empty())
      tooMuch = (Twine(name) + " is " + how + " " + Twine(is) + " bytes a row, " + Twine(needed) + " are needed").str();
  };
  int64_t bound = 0, parameters = 0, tables = 0, partials = 0, small = 0;
  for (const row::KernelTraffic::Of &of : traffic->rows) {
    std::string name = of.argument < 0 ? "workspace" : "argument " + std::to_string(of.argument);
    if (!of.known)
      return createStringError(name + ": branches decide what is loaded");
    int64_t loads = of.loads * (of.held ? launch.groups() : launch.rows), stores = of.stores * launch.rows,
            needed = of.needed * launch.rows;
    if (of.what == "sum")
      for (auto [argument, numbers] : launch.shape.sums)
        if (argument == of.argument) {
          stores += 4 * numbers * launch.blocks; // cleared, or written once at the end
          partials += 4 * numbers * launch.blocks;
        }
    if (of.what == "sum" || of.what == "workspace") {
      auto [loaded, stored] = counted.lookup(of.what == "sum" ? name + "'s partial sums" : name);
      if (loaded != loads)
        return differs(name, "loaded", loaded, loads);
      if (stored != stores)
        return differs(name, "stored", stored, stores);
      continue;
    }
    // What the row stores in an entry is not loaded again.
    for (int64_t argument : of.forwarded) {
      int64_t known = common.lookup((Twine(of.argument) + " " + Twine(argument)).str()) * of.entryBytes * launch.rows;
      loads -= known, needed -= known;
    }
    auto group = find_if(groups, [&](const Shared &each) { return each.arguments.count(of.argument); });
    if (group != groups.end()) {
      group->name += (group->name.empty() ? "" : ", ") + name + (lists.count(of.argument) ? "'s entries" : "");
      group->loads += loads, group->stores += stores;
      group->isWide &= of.wide;
      group->mayBeLess |= of.part || of.what == "parameter" || of.needed <= smallInput;
    } else if (loads || stores) {
      return differs(name, loads ? "loaded" : "stored", 0, loads ? loads : stores);
    }
    if (of.what == "parameter") {
      parameters += group == groups.end() ? 0 : group->loaded;
      expectAtMost(name, "stored", of.stores, of.needed);
      continue;
    }
    bound += (of.what == "inout" ? 2 : 1) * needed;
    if (of.loads > of.needed && of.needed <= smallInput)
      small += group == groups.end() ? 0 : std::max<int64_t>(group->loaded - needed, 0);
    else
      expectAtMost(name, "loaded", of.loads, of.needed);
    expectAtMost(name, "stored", of.stores, of.needed);
  }
  for (const Shared &group : groups) {
    if (group.loaded > group.loads || (group.loaded < group.loads && !group.mayBeLess))
      return differs(group.name, "loaded", group.loaded, group.loads);
    if (group.stored != group.stores)
      return differs(group.name, "stored", group.stored, group.stores);
    if (group.isWide && group.requests.sectors > group.requests.idealSectors)
      return createStringError(group.name + ": requests touch " + Twine(group.requests.sectors) + " sectors, " +
                               Twine(group.requests.idealSectors) + " hold their bytes");
  }
  if (!tooMuch.empty())
    return createStringError(tooMuch);
  size_t next = 0;
  for (int64_t list : lists) {
    if (next == traffic->tables.size())
      break;
    std::string name = "argument " + std::to_string(list);
    int64_t expected = traffic->tables[next++] * launch.blocks;
    if (counted.lookup(name).first != expected)
      return differs(name + "'s table", "loaded", counted.lookup(name).first, expected);
    tables += expected;
  }
  const emu::Traffic &loads = counters.loads, &stores = counters.stores;
  auto ratio = [](const emu::Traffic &traffic) {
    return traffic.idealSectors ? double(traffic.sectors) / double(traffic.idealSectors) : 1.0;
  };
  out << "bound " << bound << " bytes";
  for (auto [name, bytes] : {std::pair("parameters", parameters),
                             {"tables", tables},
                             {"partial sums", partials},
                             {"read by every thread", small}})
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
    return createStringError("moves " + Twine(loads.distinctBytes) + " bytes of the input and " +
                             Twine(stores.distinctBytes) + " of the table; " + Twine(input) + " and " + Twine(table) +
                             " are needed");
  // Narrower rows begin within a sector.
  if (problem.width % 16 == 0 && (loads.sectors != loads.idealSectors || stores.sectors != stores.idealSectors))
    return createStringError("touches " + Twine(loads.sectors + stores.sectors) + " sectors where " +
                             Twine(loads.idealSectors + stores.idealSectors) + " hold the bytes");
  return "bound " + std::to_string(input + table) + " bytes";
}
