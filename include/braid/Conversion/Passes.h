//===- Passes.h - names of the conversions for braid-opt ------------------===//
//
// The passes are described in lib/Conversion/Passes.td; how to make one is in the header
// of its conversion.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CONVERSION_PASSES_H
#define BRAID_CONVERSION_PASSES_H

#include "braid/Conversion/BraidToRow.h"
#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/RowToGPU.h"
#include "braid/Conversion/RowToLLVM.h"
#include "mlir/Pass/Pass.h"

namespace braid {

// registerBraidConversionPasses()
#define GEN_PASS_REGISTRATION
#include "lib/Conversion/Passes.h.inc"

} // namespace braid

#endif
