#ifndef BRAID_PIPELINES_PASSES
#define BRAID_PIPELINES_PASSES

include "mlir/Pass/PassBase.td"

def BraidSelectFunctions : Pass<"braid-select-functions", "::mlir::ModuleOp"> {
  let summary = "drops the braid.funcs that are not named, and marks the module as derived";
  let description = [{
    Ends the derivation of programs: what stays are the functions of `functions`, and the
    module has the attribute `braid.derived`. Stable on its own output.

    Place: after derivation, when the programs that were only a way to others can go, and before the costly passes.

    Numeric class: exact. Bytes moved: those of the functions that stay.

    Declines: fails where the module has no function of a name given.
    ```mlir
    module { braid.func @logits … braid.func @loss … }
    ```
    becomes `module attributes {braid.derived} { braid.func @loss … }` with `functions=loss`.
  }];
  let options = [ListOption<"functions", "functions", "std::string", "the functions to keep">];
}

def BraidDropParameters : Pass<"braid-drop-parameters", "::mlir::ModuleOp"> {
  let summary = "drops the declarations of parameters";
  let description = [{
    A program that calls the runtime knows its parameters as buffers of the caller's: what is
    declared about them (axes, initial values, options of the optimiser step) has done its work.
    Stable on its own output.

    Place: at the end of `loops`: declarations of parameters are wanted until programs are data.

    Numeric class: exact. Bytes moved: the same.

    Declines: everything else stays.
    ```mlir
    braid.parameter "w" …
    ```
    is gone; `param:w` stays an external of the programs.
  }];
}

def BraidVerifyStage : Pass<"braid-verify-stage", "::mlir::ModuleOp"> {
  let summary = "checks what the stage promises that the module is in";
  let description = [{
    The stage is judged by what the module holds. From `row` on no braid.func is left and every
    launch fits its kernel; in `host` every buffer has a place, and two that live at the same
    time share none unless the launch allows it. In `loops` and `llvm` there is a program that says
    what it needs, and no op is left of what it was made from; `llvm` holds nothing but the LLVM dialect.
    In `gpu` and `nvvm` all kernels are in gpu.modules, in the dialects of the stage. Changes nothing.

    Place: wherever a stage is reached or read; it stands between the pipelines of two stages.

    Numeric class: exact. Bytes moved: the same.

    Declines: fails where a promise is broken.
    ```mlir
    host.launch @no_such_kernel token sizes [] ()
    ```
    is refused.
  }];
}

#endif
