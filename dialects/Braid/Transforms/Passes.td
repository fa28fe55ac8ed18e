#ifndef BRAID_TRANSFORMS_PASSES
#define BRAID_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

// In the order of the pipeline.

def BraidVerifyTopology : Pass<"braid-verify-topology", "::mlir::ModuleOp"> {
  let summary = "checks what the stage `braid` promises";
  let description = [{
    The module has the attribute `braid.model` and a function @logits with one output
    `logits`, real, per token, with exactly one axis; no parameter is called `loss` or
    `logits`; in a function an axis name stands for one size; no value varies per sequence.
    Changes nothing.

    Place: first: every later pass relies on what it promises, and it speaks of the program as it was written.

    Numeric class: exact. Bytes moved: the same.

    Declines: fails where a promise is broken.
    ```mlir
    module { braid.func @logits { } }
    ```
    is refused: the module lacks its name, and @logits its output.
  }];
}

def BraidExpandReads : Pass<"braid-expand-reads", "::mlir::ModuleOp"> {
  let summary = "writes out reads whose region is not row-local";
  let description = [{
    A read whose region holds a matrix product (each entry times a weight), attention or a
    sum over tokens cannot be part of a row kernel. Its entries are concatenated along
    the read's axis and its region takes its place. Stable on its own output.

    Place: before programs are derived, so that forward and backward see the same ops and each read that is left is
    row work.

    Numeric class: exact.

    Bytes moved: more. The entries are written once more, side by side, and read from there.

    Declines: reads whose region is row work.
    ```mlir
    %1 = braid.concat %a, %b along ["depth.part", "depth.part"] to "depth" : …
    ```
  }];
}

def BraidCanonicalize : Pass<"braid-canonicalize", "::mlir::ModuleOp"> {
  let summary = "small local rewrites, common subexpressions and dead code";
  let description = [{
    In functions and in the regions of reads: folds constants, drops neutral operands,
    broadcasts that an elementwise op does anyway and views that undo each other, replaces
    a division by a constant by a product, drops results and captures of reads that nobody
    uses. Stable on its own output.

    Place: wherever the next pass counts ops or uses: after reads are expanded, before and after derivation
    (adjoints leave zeros and ones behind), and after roundings, of which equal ones become one. Not after `braid-
    fuse-multiply-adds`, whose ops it would not take apart, and not after `braid-plan-recompute`, whose copies it
    would find to be equal.

    Numeric class: rounding. A product with a constant's reciprocal may differ from the division in
    the last bit, a folded constant is computed in double precision; all else is exact, but for
    the sign of zero.

    Bytes moved: never more.

    Declines: ops with an effect (outputs, observed values), draws that are used, orders of axes
    that an output shows.
    ```mlir
    %1 = braid.map mul(%x, %one) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
    ```
    becomes `%x` where `%one` is the constant 1.
  }];
}

def BraidDeriveExtend : Pass<"braid-derive-extend", "::mlir::ModuleOp"> {
  let summary = "adds @extend, the logits of the newest token";
  let description = [{
    @extend is @logits with its output `logits` asked for at the newest token of each sequence alone (`newest`). With what
    `braid-thread-state` makes it remember it goes on where an earlier run ended, so that one program is prefill, decoding
    a token at a time, and a segment of a long text. Observed values and auxiliary losses are dropped. Stable on its own
    output.

    Place: on @logits before anything is derived from it for training.

    Numeric class: exact.

    Bytes moved: those of a new function; what only the results need is computed for one token of a sequence
    (`convert-braid-to-row`).

    Declines: does nothing where @extend exists; fails where attention looks at later tokens (`all`), which sequences that go
    on do not have yet.
    ```mlir
    braid.output "logits", %2 : <token, [vocab: 16]>
    ```
    becomes
    ```mlir
    braid.output "logits", %2 {newest} : <token, [vocab: 16]>
    ```
  }];
}

def BraidThreadState : Pass<"braid-thread-state", "::mlir::ModuleOp"> {
  let summary = "makes programs remember what later tokens look at";
  let description = [{
    Puts a `braid.remember` behind the operand of every delay of the functions named, and behind keys, values, segments and
    truth values of every source of attention over tokens and of its gradient, with as many rows as the distance or the mask
    can reach. What is looked at several times is remembered once, as far as one of them reaches. It goes by the path of the
    instance, what it is, and a number (`block.0.attention.keys.0`). Stable on its own output.

    Place: last but for planning: what is remembered is what is read, rounded and in its order.

    Numeric class: exact.

    Bytes moved: more, each remembered row once.

    Declines: slots, which are the same for all tokens; sources whose mask shows a token itself alone; delays of gradients,
    as earlier runs get none; every other function. Fails where tokens see later ones (`all`), and at whatever else looks
    at other tokens.
    ```mlir
    %2 = braid.delay %1 by 3 {instance = "block.0"} : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
    ```
    becomes
    ```mlir
    %r = braid.remember %1 "block.0.delay.0" rows 3 : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
    %2 = braid.delay %r by 3 {instance = "block.0"} : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let options = [
    ListOption<"functions", "functions", "std::string", "the functions that go on; none: extend">
  ];
}

def BraidDeriveLoss : Pass<"braid-derive-loss", "::mlir::ModuleOp"> {
  let summary = "adds @loss, the cross-entropy of @logits";
  let description = [{
    @loss is @logits with the inputs `targets` (an id per token; negative: not counted)
    and `loss_scale` (a static scalar, one over the number of counted targets of the
    optimiser step) and the one output
    `loss = token_sum(select(counted, log Σ exp(x - m) + m - x[target] + aux…, 0) · loss_scale)`
    with `m` the detached maximum of the logits. Observed values are dropped.
    Stable on its own output.

    Place: after `braid-derive-observe` and `braid-derive-extend`, which take @logits as it is, and before `braid-
    drop-observe`, as auxiliary losses are part of the loss.

    Numeric class: exact; the formula is the definition of the loss, and @logits stays.

    Bytes moved: those of a new function; `convert-braid-to-row` makes one kernel of the formula,
    which reads the logits from memory.

    Declines: does nothing where @loss exists.
    ```mlir
    braid.func @logits { … braid.output "logits", %x : <token, [vocab: 16]> }
    ```
    stays, and `braid.func @loss { … braid.output "loss", %l : <static, []> }` is added.
  }];
}

def BraidDeriveObserve : Pass<"braid-derive-observe", "::mlir::ModuleOp"> {
  let summary = "adds @observe, whose outputs are the observed values";
  let description = [{
    @observe is @logits with an output `observe:<name>` for each `braid.observe` and no
    other output. Stable on its own output.

    Place: before `braid-drop-observe`, which removes what it looks for.

    Numeric class: exact. Bytes moved: those of a new function.

    Declines: does nothing where @observe exists.
    ```mlir
    braid.observe "site.weights", %w : <token, [depth: 3]>
    ```
    becomes `braid.output "observe:site.weights", %w : <token, [depth: 3]>`.
  }];
}

def BraidDropObserve : Pass<"braid-drop-observe", "::mlir::ModuleOp"> {
  let summary = "removes every braid.observe, and aux_loss from functions that are no loss";
  let description = [{
    To be run after `braid-derive-loss` and `braid-derive-observe`: what is left of
    observed values and of auxiliary losses has no effect. What only they used is dead.
    Stable on its own output.

    Place: between the passes that read observed values and `braid-differentiate`, which need not differentiate
    them.

    Numeric class: exact. Bytes moved: fewer, where what they used goes as well.

    Declines: functions without observed values and auxiliary losses stay as they are.
    ```mlir
    braid.observe "site.weights", %w : <token, [depth: 3]>
    ```
    is gone.
  }];
}

def BraidDifferentiate : Pass<"braid-differentiate", "::mlir::ModuleOp"> {
  let summary = "adds @grad, the gradients of @loss with respect to every parameter";
  let description = [{
    @grad computes the loss (output `loss`) and, by reverse mode, an output `grad:<path>`
    for each parameter of the module, in order; zeros where the loss does not depend on
    it. Adjoints are the ops' own (`AdjointOpInterface`). The result is ordinary braid.
    Stable on its own output.

    Place: on canonical ops, before roundings are inserted: gradients are those of the program, not of its storage.

    Numeric class: exact; the chain rule in the order of the program read backwards, where contributions
    to one value are added in that order. @loss stays.

    Bytes moved: those of a new function; what the backward pass reads of the forward pass is
    decided by `braid-plan-recompute`.

    Declines: fails where there is no @loss or an op has no derivative; does nothing where @grad exists.
    ```mlir
    braid.func @loss { … %w = braid.param @w : <static, [dim: 8]> … braid.output "loss", %l : <static, []> }
    ```
    stays, and `braid.func @grad { … braid.output "grad:w", %g : <static, [dim: 8]> }` is added.
  }];
}

def BraidDropTrainOnly : Pass<"braid-drop-train-only", "::mlir::ModuleOp"> {
  let summary = "puts 1 in the place of what only training multiplies by, outside @grad";
  let description = [{
    An op marked `train_only` is a factor (dropout's) that training has and evaluation has
    not. @grad, whose loss is the training loss, keeps it without the mark; in every other
    function, and in the regions of its reads, it becomes the constant 1. To be run after
    `braid-differentiate`. Draws that nobody uses afterwards are dead; noise is not marked.
    Stable on its own output.

    Place: after `braid-differentiate`, so that @grad keeps what every other function loses.

    Numeric class: exact; outside of training the factor is 1 by definition.

    Bytes moved: never more.

    Declines: functions without marked ops stay as they are.
    ```mlir
    %3 = braid.map select(%keep, %c, %zero) {train_only} : (…) -> !braid.value<token, [dim: 8]>
    ```
    becomes `braid.constant 1.0`, broadcast to the tokens.
  }];
}

def BraidInsertRounding : Pass<"braid-insert-rounding", "::mlir::ModuleOp"> {
  let summary = "inserts every rounding to bf16 that storage may do";
  let description = [{
    The policy, for every function:
    - both operands of a matrix product (static ones too: the bf16 copy of a weight) and
      its result where that varies per token. Products summed over tokens, which are
      gradients of parameters, stay in fp32.
    - query, keys, values, the output of attention and its gradient; of the results of
      `attend_grad` those that vary per token. `lse` stays in fp32.
    - entries of histories: the first list of a read. All users see the rounded entry, but for comparisons
      of an extreme with the terms that it is one of.
    Lists of gradients that the adjoint of a read carries stay in fp32.
    A value that is rounded already, or is a view of such, is not rounded again: stable on
    its own output.

    Place: after derivation, when all values of forward and backward are there, and before anything is fused, cut or
    copied: each rounding is then one op that all of these see.

    Numeric class: rounding, to the nearest bf16 (ties to even), where the policy says; no later pass adds or
    drops one.

    Bytes moved: half as many, where a value that is stored is rounded.

    Declines: what no product, attention or history holds stays in fp32.
    ```mlir
    %1 = braid.round %0 to bf16 : <token, [dim: 64]> -> <token, [dim: 64]>
    ```
  }];
}

def BraidFuseMultiplyAdds : Pass<"braid-fuse-multiply-adds", "::mlir::ModuleOp"> {
  let summary = "makes a product and the sum that is its only use one op with one rounding";
  let description = [{
    `x · y + z`, `x · y - z` and `z - x · y` become `fma`, where the product has no other use, the same
    axes and kind as the sum and the same level, and `z` is not a product itself, nor a view or the
    negative of one: the difference of two products that are equal is 0.
    Every other elementwise op rounds once. Later passes copy ops and never fuse or
    separate them, and code for every target computes what the ops say, so that a value has
    the same bits wherever it is computed. To be run before `braid-plan-recompute`, when each value
    is still computed once. Stable on its own output.

    Place: after the last pass that rewrites arithmetic, before values are cut off or copied: every copy is of the
    fused op.

    Numeric class: rounding; the product is not rounded by itself.

    Bytes moved: the same. One instruction instead of two.

    Declines: products with other uses, products of fewer axes than the sum, sums of two products.
    ```mlir
    %2 = braid.map mul(%x, %y) : …
    %3 = braid.map add(%2, %z) : …
    ```
    becomes `%3 = braid.map fma(%x, %y, %z)` if nothing else uses `%2`.
  }];
}

def BraidFormRecurrences : Pass<"braid-form-recurrences", "::mlir::ModuleOp"> {
  let summary = "makes row recurrences of carries";
  let description = [{
    The ops that depend on themselves through carries become the region of a `braid.recur`, one for each cycle. Where the carry is
    wide (a matrix that is spread out of rows), what makes wide values of narrow ones, and narrow ones of wide ones, is taken in, so that
    no wide value reaches memory (who else wants one has a copy); the reverse recurrence of the gradient computes those of the forward one again, in pieces of `keep` tokens, from
    what the carries were at their first tokens. Arithmetic that gives to the recurrence alone, and no more than it takes, is taken in too. Results are what is used outside.
    A read of a history in a cycle is written out. What is in no cycle stays outside: the gradients of weights are one product over all tokens behind the recurrence.
    The other ops are brought into an order in which each stands behind what it needs. Stable on its own output.

    Place: after roundings and multiply-adds, which see all ops in one block; before `braid-plan-recompute`, which stores what a recurrence takes, as it does for
    a product.

    Numeric class: exact, but for sums over the leading axis of the carries, which become two sums.

    Bytes moved: fewer by the wide values, two of 64 · 64 numbers a token for each head of a linear attention; the forward carries once in `keep` tokens, written and read.

    Declines: functions without carries. Fails where a cycle holds a product, attention or a delay: that takes a loop over tokens.
    ```mlir
    %y = braid.recur captures(%k, %v : ...) -> <token, [head: 8]> { ... }
    ```
  }];
  let options = [Option<"keep", "keep", "int64_t", "64", "tokens of a piece that is computed again at once">];
}

def BraidCutGroups : Pass<"braid-cut-groups", "::mlir::ModuleOp"> {
  let summary = "cuts row work that would be too large a kernel";
  let description = [{
    Row work of one level that shares values becomes one kernel. A group of more than `largest` ops (of ops on at most
    64 numbers eight count as one) is cut into pieces of a quarter of that to all of it, where the fewest bytes are
    alive: what is made before and used after is stored once and loaded, what is in memory anyway is loaded. Entries
    of histories cost nothing, so that a stack of sublayers without products is cut between sublayers, whose kernels
    are then alike at any depth. What a piece takes of an earlier one goes through `braid.materialize`, from which
    levels follow. To be run before `braid-plan-recompute`, which decides about values by levels. Stable on its own
    output.

    Place: when ops have their final number, and before `braid-plan-recompute`, which decides about values by the
    levels that cuts make.

    Numeric class: exact, but for the order of sums, which a kernel chooses for itself.

    Bytes moved: more, by what is alive at the cuts.

    Declines: groups of at most `largest` ops, and what is one op.
    ```mlir
    %2 = braid.materialize %1 : !braid.value<token, [dim: 64]> -> !braid.value<token, [dim: 64]>
    ```
  }];
  let options = [Option<"largest", "largest", "int64_t", "::braid::lang::cost::largestGroup", "the most ops of a group">];
}

def BraidPlanRecompute : Pass<"braid-plan-recompute", "::mlir::ModuleOp"> {
  let summary = "decides for each value used at a later level whether it is stored or computed again";
  let description = [{
    A row-local value of level n that a later level m uses is stored (written once, read at each level that uses it)
    or computed again at m. The chain of ops to be copied ends at leaves: results of matrix products, attention and
    scatters, inputs, rows of static tables, static values, what is stored anyway (operands of products and attention,
    outputs, entries of histories), sums and products along a row of more than 64 numbers (each kernel adds in an
    order of its own, so that a copy might have other bits), those of fewer that both sides of a comparison are made
    of, and narrow values, which take at most an eighth of their own leaves' bytes (a coefficient of each lane). Sums
    and narrow values are always stored. Any other is computed again if, over all levels that use it, the leaves that
    these do not read anyway, plus the operands of the extremes on the way divided by `cacheFactor`, are fewer bytes
    than writing it once and reading it at each. Values are decided in program order, at the first later level that
    uses them; what a level has a copy of costs nothing more there. A copy is marked `recomputed`. Stable on
    its own output.

    Place: last in `derived`: it needs levels, roundings and cuts, and what follows places what it has decided.

    Numeric class: exact; a copy computes the same bits, but for the last one of a sum of at most 64 numbers that no
    comparison sees.

    Bytes moved: fewer, for more arithmetic.

    Declines: values that are narrow or sums, or whose leaves are as many bytes as the value itself.
    ```mlir
    %9 = braid.map exp(%h) {recomputed} : (!braid.value<token, [inner: 64]>) -> !braid.value<token, [inner: 64]>
    ```
  }];
}

def BraidExposeValues : Pass<"braid-expose-values", "::mlir::ModuleOp"> {
  let summary = "adds outputs for the values that a function computes";
  let description = [{
    In `function`, the real values that ops compute are numbered in program order, those in
    the region of a read before the read's results; inputs, parameters and constants have
    no number. Of the values numbered `first`, `first` + 1, …, at most `count`, each becomes
    an output `value:<number>`. A value in a region becomes a further result of its read.
    Nothing else changes: whatever is compiled from the function computes these values as
    before and stores them too. Stable on its own output.

    Place: in no pipeline; `braid diff` runs it on `derived`, where both devices have the same ops.

    Numeric class: exact. Bytes moved: more, by the values exposed.

    Declines: fails where there is no such function or `first` is negative.
    ```mlir
    braid.output "value:7", %9 : <token, [dim: 64]>
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"logits\"", "the function">,
    Option<"first", "first", "int64_t", "0", "number of the first value to expose">,
    Option<"count", "count", "int64_t", "-1", "how many to expose at most; -1: all">];
}

#endif
