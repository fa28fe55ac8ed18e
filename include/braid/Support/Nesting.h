//===- Nesting.h - how deep the text of a module is nested ----------------===//
#ifndef BRAID_SUPPORT_NESTING_H
#define BRAID_SUPPORT_NESTING_H

#include <string>
#include <string_view>

namespace braid {

/// Brackets that may be open at a time. The reader of modules is recursive and overflows a stack of 8 MiB at about
/// 5000; places of inlined calls are nested as well, at most 2500 deep.
inline constexpr unsigned maxModuleNesting = 3000;

/// The line of a module's text, from 1, at which more brackets are open than may be; 0: none. Bytecode has none.
unsigned lineOfTooDeepNesting(std::string_view text);
/// The same as a message about the file `name`; empty: none.
std::string tooDeepNesting(std::string_view name, std::string_view text);

} // namespace braid

#endif
