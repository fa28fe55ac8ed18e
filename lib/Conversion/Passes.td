#ifndef BRAID_CONVERSION_PASSES
#define BRAID_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

// In the order of the pipeline.

def PrepareCalls : Pass<"prepare-calls", "::mlir::ModuleOp"> {
  let summary = "gives calls of the runtime memory in the order that they want, and outputs values of their own";
  let description = [{
    An op of role `Mix` says itself which orders of axes its call takes (`CallLowering`): a product operands and a result that strides can
    express, attention heads, group and contracted axis in this order, a scatter's table rows first. Where a value lies otherwise it is
    transposed beside the call. Constants that calls or entries of histories need in memory, ids that leave the program, and a second output of one value
    become computed copies; results of a read over tokens that do not vary by token become a read of their own. Observations, auxiliary losses that have been
    added, and what nobody uses are erased; entries of histories are no longer `recomputed`, as they lie in memory anyway.

    Place: first in the step from `derived` to `row`: transposes are row work, and belong to the kernels that are made next.

    Numeric class: exact.

    Bytes moved: a transposed value is written and read once more, where no kernel fuses it.

    Declines: what is in order stays; fails with a diagnostic where segments are not an input of the program, where a static value is drawn, and where an op is no call.
    ```mlir
    %1 = braid.scatter %g[%id] along "vocab" : … -> !braid.value<static, [dim: 8, vocab: 256]>
    ```
    becomes a scatter to `[vocab: 256, dim: 8]` and a `braid.transpose`.
  }];
  let constructor = "::braid::createPrepareCallsPass()";
}

def NarrowCalls : Pass<"narrow-calls", "::mlir::ModuleOp"> {
  let summary = "lets calls round their results to bf16 themselves";
  let description = [{
    Where every use of a call's result, through views, rounds it to bf16 and is stored so, the call gets the attribute `narrow` and
    the roundings go.

    Place: between `prepare-calls`, which may put transposes between a call and a rounding, and `convert-braid-to-row`, which would make
    kernels of the roundings.

    Numeric class: exact: the call rounds as the rounding did.

    Bytes moved: 2 in place of 4 + 4 + 2 for each number of such a result.

    Declines: results that also have another use, and ops whose call cannot round (`MixInterface::canNarrow`).
    ```mlir
    %1 = braid.dot %x, %w over ["dim"] : …
    %2 = braid.round %1 to bf16 : …
    ```
    becomes `braid.dot %x, %w over ["dim"] {narrow}`.
  }];
  let constructor = "::braid::createNarrowCallsPass()";
}

def ConvertBraidToRow : Pass<"convert-braid-to-row", "::mlir::ModuleOp"> {
  let summary = "fuses row work into kernels and makes a host.func of launches and calls of each braid.func";
  let description = [{
    Each op that is no row work (a matrix product, attention, a scatter, a sum over tokens of
    products) starts a new level. All row work of one level that is connected through values
    becomes one `row.kernel`. The program is a `host.func` of buffers,
    launches and calls in the order of levels. Every braid.func is erased, parameters stay.

    Place: after `prepare-calls`, without which it declines, and before `share-kernels`, which compares what it makes.

    Numeric class: reassociating. Values that a kernel uses at once are not rounded between its ops beyond
    the rounding ops of the program; sums across rows are added up in the runtime's order.

    Bytes moved: a kernel reads each of its inputs and writes each of its results once per
    row; what only the kernel itself uses is never in memory.

    Declines: fails with a diagnostic where an op is neither row work nor a call of the runtime, or is not as `prepare-calls` leaves it.
    ```mlir
    %1 = braid.map exp(%x) : …
    %2 = braid.map add(%1, %y) : …
    ```
    becomes one `host.launch` of a `row.kernel` that loads `%x` and `%y` and stores `%2`.
  }];
  let constructor = "::braid::createConvertBraidToRowPass()";
  let dependentDialects = ["::braid::row::RowDialect", "::braid::host::HostDialect"];
  let options = [
    ListOption<"functions", "functions", "std::string",
               "the functions to convert; the others are dropped (none given: all)">
  ];
}

def ShareKernels : Pass<"share-kernels", "::mlir::ModuleOp"> {
  let summary = "keeps one of the kernels that differ only in names and sizes of axes";
  let description = [{
    Kernels of the same structure become one for all their launches, whatever the number of entries of their lists: where sizes
    differ the axis becomes an argument. A model of 192 layers has as many kernels as one of 12.

    Place: right after `convert-braid-to-row`, so that whatever reads kernels reads each once; before `derive-step`, whose kernels
    are written for sharing.

    Numeric class: exact.

    Bytes moved: none; code is smaller.

    Declines: sizes that the code depends on (of axes that are split, joined or cut to a constant length) must be equal.
    ```mlir
    row.kernel @row_0 token dynamic [] { … !row.list<depth, [dim: 8], f32, 3> … }
    row.kernel @row_1 token dynamic [] { … !row.list<depth, [dim: 8], f32, 5> … }
    ```
    become one kernel with `dynamic ["depth"]`, launched with `sizes [3]` and `sizes [5]`.
  }];
  let constructor = "::braid::createShareKernelsPass()";
}

def DeriveStep : Pass<"derive-step", "::mlir::ModuleOp"> {
  let summary = "makes @step (clipping, AdamW) and @accumulate from the parameters";
  let description = [{
    @step is a `host.func` that adds up the squares of all gradients, clips, and updates each parameter and its two
    moments; @accumulate adds the loss and the gradients of a part of a batch to those of the parts before. Whether
    the step is taken is decided in it: where the loss or the gradient is not finite, or the run has halted, every
    update keeps the old numbers. What it knows of the steps before is `state:step`, what it finds `out:status`
    (Optimiser.h). The options of a parameter (`decay`, …) choose its kernel: one kernel serves all parameters with
    the same options, for their numbers are cut into rows. Stable on its own output.

    Place: after the model's own programs are kernels: the step knows parameters alone, and its kernels are written
    in `row`.

    Numeric class: exact by construction, there is no program before. The norm is a sum across rows in
    the runtime's order.

    Bytes moved: @step reads each gradient twice, and reads and writes each parameter and both
    moments once; @accumulate reads two gradients and writes one.

    Declines: a module without parameters stays as it is, and so does a @step or @accumulate that is there.
    ```mlir
    braid.parameter "w" …
    ```
    gives `host.func @step` with a `host.launch` of an update for `w`.
  }];
  let constructor = "::braid::createDeriveStepPass()";
  let dependentDialects = ["::braid::row::RowDialect", "::braid::host::HostDialect"];
  let options = [
    Option<"makeStep", "step", "bool", "true", "make @step">,
    Option<"makeAccumulate", "accumulate", "bool", "true", "make @accumulate">
  ];
}

def MarkReuse : Pass<"mark-reuse", "::mlir::ModuleOp"> {
  let summary = "notes which outputs of a launch may take the place of an input";
  let description = [{
    An output may overwrite an input if, whatever order of loops the kernel is run in, every
    element of the input is read before its place is written: the output's element depends
    on the input's element of the same index and on nothing else of it but finished sums,
    and nothing after the store depends on the input. The pairs (output, input), numbers of
    operands, are the launch's attribute `reuse`. Stable on its own output.

    Place: before `host-plan-memory`, for which its pairs are permissions.

    Numeric class: exact. Bytes moved: the same; it lets `host-plan-memory` need less memory.

    Declines: inputs used by more than one op, inputs without a fixed axis, types that differ,
    lists of different lengths. Fails where a launch does not fit its kernel (H1).
    ```mlir
    host.launch @double token sizes [] (%x, %y) : …
    ```
    becomes `host.launch @double token sizes [] (%x, %y) {reuse = array<i64: 1, 0>} : …`.
  }];
  let constructor = "::braid::createMarkReusePass()";
}

def MarkAliases : Pass<"mark-aliases", "::mlir::ModuleOp"> {
  let summary = "notes which arguments of a kernel are one memory in some launch";
  let description = [{
    A kernel is compiled once for all its launches. After the plan of memory, pairs of its
    arguments of which one is written and which are the same buffer, the same external, or
    places that overlap in some launch, are its attribute `aliases`; no other two arguments,
    one of them written, share memory. Every conversion of kernels notes them anew from the launches
    that it finds, so that no text can be converted without. Stable on its own output.

    Place: after `host-plan-memory`, when places are known; every conversion of kernels runs it once more, so that
    no text of `host` is compiled without.

    Numeric class: exact. Bytes moved: the same.

    Declines: buffers without a place, arguments that are only read, kernels that nothing launches (they keep what
    is noted). Fails where a launch does not fit its kernel (H1).
    ```mlir
    row.kernel @double token dynamic [] { … }
    ```
    becomes `row.kernel @double token dynamic [] attributes {aliases = [array<i64: 0, 1>]} { … }`
    where some launch's argument 1 lies where its argument 0 lies.
  }];
  let constructor = "::braid::createMarkAliasesPass()";
}

def ConvertHostToProgram : Pass<"convert-host-to-program", "::mlir::ModuleOp"> {
  let summary = "makes planned programs constants that the runtime walks";
  let description = [{
    Every `host.func` becomes a constant `braid_<name>_program`, the `struct braid_program` of ABI.h: its externals,
    its calls in order, the tables that say what each works on, names and places in the model's text. Only its kernels
    are addresses; there is no code for the host. To be run before the kernels are converted: it reads their
    signatures and computes their scratch.

    Place: before `convert-row-to-loops`: tables hold strides and scratch of kernels that are still `row.kernel`s.

    Numeric class: exact. Bytes moved: the same; a call is 24 bytes and its table.

    Declines: fails where a host.func is not planned, or a launch does not fit its kernel (H1).
    ```mlir
    host.launch @row_0 token sizes [] (%a, %b) : …
    ```
    becomes three numbers of `@braid_f_program.calls` (a launch, of kernel 0, its name, place and table) and its
    numbers in `@braid_f_program.tables`.
  }];
  let constructor = "::braid::host::createConvertHostToProgramPass()";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ConvertRowToLoops : Pass<"convert-row-to-loops", "::mlir::ModuleOp"> {
  let summary = "makes row kernels loops over vectors, for the CPU";
  let description = [{
    Every `row.kernel` becomes an llvm.func of scf loops over vectors that runs a range of
    rows. Ops that walk the same axes share loops; a value needed by a later walk is
    computed again or kept in scratch, whichever is cheaper. Programs stay.

    Place: after programs have become data, as they need the kernels' signatures.

    Numeric class: reassociating (sums are taken in lanes of a vector and of several partial sums);
    exp, log and others are polynomials, within a few units in the last place.

    Bytes moved: loads and stores of the kernel's arguments, once per walk over them; scratch of a
    thread stays in its cache.

    Declines: fails with a diagnostic where a kernel holds an op that has no CPU code.
    ```mlir
    row.kernel @row_0 token dynamic [] { … }
    ```
    becomes `llvm.func @row_0(…)` with `scf.for`, `vector` and `arith` ops.
  }];
  let constructor = "::braid::row::createConvertRowToLoopsPass()";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertRowToLLVM : Pass<"convert-row-to-llvm", "::mlir::ModuleOp"> {
  let summary = "makes row kernels LLVM functions, for the CPU";
  let description = [{
    `convert-row-to-loops`, then loops, vectors and arithmetic become LLVM ops. A module without
    kernels only has what else there is of such ops converted.

    Place: last on the CPU's way; what it finds is loops, vectors and arithmetic.

    Numeric class: that of `convert-row-to-loops`; what is added is exact. Bytes moved: the same.

    Declines: as `convert-row-to-loops`.
    ```mlir
    %3 = arith.addf %1, %2 : vector<16xf32>
    ```
    becomes `%3 = llvm.fadd %1, %2 : vector<16xf32>`.
  }];
  let constructor = "::braid::row::createConvertRowToLLVMPass()";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ShowSchedules : Pass<"show-schedules", "::mlir::ModuleOp"> {
  let summary = "writes the loops of row kernels into their texts";
  let description = [{
    Which loops a kernel gets is decided before any of its code is made, for CPU and GPU alike (`lib/Conversion/RowCode/Schedule.h`). This pass
    asks and writes down the answer: `row.schedule`, the nests in order, each with its loops (outermost first, the vector axis marked) and
    what it computes (`keep`: a value that several nests need); `row.scratch`, the values that lie in memory of a thread between nests.
    Both are for the reader: nothing looks at them.

    Place: in no pipeline. By hand, on `row` or `host`. The CPU's schedule is that of `host`: without `aliases` all arguments may be one memory.

    Numeric class: exact, as nothing is computed otherwise.

    Bytes moved: the same.

    Declines: what is no row kernel.
    ```mlir
    row.kernel @norm token dynamic [] attributes {aliases = []} { … }
    ```
    becomes
    ```mlir
    row.kernel @norm token dynamic [] attributes {aliases = [], row.schedule = ["for [d: vector] %2 = reduce", "for [d: vector] store to %arg1"], row.scratch = []} { … }
    ```
  }];
  let constructor = "::braid::row::createShowSchedulesPass()";
  let options = [Option<"gpu", "gpu", "bool", "false", "as for GPUs, which keep inputs that are read several times">];
}

def MergeReads : Pass<"merge-reads", "::mlir::ModuleOp"> {
  let summary = "makes one of equal reads of a row, and of what is computed from them";
  let description = [{
    A backward kernel is joined from parts that each read the same history. Two reads of an argument are one if nothing between
    them can write it; then what was computed from both is computed once.

    Place: before `convert-row-to-gpu`, when it is known which arguments are one memory (`mark-aliases`, which it runs once
    more). The CPU's emitter finds equal values where it needs them.

    Numeric class: exact.

    Bytes moved: an argument that was read n times is read once.

    Declines: reads with a write between them that may be to the same memory; draws.
    ```mlir
    %0 = row.load %x : …
    %1 = row.load %x : …
    ```
    become one load.
  }];
  let constructor = "::braid::row::createMergeReadsPass()";
}

def ConvertRowToGPU : Pass<"convert-row-to-gpu", "::mlir::ModuleOp"> {
  let summary = "makes row kernels functions of a gpu.module";
  let description = [{
    Every `row.kernel` becomes a `gpu.func` of `gpu.module @braid_kernels`, in the loops of the CPU's kernels with
    threads, warps and blocks along the vector axis; its attribute `braid.launch` says how it is launched. Kernels of
    programs that sum nothing across rows also get a variant with more threads for few rows, `@<kernel>_few` (`few`:
    all kernels over tokens). Where a kernel sums across rows there is also `@braid_sum_partials`. Programs
    (`host.func`) stay.

    Place: on `host`, where launches say which sizes, strides and shared memory a kernel meets.

    Numeric class: reassociating (sums are taken by threads, warps and blocks, always in the same
    order); exp, log and others are the polynomials of the CPU, within a few units in the last place.

    Bytes moved: each input and output of a row once, which `braid.traffic` declares and tests count: what several
    walks need stays in registers or is copied to shared memory (as much as a block of the `target` has, or `shared`);
    what does not fit is read again. Beside that parameters (from caches), tables of list entries and a partial sum
    for every block.

    Declines: a module without row kernels stays as it is.
    ```mlir
    row.kernel @row_0 token dynamic [] { … }
    ```
    becomes `gpu.func @row_0(…) kernel attributes {braid.launch = {…}}` in `gpu.module @braid_kernels`, whose
    `braid.target` says what was planned for.
  }];
  let options = [Option<"target", "target", "std::string", "\"\"", "the GPU to plan for: sm_80 (where none is named), sm_86, … (docs/gpu.md)">,
                 Option<"shared", "shared", "int64_t", "0", "bytes of shared memory that a block may have, in place of the target's">,
                 Option<"few", "few", "bool", "false", "every kernel over tokens gets a variant for few rows">];
  let constructor = "::braid::row::createConvertRowToGPUPass()";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::NVVM::NVVMDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ConvertRowToNVVM : Pass<"convert-row-to-nvvm", "::mlir::ModuleOp"> {
  let summary = "makes row kernels NVVM functions of a gpu.module";
  let description = [{
    `convert-row-to-gpu`, then common subexpressions are shared, and what is in each gpu.module
    becomes ops of `llvm` and `nvvm`.

    Place: after `convert-row-to-gpu`, which it runs where kernels are still rows.

    Numeric class: that of `convert-row-to-gpu`; what is added is exact. Bytes moved: the same.

    Declines: a module without row kernels and without a gpu.module stays as it is.
    ```mlir
    gpu.func @row_0(%a: !llvm.ptr) kernel { … %t = gpu.thread_id x … }
    ```
    becomes `llvm.func @row_0(%a: !llvm.ptr) attributes {nvvm.kernel}` with `nvvm.read.ptx.sreg.tid.x`.
  }];
  let options = [Option<"target", "target", "std::string", "\"\"", "the GPU to plan for: sm_80 (where none is named), sm_86, … (docs/gpu.md)">,
                 Option<"shared", "shared", "int64_t", "0", "bytes of shared memory that a block may have, in place of the target's">,
                 Option<"few", "few", "bool", "false", "every kernel over tokens gets a variant for few rows">];
  let constructor = "::braid::row::createConvertRowToNVVMPass()";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect", "::mlir::gpu::GPUDialect",
                           "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::NVVM::NVVMDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

#endif
