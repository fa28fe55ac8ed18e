//===- CacheCommand.cpp - braid cache -------------------------------------===//
#include "braid/Device/CompileCache.h"
#include "braid/Driver/Commands.h"
#include "braid/Driver/Text.h"

namespace braid::driver {

static std::string dateText(std::time_t time) {
  char text[32];
  std::tm parts;
  localtime_r(&time, &parts);
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &parts);
  return text;
}

static int list(const dev::CompileCache &cache, Console &console) {
  auto entries = cache.list();
  if (!entries)
    return fail(console, entries.takeError());
  Table table({"date", "bytes", "what", "target", "program", "file"}, {1});
  int64_t bytes = 0, damaged = 0;
  for (const dev::CompileCache::Entry &entry : *entries) {
    bytes += entry.bytes;
    damaged += !entry.damage.empty();
    table.add({dateText(entry.date), grouped(entry.bytes), entry.what.kind, entry.what.target, entry.what.program,
               entry.file});
  }
  if (!entries->empty())
    table.print(console.out);
  console.out << entries->size() << " entries, " << bytesText(double(bytes)) << " in " << cache.folder() << "\n";
  console.out.flush();
  for (const dev::CompileCache::Entry &entry : *entries)
    if (!entry.damage.empty())
      console.err << "braid: error: the entry " << entry.file << " is damaged: " << entry.damage
                  << "; `braid cache clear` removes all entries\n";
  return damaged ? Failure : Success;
}

int cache(const CacheOptions &options, Console &console) {
  dev::CompileCache cache = dev::CompileCache::standard();
  if (!cache.isEnabled())
    return fail(console, makeError("there is no compile cache: BRAID_CACHE is `off`, or there is no HOME"));
  if (options.action == "path") {
    console.out << cache.folder() << "\n";
    return Success;
  }
  if (options.action == "list")
    return list(cache, console);
  auto removed = cache.clear();
  if (!removed)
    return fail(console, removed.takeError());
  console.out << "removed " << *removed << " entries from " << cache.folder() << "\n";
  return Success;
}

} // namespace braid::driver
