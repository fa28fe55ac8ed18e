// An initial value is made of others, in whatever order they stand, but not of itself.
// RUN: split-file %s %t
// RUN: braid init %t/later.mlir -o %t/later.st 2>&1 | FileCheck %s --check-prefix=LATER
// LATER: later.st: 16 numbers in 2 tensors
// RUN: %python -c "import struct, sys; data = open(sys.argv[1], 'rb').read(); print(struct.unpack('<16f', data[-64:]))" %t/later.st | FileCheck %s --check-prefix=VALUES
// VALUES: (6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0)
// RUN: not braid init %t/cycle.mlir -o %t/cycle.st 2>&1 | FileCheck %s --check-prefix=CYCLE
// CYCLE: cycle.mlir":2:3): {{.*}}the initial value of `a` depends on itself
// RUN: not ls %t/cycle.st

//--- later.mlir
module attributes {braid.model = "later"} {
  braid.parameter @a : !braid.value<static, [vocab: 8]> init {
    %0 = braid.param @b : <static, [vocab: 8]>
    %1 = braid.map add(%0, %0) : (!braid.value<static, [vocab: 8]>, !braid.value<static, [vocab: 8]>) -> !braid.value<static, [vocab: 8]>
    braid.yield %1 : !braid.value<static, [vocab: 8]>
  }
  braid.parameter @b : !braid.value<static, [vocab: 8]> init {
    %0 = braid.constant 3.0 : <static, [vocab: 8]>
    braid.yield %0 : !braid.value<static, [vocab: 8]>
  }
  braid.func @logits {
    %0 = braid.param @a : <static, [vocab: 8]>
    %1 = braid.broadcast %0 : <static, [vocab: 8]> -> <token, [vocab: 8]>
    braid.output "logits", %1 : <token, [vocab: 8]>
  }
}
//--- cycle.mlir
module attributes {braid.model = "cycle"} {
  braid.parameter @a : !braid.value<static, [vocab: 8]> init {
    %0 = braid.param @b : <static, [vocab: 8]>
    braid.yield %0 : !braid.value<static, [vocab: 8]>
  }
  braid.parameter @b : !braid.value<static, [vocab: 8]> init {
    %0 = braid.param @a : <static, [vocab: 8]>
    braid.yield %0 : !braid.value<static, [vocab: 8]>
  }
  braid.func @logits {
    %0 = braid.param @a : <static, [vocab: 8]>
    %1 = braid.broadcast %0 : <static, [vocab: 8]> -> <token, [vocab: 8]>
    braid.output "logits", %1 : <token, [vocab: 8]>
  }
}
