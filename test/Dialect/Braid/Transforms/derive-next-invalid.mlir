// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-derive-next

// expected-error @below {{there is no braid.func @logits to derive the logits of one token from}}
module {
}

// -----
// expected-error @below {{has no output `logits`}}
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "y", %x : <token, [vocab: 16]>
}
