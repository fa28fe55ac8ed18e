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
  }];
}

def BraidExpandReads : Pass<"braid-expand-reads", "::mlir::ModuleOp"> {
  let summary = "writes out reads whose region is not row-local";
  let description = [{
    A read whose region holds a matrix product (each entry times a weight), attention or a
    sum over tokens cannot be part of a row kernel. Its entries are concatenated along
    the read's axis and its region takes its place. Other reads stay. Exact.
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
    a division by a constant by a product (may change the last bit), drops results and
    captures of reads that nobody uses. Stable on its own output.
    ```mlir
    %1 = braid.map mul(%x, %one) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
    ```
    becomes `%x` where `%one` is the constant 1.
  }];
}

def BraidDeriveLoss : Pass<"braid-derive-loss", "::mlir::ModuleOp"> {
  let summary = "adds @loss, the cross-entropy of @logits";
  let description = [{
    @loss is @logits with the inputs `targets` (an id per token; negative: not counted)
    and `loss_scale` (a static scalar, one over the number of counted targets of the
    optimiser step) and the one output
    `loss = token_sum(select(counted, log Σ exp(x - m) + m - x[target] + aux…, 0) · loss_scale)`
    with `m` the detached maximum of the logits. Observed values are dropped.
    Does nothing where @loss exists.
  }];
}

def BraidDeriveObserve : Pass<"braid-derive-observe", "::mlir::ModuleOp"> {
  let summary = "adds @observe, whose outputs are the observed values";
  let description = [{
    @observe is @logits with an output `observe:<name>` for each `braid.observe` and no
    other output. Does nothing where @observe exists.
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
  }];
}

def BraidDifferentiate : Pass<"braid-differentiate", "::mlir::ModuleOp"> {
  let summary = "adds @grad, the gradients of @loss with respect to every parameter";
  let description = [{
    @grad computes the loss (output `loss`) and, by reverse mode, an output `grad:<path>`
    for each parameter of the module, in order; zeros where the loss does not depend on
    it. Adjoints are the ops' own (`AdjointOpInterface`). The result is ordinary braid.
    Fails where an op has no derivative. Does nothing where @grad exists.
  }];
}

def BraidDropTrainOnly : Pass<"braid-drop-train-only", "::mlir::ModuleOp"> {
  let summary = "puts 1 in the place of what only training multiplies by, outside @grad";
  let description = [{
    An op marked `train_only` is a factor (dropout's) that training has and evaluation has
    not. @grad, whose loss is the training loss, keeps it without the mark; in every other
    function, and in the regions of its reads, it becomes the constant 1. To be run after
    `braid-differentiate`. Draws that nobody uses afterwards are dead; noise is not marked.
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
    - entries of histories: the first list of a read. All users see the rounded entry.
    Lists of gradients that the adjoint of a read carries stay in fp32.
    A value that is rounded already, or is a view of such, is not rounded again: stable on
    its own output.
    ```mlir
    %1 = braid.round %0 to bf16 : <token, [dim: 64]> -> <token, [dim: 64]>
    ```
  }];
}

def BraidPlanRecompute : Pass<"braid-plan-recompute", "::mlir::ModuleOp"> {
  let summary = "decides for each value used at a later level whether it is stored or computed again";
  let description = [{
    A row-local value of level n that a later level m uses is stored (written once, read
    at each level that uses it) or computed again at m. The chain of ops to be copied ends
    at leaves: results of matrix products, attention and scatters, inputs, rows of static
    tables, static values, what is stored anyway (operands of products and attention,
    outputs, entries of histories), and narrow values, which take at most an eighth of
    their own leaves' bytes (1/rms of a row, a coefficient of each lane).
    A narrow value is always stored. Any other is computed again if, over all levels that
    use it, the leaves that these do not read anyway, plus the operands of the sums and
    products on the way divided by `cacheFactor`, are fewer bytes than writing it once and
    reading it at each. Values are decided in program order, at the first later level that
    uses them; what a level has a copy of costs nothing more there.
    A copy carries `braid.recompute`, its level. Exact: a copy computes the same bits.
    ```mlir
    %9 = braid.map exp(%h) {braid.recompute = 2 : i64} : (!braid.value<token, [inner: 64]>) -> !braid.value<token, [inner: 64]>
    ```
  }];
}

#endif
