//===- OutputFile.h - writing files, all or nothing -----------------------===//
//
// What is written stands under its name completely or not at all: it is written under
// another name in the same folder, synced, and renamed. The new file has the mode (and,
// where that is allowed, the owner) of the one that it replaces. A symbolic link stays,
// and what it names is written, also where that is not there yet; other hard links of a
// file keep what they have. A device or a pipe is written to.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_IO_OUTPUTFILE_H
#define BRAID_IO_OUTPUTFILE_H

#include "braid/IO/Status.h"
#include <string>
#include <string_view>
#include <vector>

namespace braid::rt {

/// Writes `parts`, in order, as the file `path`. What killed writers have left in its folder is removed.
Status writeFileAtomically(const std::string &path, const std::vector<std::string_view> &parts);

/// What the symbolic links of a path lead to, if there is a file yet or not.
std::string linkTarget(const std::string &path);

/// Removes the files that writers have begun in `folder` and that nobody is writing any more.
void removeUnfinished(const std::string &folder);

} // namespace braid::rt

#endif
