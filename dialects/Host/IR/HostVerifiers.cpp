//===- HostVerifiers.cpp - the rules H1 … H4 ------------------------------===//

#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;
