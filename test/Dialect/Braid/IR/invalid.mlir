// RUN: braid-opt %s --split-input-file --verify-diagnostics
// What each rule refuses.

// R1
braid.func @f {
  // expected-error @below {{result is '!braid.value<token, []>'; a constant is static}}
  %0 = braid.constant 1.0 : <token, []>
}

// -----
// R2
braid.func @f {
  // expected-error @below {{result has the axes [a: 2, b: 3]; it must have exactly one}}
  %0 = braid.iota : <static, [a: 2, b: 3]>
}

// -----
// R2
braid.func @f {
  // expected-error @below {{it must be static and real}}
  %0 = braid.iota : <token, [a: 2]>
}

// -----
// R3
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{operand axis `a` is not an axis of the result [b: 2]}}
  %1 = braid.map neg(%0) : (!braid.value<token, [a: 2]>) -> !braid.value<token, [b: 2]>
}

// -----
// R3
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{axis `a` has size 2 in an operand and 3 in the result}}
  %1 = braid.broadcast %0 : <token, [a: 2]> -> <token, [a: 3]>
}

// -----
// R4
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{operand varies per token, but the result is static}}
  %1 = braid.map neg(%0) : (!braid.value<token, [a: 2]>) -> !braid.value<static, [a: 2]>
}

// -----
// R5
braid.func @f {
  %0 = braid.input "x" : <token, []>
  // expected-error @below {{`add` takes 2 operands, but has 1}}
  %1 = braid.map add(%0) : (!braid.value<token, []>) -> !braid.value<token, []>
}

// -----
// R5
braid.func @f {
  %0 = braid.input "x" : <token, []>
  // expected-error @below {{`lt` gives a bool, but the result is real}}
  %1 = braid.map lt(%0, %0) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
}

// -----
// R5
braid.func @f {
  %0 = braid.input "x" : <token, []>
  // expected-error @below {{operand 0 of `select` is real, but must be bool}}
  %1 = braid.map select(%0, %0, %0) : (!braid.value<token, []>, !braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
}

// -----
// R5
braid.func @f {
  %0 = braid.input "x" : <token, []>
  // expected-error @below {{operand 0 of `real` is real already}}
  %1 = braid.map real(%0) : (!braid.value<token, []>) -> !braid.value<token, []>
}

// -----
// R6
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{axis `b` is not an axis of the operand [a: 2]}}
  %1 = braid.reduce sum %0 over ["b"] : <token, [a: 2]> -> <token, [a: 2]>
}

// -----
// R6
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2, b: 3]>
  // expected-error @below {{axis `a` is named twice}}
  %1 = braid.reduce sum %0 over ["a", "a"] : <token, [a: 2, b: 3]> -> <token, [b: 3]>
}

// -----
// R6
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2, b: 3]>
  // expected-error @below {{result has the axes [a: 2], but those left are [b: 3]}}
  %1 = braid.reduce sum %0 over ["a"] : <token, [a: 2, b: 3]> -> <token, [a: 2]>
}

// -----
// R7
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.input "y" : <token, [b: 3]>
  // expected-error @below {{axis `a` is not an axis of the operand [b: 3]}}
  %2 = braid.dot %0, %1 over ["a"] : <token, [a: 2]>, <token, [b: 3]> -> <token, [b: 3]>
}

// -----
// R7
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.input "y" : <token, [b: 3, a: 2]>
  // expected-error @below {{result has the axes [a: 2, b: 3], but those kept are [b: 3]}}
  %2 = braid.dot %0, %1 over ["a"] : <token, [a: 2]>, <token, [b: 3, a: 2]> -> <token, [a: 2, b: 3]>
}

// -----
// R8
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.input "y" : <static, [a: 2]>
  // expected-error @below {{result is static, but the operand that varies most is token}}
  %2 = braid.dot %0, %1 over ["a"] : <token, [a: 2]>, <static, [a: 2]> -> <static, []>
}

// -----
// R8
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.input "y" : <static, [a: 2]>
  // expected-error @below {{contracts tokens, but an operand is static}}
  %2 = braid.dot %0, %1 over ["a"] tokens : <token, [a: 2]>, <static, [a: 2]> -> <static, []>
}

// -----
// R9
braid.func @f {
  %0 = braid.input "x" : <static, [a: 2]>
  // expected-error @below {{it must be real and vary per token}}
  %1 = braid.token_sum %0 : <static, [a: 2]> -> <static, [a: 2]>
}

// -----
// R10
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2, b: 2]>
  // expected-error @below {{two axes would be called `b`}}
  %1 = braid.rename %0 ["a"] to ["b"] : <token, [a: 2, b: 2]> -> <token, [b: 2]>
}

// -----
// R11
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{operand has the axes [a: 2], but the result [b: 2]}}
  %1 = braid.transpose %0 : <token, [a: 2]> -> <token, [b: 2]>
}

// -----
// R12
braid.func @f {
  %0 = braid.input "x" : <token, [a: 6]>
  // expected-error @below {{[b: 2, c: 2] has 4 elements, but axis `a` has size 6}}
  %1 = braid.split %0 "a" : <token, [a: 6]> -> <token, [b: 2, c: 2]>
}

// -----
// R12
braid.func @f {
  %0 = braid.input "x" : <token, [b: 2, z: 5, c: 3]>
  // expected-error @below {{the axes beside `a` are not the same}}
  %1 = braid.join %0 "a" : <token, [b: 2, z: 5, c: 3]> -> <token, [a: 6, z: 5]>
}

// -----
// R13
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{the parts add up to 4, but axis `c` has size 5}}
  %1 = braid.concat %0, %0 along ["a", "a"] to "c" : (!braid.value<token, [a: 2]>, !braid.value<token, [a: 2]>) -> !braid.value<token, [c: 5]>
}

// -----
// R14
braid.func @f {
  %0 = braid.input "x" : <token, [a: 4]>
  // expected-error @below {{range of 2 from 3 is not inside axis `a` of size 4}}
  %1 = braid.slice %0 "a" at 3 size 2 as "b" : <token, [a: 4]> -> <token, [b: 2]>
}

// -----
// R14
braid.func @f {
  %0 = braid.input "x" : <token, [a: 4]>
  // expected-error @below {{takes 2 elements but names no axis for them}}
  %1 = braid.slice %0 "a" at 0 size 2 : <token, [a: 4]> -> <token, []>
}

// -----
// R14
braid.func @f {
  %0 = braid.input "x" : <token, [b: 2]>
  // expected-error @below {{range of 2 from 3 is not inside axis `a` of size 4}}
  %1 = braid.pad %0 to "a" at 3 from "b" : <token, [b: 2]> -> <token, [a: 4]>
}

// -----
// R15
braid.func @f {
  %0 = braid.input "x" : <static, [v: 4, a: 2]>
  %1 = braid.input "i" : <token, [], id 4>
  // expected-error @below {{result is '!braid.value<static, [a: 2]>', but must be '!braid.value<token, [a: 2]>'}}
  %2 = braid.gather %0[%1] along "v" : <static, [v: 4, a: 2]>, <token, [], id 4> -> <static, [a: 2]>
}

// -----
// R16
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.input "i" : <token, [], id 4>
  // expected-error @below {{result without its table axis is}}
  %2 = braid.scatter %0[%1] along "v" : <token, [a: 2]>, <token, [], id 4> -> <static, [v: 4, b: 2]>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4, extra: 2]>
  // expected-error @below {{token keys have 1 axes that the query lacks, [extra: 2]; there must be none}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4, extra: 2]>), (!braid.value<token, [head: 4, extra: 2]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <static, [head: 4, slot: 2]>
  // expected-error @below {{mask of a static source is causal, but must be all}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<static, [head: 4, slot: 2]>), (!braid.value<static, [head: 4, slot: 2]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.input "r" : <token, []>
  %t = braid.input "t" : <static, [], id 4>
  // expected-error @below {{mask names segment 1 of 1}}
  %o, %l = braid.attend %q, keys(%k), values(%k) segments(%s) over "head" masks [#braid.mask<causal, 0, segment 1>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) segments(!braid.value<token, [], id 4>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.input "r" : <token, []>
  %t = braid.input "t" : <static, [], id 4>
  // expected-error @below {{mask names segment 0 of 0}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.input "r" : <token, []>
  %t = braid.input "t" : <static, [], id 4>
  // expected-error @below {{no mask names segment 0}}
  %o, %l = braid.attend %q, keys(%k), values(%k) segments(%s) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) segments(!braid.value<token, [], id 4>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.input "r" : <token, []>
  %t = braid.input "t" : <static, [], id 4>
  // expected-error @below {{segment 0 is '!braid.value<token, []>'; it must be an id without axes that varies per token}}
  %o, %l = braid.attend %q, keys(%k), values(%k) segments(%r) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) segments(!braid.value<token, []>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.input "r" : <token, []>
  %t = braid.input "t" : <static, [], id 4>
  // expected-error @below {{segment 0 is '!braid.value<static, [], id 4>'; it must be an id without axes that varies per token}}
  %o, %l = braid.attend %q, keys(%k), values(%k) segments(%t) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) segments(!braid.value<static, [], id 4>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <static, [head: 4, slot: 2]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.input "r" : <token, []>
  %t = braid.input "t" : <static, [], id 4>
  // expected-error @below {{mask of a static source names a segment, a truth value or a chunk; slots have none}}
  %o, %l = braid.attend %q, keys(%k), values(%k) segments(%s) over "head" masks [#braid.mask<all, 0, segment 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<static, [head: 4, slot: 2]>), (!braid.value<static, [head: 4, slot: 2]>) segments(!braid.value<token, [], id 4>) -> <token, [head: 4]>, <token, []>
}

// -----
// R18
braid.func @f {
  %q = braid.input "q" : <token, [head: 4]>
  %l = braid.input "l" : <token, []>
  // expected-error @below {{gradient of the query is '!braid.value<token, []>', but must be '!braid.value<token, [head: 4]>'}}
  %a, %b, %c = braid.attend_grad %q, keys(%q), values(%q), output(%q, %l, %q) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>), <token, [head: 4]>, <token, []>, <token, [head: 4]> -> <token, []>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>)
}

// -----
// R19
// expected-error @below {{yielded value is '!braid.value<static, [a: 3]>', but must be '!braid.value<static, [a: 2]>'}}
braid.parameter @p : !braid.value<static, [a: 2]> init {
  %0 = braid.constant 0.0 : <static, [a: 3]>
  braid.yield %0 : !braid.value<static, [a: 3]>
}

// -----
// R20
braid.func @f {
  // expected-error @below {{names `p`, but there is no such parameter}}
  %0 = braid.param @p : <static, [a: 2]>
}

// -----
// R21
braid.func @f {
  %0 = braid.input "x" : <token, []>
  // expected-note @below {{the first is here}}
  braid.output "y", %0 : <token, []>
  // expected-error @below {{two outputs are called `y`}}
  braid.output "y", %0 : <token, []>
}

// -----
// R22
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{has 1 entries in 2 groups}}
  %1 = braid.read "d" groups 2 entries(%0 : !braid.value<token, [a: 2]>) captures() unstack [] -> !braid.value<token, [a: 2]> {
  ^bb0(%v: !braid.value<token, [d: 1, a: 2]>):
    %2 = braid.reduce sum %v over ["d"] : <token, [d: 1, a: 2]> -> <token, [a: 2]>
    braid.yield %2 : !braid.value<token, [a: 2]>
  }
}

// -----
// R22
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  // expected-error @below {{yielded value 0 is unstacked, but has the axes [a: 2] and not `d: 1`}}
  %1 = braid.read "d" groups 1 entries(%0 : !braid.value<token, [a: 2]>) captures() unstack [0] -> !braid.value<token, [a: 2]> {
  ^bb0(%v: !braid.value<token, [d: 1, a: 2]>):
    %2 = braid.reduce sum %v over ["d"] : <token, [d: 1, a: 2]> -> <token, [a: 2]>
    braid.yield %2 : !braid.value<token, [a: 2]>
  }
}

// -----
// R23
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.input "s" : <static, [a: 2]>
  // expected-error @below {{region argument of a group is '!braid.value<static, [d: 2, a: 2]>', but must be '!braid.value<token, [d: 2, a: 2]>'}}
  %3 = braid.read "d" groups 1 entries(%0, %1 : !braid.value<token, [a: 2]>, !braid.value<static, [a: 2]>) captures() unstack [] -> !braid.value<static, [a: 2]> {
  ^bb0(%v: !braid.value<static, [d: 2, a: 2]>):
    %2 = braid.reduce sum %v over ["d"] : <static, [d: 2, a: 2]> -> <static, [a: 2]>
    braid.yield %2 : !braid.value<static, [a: 2]>
  }
}

// -----
// R22
braid.parameter @p : !braid.value<static, []> init {
  %0 = braid.constant 0.0 : <static, []>
  braid.yield %0 : !braid.value<static, []>
}
braid.func @f {
  %0 = braid.input "x" : <token, [a: 2]>
  %1 = braid.read "d" groups 1 entries(%0 : !braid.value<token, [a: 2]>) captures() unstack [] -> !braid.value<static, []> {
  ^bb0(%v: !braid.value<token, [d: 1, a: 2]>):
    // expected-error @below {{stands inside a braid.read}}
    %2 = braid.param @p : <static, []>
    braid.yield %2 : !braid.value<static, []>
  }
}

// -----
// R24
braid.func @f {
  // expected-error @below {{`per_sequence` is for values that vary per token}}
  %0 = braid.random normal scale 1.0 stream "s" per_sequence : <static, [a: 2]>
}

// -----
// R24
braid.func @f {
  // expected-error @below {{draws are real}}
  %0 = braid.random normal scale 1.0 stream "s" : <token, [a: 2], bool>
}

// -----
// expected-error @below {{a value has at most 2^40 numbers}}
%0 = braid.constant 0.0 : <static, [a: 1048576, b: 1048577]>

// -----
// R14
braid.func @f {
  %0 = braid.input "x" : <token, [a: 4]>
  // expected-error @below {{range of 2 from 9223372036854775807 is not inside axis `a` of size 4}}
  %1 = braid.slice %0 "a" at 9223372036854775807 size 2 as "b" : <token, [a: 4]> -> <token, [b: 2]>
}

// -----
// R19
// expected-error @below {{has a factor on its learning rate that is no finite number}}
braid.parameter @w : !braid.value<static, []> lr 0x7FF8000000000000 init {
  %0 = braid.constant 0.0 : <static, []>
  braid.yield %0 : !braid.value<static, []>
}

// -----
// R25
// expected-error @below {{takes arguments; what comes from outside is braid.input or braid.param}}
braid.func @f {
^bb0(%0: !braid.value<token, [a: 4]>):
  braid.output "x", %0 : <token, [a: 4]>
}

// -----
// R25
braid.func @f {
  // expected-error @below {{has no role in a program: it implements no RoleInterface}}
  %0 = arith.constant 1.0 : f32
}

// -----
// A function in a function.
braid.func @f {
  // expected-error @below {{expects parent op 'builtin.module'}}
  braid.func @g {
  }
}

// -----
// Names inside a function, a read or an initial value are its own: one that is not there is not taken from a later function.
braid.parameter @w : !braid.value<static, []> init {
  // expected-error @below {{use of undeclared SSA value name}}
  braid.yield %later : !braid.value<static, []>
}
braid.func @f {
  %later = braid.constant 0.0 : <static, []>
}

// -----
// expected-error @below {{an axis has no name}}
%0 = braid.constant 0.0 : <static, ["": 4]>

// -----
// R17
braid.func @f {
  %q = braid.input "q" : <token, [head: 8]>
  // expected-error @below {{is not a #braid.mask with sizes from 0 to 2^53}}
  %o, %l = braid.attend %q, keys(%q), values(%q) over "head" masks [#braid.mask<causal, 9223372036854775807>] scale 1.0 : <token, [head: 8]>, (!braid.value<token, [head: 8]>), (!braid.value<token, [head: 8]>) -> <token, [head: 8]>, <token, []>
}

// -----
// R17
braid.func @r17_only {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{mask names truth value 1 of 1}}
  %o, %l = braid.attend %q, keys(%k), values(%k) only(%b) over "head" masks [#braid.mask<causal, 0, only 1>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) only(!braid.value<token, [], bool>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_no_only {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{mask names truth value 0 of 0}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 0, only 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_unnamed {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{no mask names truth value 0}}
  %o, %l = braid.attend %q, keys(%k), values(%k) only(%b) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) only(!braid.value<token, [], bool>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_real {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{`only` 0 is '!braid.value<token, []>'; it must be a truth value without axes that varies per token}}
  %o, %l = braid.attend %q, keys(%k), values(%k) only(%r) over "head" masks [#braid.mask<causal, 0, only 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) only(!braid.value<token, []>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_span {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{`earlier` has a span, and no other mask}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<earlier, 4>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_no_span {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{`earlier` has a span, and no other mask}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 4, span 8>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_chunk {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <token, [head: 4]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{is not a #braid.mask with sizes from 0 to 2^53}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 0, chunk -8>] scale 1.0 : <token, [head: 4]>, (!braid.value<token, [head: 4]>), (!braid.value<token, [head: 4]>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_slots_only {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <static, [head: 4, slot: 2]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{mask of a static source names a segment, a truth value or a chunk; slots have none}}
  %o, %l = braid.attend %q, keys(%k), values(%k) only(%b) over "head" masks [#braid.mask<all, 0, only 0>] scale 1.0 : <token, [head: 4]>, (!braid.value<static, [head: 4, slot: 2]>), (!braid.value<static, [head: 4, slot: 2]>) only(!braid.value<token, [], bool>) -> <token, [head: 4]>, <token, []>
}

// -----
// R17
braid.func @r17_slots_chunk {
  %q = braid.input "q" : <token, [head: 4]>
  %k = braid.input "k" : <static, [head: 4, slot: 2]>
  %r = braid.input "r" : <token, []>
  %s = braid.input "s" : <static, []>
  %b = braid.map lt(%r, %r) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  // expected-error @below {{mask of a static source names a segment, a truth value or a chunk; slots have none}}
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<all, 0, chunk 8>] scale 1.0 : <token, [head: 4]>, (!braid.value<static, [head: 4, slot: 2]>), (!braid.value<static, [head: 4, slot: 2]>) -> <token, [head: 4]>, <token, []>
}

// -----
// expected-error @below {{expected `causal`, `strict`, `all` or `earlier`}}
module attributes {test = #braid.mask<later, 0>} {}

// -----
// expected-error @below {{expected `span`, `chunk`, `segment`, `only`, each once and in this order}}
module attributes {test = #braid.mask<causal, 0, only 0, chunk 8>} {}

// -----
// expected-error @below {{expected `span`, `chunk`, `segment`, `only`, each once and in this order}}
module attributes {test = #braid.mask<causal, 0, chunk 8, chunk 8>} {}

// -----
// R26
braid.func @r26_zero {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{distance is 0; it must be from 1 to 65536, or from -65536 to -1}}
  %y = braid.delay %x by 0 : <token, [d: 2]> -> <token, [d: 2]>
}

// -----
// R26
braid.func @r26_far {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{distance is 65537; it must be from 1 to 65536, or from -65536 to -1}}
  %y = braid.delay %x by 65537 : <token, [d: 2]> -> <token, [d: 2]>
}

// -----
// R26
braid.func @r26_id_later {
  %x = braid.input "x" : <token, [], id 4>
  // expected-error @below {{distance is -1; it must be from 1 to 65536}}
  %y = braid.delay %x by -1 : <token, [], id 4> -> <token, [], id 4>
}

// -----
// R26
braid.func @r26_static {
  %x = braid.input "x" : <static, [d: 2]>
  // expected-error @below {{input is '!braid.value<static, [d: 2]>'; what does not vary per token has no earlier tokens}}
  %y = braid.delay %x by 1 : <static, [d: 2]> -> <static, [d: 2]>
}

// -----
// R26
braid.func @r26_type {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{result is '!braid.value<token, [e: 2]>', but must be '!braid.value<token, [d: 2]>'}}
  %y = braid.delay %x by 1 : <token, [d: 2]> -> <token, [e: 2]>
}

// -----
// R27
braid.func @r27_static {
  %x = braid.input "x" : <static, [d: 2]>
  // expected-error @below {{input is '!braid.value<static, [d: 2]>'; what does not vary per token needs no remembering}}
  %y = braid.remember %x "x" : <static, [d: 2]> -> <static, [d: 2]>
}

// -----
// R27
braid.func @r27_rows {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{keeps 0 rows}}
  %y = braid.remember %x "x" rows 0 : <token, [d: 2]> -> <token, [d: 2]>
}

// -----
// R27
braid.func @r27_type {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{result is '!braid.value<token, [e: 2]>', but must be '!braid.value<token, [d: 2]>'}}
  %y = braid.remember %x "x" : <token, [d: 2]> -> <token, [e: 2]>
}

// -----
// R27
braid.func @r27_user {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{is taken by braid.map, which looks at no other tokens}}
  %y = braid.remember %x "x" : <token, [d: 2]> -> <token, [d: 2]>
  %z = braid.map exp(%y) : (!braid.value<token, [d: 2]>) -> !braid.value<token, [d: 2]>
}

// -----
// R27
braid.func @r27_query {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-error @below {{is taken by braid.attend, which looks at no other tokens}}
  %y = braid.remember %x "x" : <token, [d: 2]> -> <token, [d: 2]>
  %o, %l = braid.attend %y, keys(%x), values(%x) over "d" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [d: 2]>, (!braid.value<token, [d: 2]>), (!braid.value<token, [d: 2]>) -> <token, [d: 2]>, <token, []>
}

// -----
// R27
braid.func @r27_part {
  %x = braid.input "x" : <token, [d: 2]>
  %y = braid.remember %x "x" rows 3 : <token, [d: 2]> -> <token, [d: 2]>
  %z = braid.remember %x "z" rows 4 : <token, [d: 2]> -> <token, [d: 2]>
  // expected-error @below {{source 0 is remembered in part}}
  %o, %l = braid.attend %x, keys(%y), values(%z) over "d" masks [#braid.mask<causal, 4>] scale 1.0 : <token, [d: 2]>, (!braid.value<token, [d: 2]>), (!braid.value<token, [d: 2]>) -> <token, [d: 2]>, <token, []>
}

// -----
// R27
braid.func @r27_segments {
  %x = braid.input "x" : <token, [d: 2]>
  %s = braid.input "s" : <token, [], id 4>
  %y = braid.remember %x "x" : <token, [d: 2]> -> <token, [d: 2]>
  // expected-error @below {{source 0 is remembered in part}}
  %o, %l = braid.attend %x, keys(%y), values(%y) segments(%s) over "d" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : <token, [d: 2]>, (!braid.value<token, [d: 2]>), (!braid.value<token, [d: 2]>) segments(!braid.value<token, [], id 4>) -> <token, [d: 2]>, <token, []>
}

// -----
// R27
braid.func @r27_twice {
  %x = braid.input "x" : <token, [d: 2]>
  // expected-note @below {{the first is here}}
  %y = braid.remember %x "x" rows 3 : <token, [d: 2]> -> <token, [d: 2]>
  // expected-error @below {{"x" is remembered twice}}
  %z = braid.remember %x "x" rows 3 : <token, [d: 2]> -> <token, [d: 2]>
}

// -----
// R28
braid.func @carry_of_ids {
  // expected-error @below {{a carry is real and varies per token}}
  %0 = braid.carry "c" : <token, [], id 4>
}

// -----
// R28
braid.func @reverse_init {
  %i = braid.constant 1.0 : <static, [d: 4]>
  // expected-error @below {{is `reverse`, which begins with 0 in every run}}
  %0 = braid.carry "c" init(%i : !braid.value<static, [d: 4]>) reverse : <token, [d: 4]>
}

// -----
// R28
braid.func @other_init {
  %i = braid.constant 1.0 : <static, [d: 5]>
  // expected-error @below {{initial value is}}
  %0 = braid.carry "c" init(%i : !braid.value<static, [d: 5]>) : <token, [d: 4]>
}

// -----
// R28
braid.func @two_carries {
  // expected-note @below {{the first is here}}
  %0 = braid.carry "c" : <token, [d: 4]>
  // expected-error @below {{"c" has two carries}}
  %1 = braid.carry "c" : <token, [d: 4]>
  braid.next "c", %0 : <token, [d: 4]>
}

// -----
// R28
braid.func @left_twice {
  %0 = braid.carry "c" : <token, [d: 4]>
  // expected-note @below {{the first is here}}
  braid.next "c", %0 : <token, [d: 4]>
  // expected-error @below {{"c" is left twice}}
  braid.next "c", %0 : <token, [d: 4]>
}

// -----
// R28
braid.func @left_for_nobody {
  %0 = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{there is no carry "c" before it}}
  braid.next "c", %0 : <token, [d: 4]>
}

// -----
// R28
braid.func @nothing_left {
  // expected-error @below {{nothing is left for "c"}}
  %0 = braid.carry "c" : <token, [d: 4]>
}

// -----
// R28
braid.func @left_another {
  %0 = braid.carry "c" : <token, [d: 4]>
  %1 = braid.input "x" : <token, [d: 5]>
  // expected-error @below {{value is}}
  braid.next "c", %1 : <token, [d: 5]>
}

// -----
// R29
braid.func @final_of_forward {
  %0 = braid.carry "c" : <token, [d: 4]>
  braid.next "c", %0 : <token, [d: 4]>
  // expected-error @below {{there is no reverse carry "c" before it}}
  %1 = braid.final "c" : <static, [d: 4]>
}

// -----
// R29
braid.func @final_of_another_type {
  %0 = braid.carry "c" reverse : <token, [d: 4]>
  braid.next "c", %0 : <token, [d: 4]>
  // expected-error @below {{result is}}
  %1 = braid.final "c" : <static, [d: 5]>
}

// -----
// R30
braid.func @against_time {
  %x = braid.input "x" : <token, [d: 4]>
  %y = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    // expected-error @below {{goes the other way than the recurrence}}
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @a_call {
  %x = braid.input "x" : <token, [d: 4]>
  %y = braid.recur captures(%x : !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    // expected-error @below {{is no row work, and stands in a row recurrence}}
    %0 = braid.delay %a by 1 : !braid.value<token, [d: 4]> -> !braid.value<token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @keeps_nothing {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{keeps every 0 tokens}}
  %y = braid.recur captures(%x : !braid.value<token, [d: 4]>) keep 0 -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @arguments {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{the region's arguments are not of the types of the captures and of what is replayed}}
  %y = braid.recur captures(%x : !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 5]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @results {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{the results are not of the types of what is yielded, and of the tapes}}
  %y = braid.recur captures(%x : !braid.value<token, [d: 4]>) keep 2 -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @tapes_for_nothing {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{has tapes and no `replay`}}
  %y = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) tapes(%x : !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" reverse : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @forward_replay {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{computes a forward recurrence again: it is `reverse` and says `keep`}}
  %y = braid.recur captures(%x : !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  } replay {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @replay_arguments {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{the arguments of `replay` are not of the captures}}
  %y = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) keep 2 -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>, %b: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" reverse : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  } replay {
  ^bb0(%a: !braid.value<token, [d: 5]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @replay_without_tapes {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{replays 1 carries, and has 0 tapes}}
  %y = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) keep 2 -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>, %b: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" reverse : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  } replay {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @tape_of_nothing {
  %x = braid.input "x" : <token, [d: 4]>
  %t = braid.input "t" : <token, [kept: 2]>
  // expected-error @below {{a tape is not one of a forward recurrence}}
  %y = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) tapes(%t : !braid.value<token, [kept: 2]>) keep 2 -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>, %b: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" reverse : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  } replay {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}

// -----
// R30
braid.func @tape_read {
  %x = braid.input "x" : <token, [d: 4]>
  // expected-error @below {{a tape is taken by braid.map, which replays nothing}}
  %y, %t = braid.recur captures(%x : !braid.value<token, [d: 4]>) keep 2 -> !braid.value<token, [d: 4]>, !braid.value<token, [kept: 2]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "c" : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
  %z = braid.map exp(%t) : (!braid.value<token, [kept: 2]>) -> !braid.value<token, [kept: 2]>
}

// -----
// R30
braid.func @begins_with_its_own {
  %x = braid.input "x" : <token, [d: 4]>
  %y = braid.recur captures(%x : !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %i = braid.constant 1.0 : <static, [d: 4]>
    // expected-error @below {{begins with what is not captured}}
    %0 = braid.carry "c" init(%i : !braid.value<static, [d: 4]>) : <token, [d: 4]>
    braid.next "c", %0 : <token, [d: 4]>
    braid.yield %0 : !braid.value<token, [d: 4]>
  }
}
