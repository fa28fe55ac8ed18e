// RUN: braid-opt %s --prepare-calls --split-input-file --verify-diagnostics

// Ids that are computed lie nowhere.
braid.func @forward {
  %q = braid.input "q" : !braid.value<token, [head: 8]>
  %s = braid.position : !braid.value<token, [], id 0>
  // expected-error @below {{has segments that are not an input of the program}}
  %o, %lse = braid.attend %q, keys(%q), values(%q) segments(%s) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : !braid.value<token, [head: 8]>, (!braid.value<token, [head: 8]>), (!braid.value<token, [head: 8]>) segments(!braid.value<token, [], id 0>) -> !braid.value<token, [head: 8]>, !braid.value<token, []>
  braid.output "o", %o : !braid.value<token, [head: 8]>
}

// -----

braid.func @gradient {
  %q = braid.input "q" : !braid.value<token, [head: 8]>
  %lse = braid.input "lse" : !braid.value<token, []>
  %s = braid.position : !braid.value<token, [], id 0>
  // expected-error @below {{has segments that are not an input of the program}}
  %dq, %dk, %dv = braid.attend_grad %q, keys(%q), values(%q) segments(%s), output(%q, %lse, %q) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : !braid.value<token, [head: 8]>, (!braid.value<token, [head: 8]>), (!braid.value<token, [head: 8]>) segments(!braid.value<token, [], id 0>), !braid.value<token, [head: 8]>, !braid.value<token, []>, !braid.value<token, [head: 8]> -> !braid.value<token, [head: 8]>, (!braid.value<token, [head: 8]>), (!braid.value<token, [head: 8]>)
  braid.output "dk", %dk : !braid.value<token, [head: 8]>
}
