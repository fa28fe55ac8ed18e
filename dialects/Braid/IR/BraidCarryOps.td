#ifndef BRAID_IR_CARRY_OPS
#define BRAID_IR_CARRY_OPS

include "dialects/Braid/IR/BraidMathOps.td"

def Braid_CarryOp : Braid_Op<"carry", "Leaf", [Pure]> {
  let summary = "what the token before left";
  let description = [{
    A carry is a pair of ops of one name: here the token finds what the `braid.next` of the name left at the token before;
    the first token of a sequence (position 0) finds `init`, or 0. With `reverse`, which adjoints have, time goes backwards:
    the token finds what the one behind it left, and the last one of a run finds 0.
    `remembered`: runs that go on later find what the last token left, under the name; without it every run begins at position 0.
    R28: the value is real and varies per token; `init` is static, with the axes, and no reverse carry has one or is remembered; a name has one carry in a
    block, and behind it one `braid.next`, which leaves a value of its type.
    ```mlir
    %c = braid.carry "block.0.retention.S" init(%zero : !braid.value<static, [head: 8]>) : !braid.value<token, [head: 8]>
    %g = braid.carry "block.0.retention.S.grad" reverse : !braid.value<token, [head: 8]>
    ```
  }];
  let arguments = (ins StrAttr:$name, Optional<Braid_ValueType>:$init, UnitAttr:$reverse, UnitAttr:$remembered);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$name (`init` `(` $init^ `:` type($init) `)`)? (`reverse` $reverse^)? (`remembered` $remembered^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Braid_NextOp : Braid_Op<"next", "Effect"> {
  let summary = "what the token leaves to the next one";
  let description = [{
    To the token before, where the carry of the name is `reverse`.
    ```mlir
    braid.next "block.0.retention.S", %s : !braid.value<token, [head: 8]>
    ```
  }];
  let arguments = (ins StrAttr:$name, Braid_ValueType:$value);
  let assemblyFormat = "$name `,` $value attr-dict `:` type($value)";
}

def Braid_FinalOp : Braid_Op<"final", "Leaf", [Pure]> {
  let summary = "what the first tokens leave in a reverse carry, summed over the sequences";
  let description = [{
    Of sequences that begin in the run: the gradient of a carry's initial value. What the first token of a run that goes on
    leaves is nobody's.
    R29: a reverse carry of the name stands in the block, and its `braid.next`; the result is static, with the carry's axes.
    ```mlir
    %i = braid.final "block.0.retention.S.grad" : !braid.value<static, [head: 8]>
    ```
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

def Braid_RecurOp : Braid_Op<"recur", "Mix", [Pure, IsolatedFromAbove, AttrSizedOperandSegments,
                                              DeclareOpInterfaceMethods<Braid_MixInterface, ["roundsOperand", "roundsResult"]>]> {
  let summary = "a row recurrence: row work with carries, token by token";
  let description = [{
    The first region is the program of a token, in the order of the tokens (`reverse`: last to first); its carries are in it whole. The arguments of
    the region are the captures. What it yields are results.
    Values that are wide, matrices where the inputs are rows, never leave a recurrence. A reverse recurrence that needs those of a
    forward one computes them again, in pieces of `keep` tokens: it has the region `replay`, with the captures as arguments, whose yielded
    values are further arguments of the first region. The forward one has `keep` as well: for each carry one more result, its *tape*, what the
    carry was at the first token of each piece but the first, one behind the other in rows of ⌈numbers / keep⌉ for each token. The reverse one takes them as `tapes`.
    R30: the ops are row work, carries, and what is written to them; carries are all forward, or with `reverse` all reverse, and those of a replay forward; arguments, results and tapes are as
    said; tapes are read by the recurrence that replays alone.
    ```mlir
    %y, %t = braid.recur captures(%q, %k : ...) keep 64 -> ... {
    ^bb0(%0: !braid.value<token, [head: 8]>, %1: !braid.value<token, [head: 8]>):
      ...
    }
    ```
  }];
  let arguments = (ins Variadic<Braid_ValueType>:$captures, Variadic<Braid_ValueType>:$tapes, UnitAttr:$reverse, OptionalAttr<I64Attr>:$keep);
  let results = (outs Variadic<Braid_ValueType>:$outputs);
  let regions = (region SizedRegion<1>:$body, AnyRegion:$replay);
  let assemblyFormat = [{
    (`reverse` $reverse^)? `captures` `(` ($captures^ `:` type($captures))? `)` (`tapes` `(` $tapes^ `:` type($tapes) `)`)? (`keep` $keep^)? (`->` type($outputs)^)?
    custom<IsolatedRegion>($body) custom<Replay>($replay) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block *body() { return &getBody().front(); }
    /// Null where nothing is computed again.
    ::mlir::Block *replay() { return getReplay().empty() ? nullptr : &getReplay().front(); }
    /// Results that the region yields; behind them, tapes.
    int64_t numYielded() { return body()->getTerminator()->getNumOperands(); }
    ::mlir::Value tape(int64_t carry) { return getOutputs()[numYielded() + carry]; }
    /// Whether runs that go on later find what its carries were left.
    bool isRemembered() {
      return ::llvm::any_of(body()->getOps<CarryOp>(), [](CarryOp carry) { return carry.getRemembered(); });
    }
    /// The type of the tape of a carry.
    static ValueType tapeType(ValueType carry, int64_t keep);
  }];
}

#endif
