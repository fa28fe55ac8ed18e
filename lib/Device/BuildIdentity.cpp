//===- BuildIdentity.cpp - which build of the compiler this is ------------===//

#include "BuildIdentity.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <elf.h>
#include <link.h>

namespace {
struct Search {
  uintptr_t inside; ///< an address in the object that is looked for
  std::string found;
};
} // namespace

/// The note NT_GNU_BUILD_ID among an object's notes.
static std::string buildIdIn(const char *notes, size_t size) {
  for (const char *end = notes + size; notes + sizeof(ElfW(Nhdr)) <= end;) {
    auto *header = reinterpret_cast<const ElfW(Nhdr) *>(notes);
    const char *name = notes + sizeof(*header), *data = name + llvm::alignTo(header->n_namesz, 4);
    if (header->n_type == NT_GNU_BUILD_ID && llvm::StringRef(name, header->n_namesz) == llvm::StringRef("GNU\0", 4))
      return llvm::toHex(llvm::StringRef(data, header->n_descsz), /*LowerCase=*/true);
    notes = data + llvm::alignTo(header->n_descsz, 4);
  }
  return "";
}

static int visit(dl_phdr_info *info, size_t, void *data) {
  auto &search = *static_cast<Search *>(data);
  bool isIt = false;
  std::string id;
  for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &part = info->dlpi_phdr[i];
    uintptr_t begin = info->dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_LOAD)
      isIt |= search.inside - begin < part.p_memsz;
    if (part.p_type == PT_NOTE && id.empty())
      id = buildIdIn(reinterpret_cast<const char *>(begin), part.p_memsz);
  }
  if (!isIt)
    return 0;
  search.found = id;
  return 1;
}

static std::string buildIdOf(const void *inside) {
  Search search{reinterpret_cast<uintptr_t>(inside), ""};
  dl_iterate_phdr(visit, &search);
  return search.found.substr(0, 12);
}

std::string braid::dev::buildIdentity() {
  std::string ours = buildIdOf(reinterpret_cast<const void *>(&buildIdentity));
  if (ours.empty()) {
    // Linked without build IDs: the file's size and date stand for it.
    llvm::sys::fs::file_status status;
    if (!llvm::sys::fs::status("/proc/self/exe", status))
      ours =
          std::to_string(status.getSize()) + "-" + std::to_string(llvm::sys::toTimeT(status.getLastModificationTime()));
  }
  std::string llvms = buildIdOf(reinterpret_cast<const void *>(&llvm::outs));
  return "braid " + ours + ", LLVM " LLVM_VERSION_STRING + (llvms.empty() ? "" : " " + llvms);
}
