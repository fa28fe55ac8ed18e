//===- Report.cpp - findings and their text -------------------------------===//

#include "Launch.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace braid::emu;

char LaunchError::ID = 0;

std::string braid::emu::text(Dim3 dim) {
  return "(" + std::to_string(dim.x) + ", " + std::to_string(dim.y) + ", " + std::to_string(dim.z) + ")";
}

std::string Finding::text() const {
  return location + ": error: " + kind + ": " + message + "\n  in kernel " + kernel + ", block " + emu::text(block) +
         ", thread " + emu::text(thread);
}

void LaunchError::log(llvm::raw_ostream &out) const {
  llvm::interleave(findings, out, [&](const Finding &finding) { out << finding.text(); }, "\n");
}

Finding Launch::makeFinding(const Thread &thread, llvm::StringRef kind, llvm::Twine message, uint32_t siteIndex) const {
  const Site &at = site(siteIndex);
  return {kind.str(), kernel.name, blockId, thread.id, at.location, at.what + ": " + message.str()};
}

void Launch::report(const Thread &thread, llvm::StringRef kind, llvm::Twine message, uint32_t siteIndex,
                    uint32_t other) {
  if (!known.insert({kind.str(), siteIndex, other}).second)
    return;
  if (crossing) {
    // Blocks one after another find the same again, and all of it.
    crossing->giveUp();
    stopped = true;
    return;
  }
  findings.push_back(makeFinding(thread, kind, message, siteIndex));
  if (findings.size() >= options.maxFindings)
    stopped = true;
}

llvm::Expected<unsigned> braid::emu::parseChecks(llvm::StringRef text) {
  static const std::pair<const char *, unsigned> names[] = {{"bounds", CheckBounds},
                                                            {"uninit", CheckUninit},
                                                            {"races", CheckRaces},
                                                            {"barriers", CheckBarriers},
                                                            {"shuffles", CheckShuffles},
                                                            {"all", allChecks},
                                                            {"none", 0}};
  unsigned checks = 0;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',');
  for (llvm::StringRef part : parts) {
    auto found = llvm::find_if(names, [&](auto &name) { return part == name.first; });
    if (found == std::end(names))
      return llvm::createStringError("no check is called '%s': bounds, uninit, races, barriers, shuffles, all, none",
                                     part.str().c_str());
    checks |= found->second;
  }
  return checks;
}
