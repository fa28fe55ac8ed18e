//===- TestStripAttributes.h - --test-strip-attributes --------------------===//
#ifndef BRAID_TOOLS_BRAIDOPT_TESTSTRIPATTRIBUTES_H
#define BRAID_TOOLS_BRAIDOPT_TESTSTRIPATTRIBUTES_H

namespace braid {

/// Registers the pass, which is for tests alone.
void registerTestStripAttributes();

} // namespace braid

#endif
