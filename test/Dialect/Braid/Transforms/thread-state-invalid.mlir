// RUN: braid-opt-toy %s --split-input-file --verify-diagnostics --braid-thread-state="functions=grad"

// What nobody knows to look how far back, and other functions, which are left alone.
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %y = toy.before %x : !braid.value<token, [dim: 8]>
  braid.output "y", %y : <token, [dim: 8]>
}

// -----
braid.func @grad {
  %x = braid.input "x" : <token, [dim: 8]>
  // expected-error @below {{looks at tokens of earlier runs, and does not say at which: @grad cannot go on from what they left}}
  %y = toy.before %x : !braid.value<token, [dim: 8]>
  braid.output "y", %y : <token, [dim: 8]>
}

// -----
// Tokens that are still to come.
braid.func @grad {
  %x = braid.input "x" : <token, [dim: 8]>
  // expected-error @below {{looks at later tokens (`all`): @grad cannot go on from what earlier runs left}}
  %o, %lse = braid.attend %x, keys(%x), values(%x) over "dim" masks [#braid.mask<all, 0>] scale 1.0 : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>) -> <token, [dim: 8]>, <token, []>
  braid.output "y", %o : <token, [dim: 8]>
}
