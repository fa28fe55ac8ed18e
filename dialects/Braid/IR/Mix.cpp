//===- Mix.cpp - ops that become calls, in bf16 and over tokens -----------===//

#include "dialects/Braid/IR/Braid.h"

using namespace mlir;
using namespace braid::lang;

bool DotOp::mixesTokens() { return getTokens(); }
bool DotOp::canNarrow() { return true; }

/// Terms are added up as they are.
bool ScatterOp::roundsOperand(unsigned) { return false; }

/// The logarithm of the denominator is read by the gradient alone, in fp32.
bool AttendOp::roundsResult(unsigned result) { return getResult(result) == getOutput(); }
bool AttendOp::canNarrow() { return true; }

bool AttendGradOp::roundsOperand(unsigned operand) { return getOperation()->getOperand(operand) != getLse(); }
