// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-thread-state="functions=grad"

// Other functions are left alone.
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %d = braid.delay %x by -1 : <token, [dim: 8]> -> <token, [dim: 8]>
  braid.output "y", %d : <token, [dim: 8]>
}

// -----
// Gradients go to earlier tokens.
braid.func @grad {
  %x = braid.input "x" : <token, [dim: 8]>
  // expected-error @below {{looks at tokens of earlier runs, or sends them gradients: @grad cannot go on from what they left}}
  %d = braid.delay %x by -1 : <token, [dim: 8]> -> <token, [dim: 8]>
  braid.output "grad:x", %d : <token, [dim: 8]>
}

// -----
// Sums over all tokens have no newest term.
braid.func @grad {
  %x = braid.input "x" : <token, [dim: 8]>
  // expected-error @below {{looks at tokens of earlier runs}}
  %d = braid.dot %x, %x over [] tokens : <token, [dim: 8]>, <token, [dim: 8]> -> <static, [dim: 8]>
  braid.output "grad:x", %d : <static, [dim: 8]>
}
