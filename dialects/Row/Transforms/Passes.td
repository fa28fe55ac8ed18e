#ifndef ROW_TRANSFORMS_PASSES
#define ROW_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def RowHoistFactors : Pass<"row-hoist-factors", "::mlir::ModuleOp"> {
  let summary = "takes factors that do not vary along the axes of a sum out of it";
  let description = [{
    A sum whose terms have a factor that is a sum's result itself must wait for it: two walks
    over the same memory. With the factor outside, both sums are one walk. Also shares
    common subexpressions of the kernel and drops dead ops. Stable on its own output.

    Place: right after kernels are made, before memory is planned: it changes how often an argument is read, and
    never which arguments there are.

    Numeric class: reassociating; products of real numbers are reordered, which may change the last bit.

    Bytes moved: never more. An input of both sums is loaded once where it was loaded twice.

    Declines: other reductions than sums; sums of which no factor or every factor can be
    taken out; axes of the sum that nothing left inside would have.
    ```mlir
    %p = row.map mul(%v, %r) : (!row.value<[dim: 8]>, !row.value<[]>) -> !row.value<[dim: 8]>
    %q = row.map mul(%p, %w) : (!row.value<[dim: 8]>, !row.value<[dim: 8]>) -> !row.value<[dim: 8]>
    %s = row.reduce sum %q over ["dim"] : <[dim: 8]> -> <[]>
    ```
    becomes `%r` times the sum of `%v` times `%w`, which does not wait for `%r`.
  }];
  let constructor = "::braid::row::createHoistFactorsPass()";
}

#endif
