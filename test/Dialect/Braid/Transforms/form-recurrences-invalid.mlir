// RUN: braid-opt %s --split-input-file --braid-form-recurrences --verify-diagnostics

// Declines: what is in a cycle is row work.
braid.func @product {
  %w = braid.input "w" : <static, [d: 64, e: 64]>
  // expected-note @below {{the carry}}
  %h = braid.carry "h" : <token, [d: 64]>
  // expected-error @below {{stands in the cycle of the carry `h`, which takes a loop over tokens; only row work can be compiled there so far}}
  %y = braid.dot %h, %w over ["d"] : <token, [d: 64]>, <static, [d: 64, e: 64]> -> <token, [e: 64]>
  %n = braid.rename %y ["e"] to ["d"] : <token, [e: 64]> -> <token, [d: 64]>
  braid.next "h", %n : <token, [d: 64]>
  braid.output "h", %h : <token, [d: 64]>
}

// -----
braid.func @delay {
  // expected-note @below {{the carry}}
  %h = braid.carry "h" : <token, [d: 64]>
  // expected-error @below {{stands in the cycle of the carry `h`}}
  %n = braid.delay %h by 2 : !braid.value<token, [d: 64]> -> !braid.value<token, [d: 64]>
  braid.next "h", %n : <token, [d: 64]>
  braid.output "h", %h : <token, [d: 64]>
}
