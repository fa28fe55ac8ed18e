//===- CompileCache.cpp - compiled kernels, kept between runs -------------===//

#include "braid/Device/CompileCache.h"
#include "braid/IO/InputFile.h"
#include "braid/IO/OutputFile.h"
#include "braid/Support/JsonDepth.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include <cstdlib>

using namespace braid;
using namespace braid::dev;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static constexpr llvm::StringLiteral extension = ".entry";
static constexpr uint64_t maxEntryBytes = uint64_t(1) << 30;

CompileCache CompileCache::standard() {
  if (const char *given = std::getenv("BRAID_CACHE"); given && *given)
    return llvm::StringRef(given) == "off" ? CompileCache() : CompileCache(given);
  llvm::SmallString<128> folder;
  if (const char *base = std::getenv("XDG_CACHE_HOME"); base && *base)
    folder = base;
  else if (const char *home = std::getenv("HOME"); home && *home) {
    folder = home;
    path::append(folder, ".cache");
  } else
    return CompileCache();
  path::append(folder, "braid");
  return CompileCache(folder.str().str());
}

static std::string hexHash(llvm::StringRef data) {
  return llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(data)), /*LowerCase=*/true);
}

std::string CompileCache::key(llvm::ArrayRef<llvm::StringRef> parts) {
  llvm::SHA256 hash;
  for (llvm::StringRef part : parts) {
    hash.update(std::to_string(part.size()) + ":");
    hash.update(part);
  }
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

std::string CompileCache::fileOf(llvm::StringRef key) const {
  llvm::SmallString<256> file(path);
  path::append(file, key + extension);
  return file.str().str();
}

/// Takes a file apart; returns what is wrong with it, or nothing.
static std::string parse(llvm::StringRef data, CompileCache::Description &what, llvm::StringRef &content) {
  auto [head, rest] = data.split('\n');
  auto header = isTooDeepJson(head) ? llvm::Expected<llvm::json::Value>(llvm::createStringError("too deep"))
                                    : llvm::json::parse(head);
  if (!header) {
    llvm::consumeError(header.takeError());
    return "its first line is no header of JSON";
  }
  auto *object = header->getAsObject();
  auto text = [&](llvm::StringRef name) { return object ? object->getString(name).value_or("").str() : ""; };
  what = {text("kind"), text("program"), text("target"), text("tools")};
  auto bytes = object ? object->getInteger("bytes") : std::nullopt;
  if (!bytes || what.kind.empty())
    return "its header lacks `kind` or `bytes`";
  if (int64_t(rest.size()) != *bytes)
    return "it holds " + std::to_string(rest.size()) + " bytes where " + std::to_string(*bytes) + " were written";
  std::string found = hexHash(rest), expected = text("sha256");
  if (found != expected)
    return "its checksum is " + found.substr(0, 12) + "…, and " + expected.substr(0, 12) + "… was written";
  content = rest;
  return "";
}

llvm::Expected<std::optional<std::string>> CompileCache::find(llvm::StringRef key) const {
  if (!isEnabled())
    return std::nullopt;
  std::string file = fileOf(key);
  auto entry = rt::readInput(file, maxEntryBytes);
  if (!entry)
    return llvm::createStringError("cannot read the compile cache: " + entry.message() +
                                   "; `--no-cache` goes without, BRAID_CACHE names another folder");
  if (!*entry)
    return std::nullopt;
  Description what;
  llvm::StringRef content;
  std::string damage = parse(**entry, what, content);
  if (damage.empty())
    return content.str();
  return llvm::createStringError("the entry " + file + " of the compile cache is damaged: " + damage +
                                 "; `braid cache clear` removes all entries, `--no-cache` goes without them");
}

llvm::Error CompileCache::store(llvm::StringRef key, const Description &what, llvm::StringRef content) const {
  if (!isEnabled())
    return llvm::Error::success();
  if (std::error_code code = fs::create_directories(path))
    return llvm::createStringError("cannot make the folder of the compile cache, " + path + ": " + code.message());
  llvm::json::Object header{{"kind", what.kind},   {"program", what.program},          {"target", what.target},
                            {"tools", what.tools}, {"bytes", int64_t(content.size())}, {"sha256", hexHash(content)}};
  std::string head;
  llvm::raw_string_ostream(head) << llvm::json::Value(std::move(header)) << "\n";
  if (rt::Status status = rt::writeFileAtomically(fileOf(key), {head, std::string_view(content)}); !status)
    return llvm::createStringError(status.message());
  return llvm::Error::success();
}

/// Calls `visit` with every entry's file.
static llvm::Error forEachEntry(const std::string &folder, llvm::function_ref<llvm::Error(const std::string &)> visit) {
  std::error_code code;
  if (folder.empty() || !fs::exists(folder))
    return llvm::Error::success();
  std::vector<std::string> files;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
    if (path::extension(at->path()) == extension)
      files.push_back(at->path());
  if (code)
    return llvm::createStringError("cannot read the folder of the compile cache, " + folder + ": " + code.message());
  for (const std::string &file : files)
    if (llvm::Error error = visit(file))
      return error;
  return llvm::Error::success();
}

llvm::Expected<std::vector<CompileCache::Entry>> CompileCache::list() const {
  std::vector<Entry> entries;
  llvm::Error error = forEachEntry(path, [&](const std::string &file) {
    Entry &entry = entries.emplace_back();
    entry.file = file;
    fs::file_status status;
    if (!fs::status(file, status))
      entry.date = llvm::sys::toTimeT(status.getLastModificationTime());
    auto text = rt::readInput(file, maxEntryBytes);
    if (!text || !*text) {
      entry.damage = text ? "it is gone" : text.message();
      return llvm::Error::success();
    }
    llvm::StringRef content;
    entry.damage = parse(**text, entry.what, content);
    entry.bytes = int64_t(entry.damage.empty() ? content.size() : (*text)->size());
    return llvm::Error::success();
  });
  if (error)
    return std::move(error);
  llvm::sort(entries,
             [](const Entry &a, const Entry &b) { return std::tie(b.date, a.file) < std::tie(a.date, b.file); });
  return entries;
}

llvm::Expected<size_t> CompileCache::clear() const {
  size_t removed = 0;
  llvm::Error error = forEachEntry(path, [&](const std::string &file) -> llvm::Error {
    if (std::error_code code = fs::remove(file))
      return llvm::createStringError("cannot remove " + file + ": " + code.message());
    ++removed;
    return llvm::Error::success();
  });
  if (error)
    return std::move(error);
  return removed;
}

llvm::Error CompileCache::checkWritable() const {
  std::error_code code = fs::create_directories(path);
  llvm::SmallString<256> probe(path), made;
  path::append(probe, "probe-%%%%%%");
  int descriptor = -1;
  if (!code)
    code = fs::createUniqueFile(probe, descriptor, made);
  if (code)
    return llvm::createStringError("cannot write to " + path + ": " + code.message());
  llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true).close();
  fs::remove(made);
  return llvm::Error::success();
}
