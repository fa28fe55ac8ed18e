// Umbrella: includes only.
#ifndef BRAID_IR_OPS
#define BRAID_IR_OPS
include "dialects/Braid/IR/BraidDialect.td"
include "dialects/Braid/IR/BraidEnums.td"
include "dialects/Braid/IR/BraidTypes.td"
include "dialects/Braid/IR/BraidInterfaces.td"
include "dialects/Braid/IR/BraidMathOps.td"
include "dialects/Braid/IR/BraidViewOps.td"
include "dialects/Braid/IR/BraidTokenOps.td"
include "dialects/Braid/IR/BraidCarryOps.td"
include "dialects/Braid/IR/BraidModelOps.td"
#endif
