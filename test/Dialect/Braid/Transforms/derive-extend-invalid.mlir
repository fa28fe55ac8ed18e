// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-derive-extend

// expected-error @below {{there is no braid.func @logits that could go on}}
module {
}

// -----
// expected-error @below {{has no output `logits`}}
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "y", %x : <token, [vocab: 16]>
}

// -----
// Slots may be seen as a whole, tokens that are still to come may not.
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  %s = braid.input "s" : <static, [slot: 3, vocab: 16]>
  // expected-error @below {{looks at later tokens (`all`): there is no @extend, which goes on where a text ends}}
  %o, %lse = braid.attend %x, keys(%s, %x), values(%s, %x) over "vocab" masks [#braid.mask<all, 0>, #braid.mask<all, 0>] scale 1.0 : <token, [vocab: 16]>, (!braid.value<static, [slot: 3, vocab: 16]>, !braid.value<token, [vocab: 16]>), (!braid.value<static, [slot: 3, vocab: 16]>, !braid.value<token, [vocab: 16]>) -> <token, [vocab: 16]>, <token, []>
  braid.output "logits", %o : <token, [vocab: 16]>
}
