#ifndef HOST_TRANSFORMS_PASSES
#define HOST_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def HostPlanMemory : Pass<"host-plan-memory", "::mlir::ModuleOp"> {
  let summary = "places the buffers of every host.func in its arenas";
  let description = [{
    A program is a straight line, so a buffer lives from the first to the last op that names
    it. Large buffers are placed first, each at the lowest place that is free during its
    life; an output that a launch's `reuse` allows to takes the place of an input that ends
    there. Offsets in the token arena are bytes per token: they hold for every number of
    tokens. Where such an output is the caller's memory, the input lies there from the start.
    Unused buffers are dropped. The function gets the sizes of both arenas.

    Place: after `mark-reuse`, whose pairs it places on one another, and before `mark-aliases`, which reads places
    off.

    Numeric class: exact. Bytes moved: the same, in fewer bytes of memory.

    Declines: does not share memory between buffers of different spaces, nor between lives
    that overlap.
    ```mlir
    %a = host.buffer "a" "activation" : <token, 8, f32>
    ```
    becomes `%a = host.buffer "a" "activation" at 32 : <token, 8, f32>`.
  }];
  let constructor = "::braid::host::createPlanMemoryPass()";
}

#endif
