#ifndef BRAID_PIPELINES_PASSES
#define BRAID_PIPELINES_PASSES

include "mlir/Pass/PassBase.td"

def BraidSelectFunctions : Pass<"braid-select-functions", "::mlir::ModuleOp"> {
  let summary = "drops the braid.funcs that are not named, and marks the module as derived";
  let description = [{
    Ends the derivation of programs: what stays are the functions of `functions`, and the
    module has the attribute `braid.derived`. Numeric class: exact. Bytes moved: those of the
    functions that stay. Declines: fails where the module has no function of a name given.
    Stable on its own output.
    ```mlir
    module { braid.func @logits … braid.func @loss … }
    ```
    becomes `module attributes {braid.derived} { braid.func @loss … }` with `functions=loss`.
  }];
  let options = [ListOption<"functions", "functions", "std::string", "the functions to keep">];
}

def BraidVerifyStage : Pass<"braid-verify-stage", "::mlir::ModuleOp"> {
  let summary = "checks what the stage promises that the module is in";
  let description = [{
    The stage is judged by what the module holds. From `row` on no braid.func is left and every
    launch fits its kernel; in `host` every buffer has a place, and two that live at the same
    time share none unless the launch allows it. Changes nothing (exact, the same bytes).
    ```mlir
    host.launch @no_such_kernel token sizes [] ()
    ```
    is refused.
  }];
}

#endif
