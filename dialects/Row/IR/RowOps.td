#ifndef BRAID_ROW_OPS
#define BRAID_ROW_OPS

include "dialects/Row/IR/RowDialect.td"
include "dialects/Row/IR/RowTypes.td"

def Row_KernelOp : Row_Op<"kernel", [HasParent<"::mlir::ModuleOp">, Symbol, IsolatedFromAbove, SingleBlock, NoTerminator]> {
  let summary = "what is computed for every row of a launch";
  let description = [{
    The region's arguments are buffers and lists. `dynamic` names the axes whose sizes are arguments, in the order
    in which a launch gives them (an axis of size `?` in any type is one of them). The ops run in order for a row; what one op
    stores, a later load, stack or gather of the same argument sees.
    K1: every `?` axis is in `dynamic`, every other has a positive size. K2: a list's axis is in `dynamic`, and has one size in all values that are
    stacked from it or unstacked to it.
    K15: a buffer, or an entry of a list, has at most 2^40 numbers, a value 2^60, as far as sizes are known here.
    In the space `recur` the rows are the tokens of one sequence, in their order, or with `reverse` from the last to the first. What one row
    stores in a shared buffer, a carry, the next one loads; such a buffer has room for one of the parts that a row consists of.
    K16: the attribute `aliases` (`mark-aliases`) holds pairs of numbers of arguments: those that may be the same memory in some
    launch. Without the attribute, any two may.
    K19: `reverse`, and rows of several parts, are a recurrence's; the arguments of one are buffers.
    ```mlir
    row.kernel @rms token dynamic [] {
    ^bb0(%x: !row.buffer<rows, [dim: 768], f32>, %y: !row.buffer<rows, [dim: 768], bf16>):
      %0 = row.load %x : !row.buffer<rows, [dim: 768], f32> -> !row.value<[dim: 768]>
      %1 = row.map mul(%0, %0) : (!row.value<[dim: 768]>, !row.value<[dim: 768]>) -> !row.value<[dim: 768]>
      %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 768]> -> !row.value<[]>
      ...
      row.store %5 to %y : !row.value<[dim: 768]>, !row.buffer<rows, [dim: 768], bf16>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Row_SpaceParam:$space, StrArrayAttr:$dynamic, OptionalAttr<ArrayAttr>:$aliases, UnitAttr:$reverse);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name $space (`reverse` $reverse^)? `dynamic` $dynamic attr-dict-with-keyword custom<IsolatedRegion>($body)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The size that values fix for the axis of a list; -1 where a list of any length will do.
    int64_t fixedLength(::llvm::StringRef axis);
    /// Streams of random numbers that a launch names: one more than the highest number in a `row.random`.
    int64_t numStreams();
  }];
}

def Row_LoadOp : Row_Work<"load", [MemoryEffects<[MemRead]>]> {
  let summary = "this row of a buffer (of a shared buffer: all of it)";
  let arguments = (ins Row_BufferType:$buffer);
  let results = (outs Row_ValueType:$result);
  let assemblyFormat = "$buffer attr-dict `:` type($buffer) `->` type($result)";
  let hasVerifier = 1;   // K3: same axes in the same order; i32 gives id, f32/bf16 give real
}
def Row_GatherOp : Row_Work<"gather", [MemoryEffects<[MemRead]>]> {
  let summary = "the entry along `axis` of a buffer that an id names; zero where the id is outside the axis";
  let arguments = (ins Row_BufferType:$buffer, Row_ValueType:$id, StrAttr:$axis);
  let results = (outs Row_ValueType:$result);
  let assemblyFormat = "$buffer `[` $id `]` `along` $axis attr-dict `:` type($buffer) `,` type($id) `->` type($result)";
  let hasVerifier = 1;   // K4: axis is the buffer's; the result has the others in order; the id has no axes
}
def Row_StackOp : Row_Work<"stack", [MemoryEffects<[MemRead]>]> {
  let summary = "this row of every entry of a list, as a value with the list's axis in front";
  let description = [{
    Where the size of the axis is known (a kernel splits or joins it), every launch gives the list that many entries.
    ```mlir
    %0 = row.stack %list : !row.list<depth, [dim: 8], f32> -> !row.value<[depth: ?, dim: 8]>
    %1 = row.stack %list : !row.list<depth, [dim: 8], f32> -> !row.value<[depth: 4, dim: 8]>
    ```
  }];
  let arguments = (ins Row_ListType:$list);
  let results = (outs Row_ValueType:$result);
  let assemblyFormat = "$list attr-dict `:` type($list) `->` type($result)";
  let hasVerifier = 1;   // K5
}
def Row_StoreOp : Row_Work<"store", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes a value to this row of a buffer; axes are matched by name, repeated where the value lacks them";
  let arguments = (ins Row_ValueType:$value, Row_BufferType:$buffer);
  let assemblyFormat = "$value `to` $buffer attr-dict `:` type($value) `,` type($buffer)";
  let hasVerifier = 1;   // K6: the value's axes are the buffer's (any order); shared buffers only in the spaces `fixed` and `recur`
}
def Row_UnstackOp : Row_Work<"unstack", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes a value's entries to this row of the buffers of a list";
  let arguments = (ins Row_ValueType:$value, Row_ListType:$list);
  let assemblyFormat = "$value `to` $list attr-dict `:` type($value) `,` type($list)";
  let hasVerifier = 1;   // K7
}
def Row_AccumulateOp : Row_Work<"accumulate", [MemoryEffects<[MemWrite]>]> {
  let summary = "the sum over all rows of a value, into a shared fp32 buffer that it overwrites, in a fixed order";
  let arguments = (ins Row_ValueType:$value, Row_BufferType:$buffer);
  let assemblyFormat = "$value `to` $buffer attr-dict `:` type($value) `,` type($buffer)";
  let hasVerifier = 1;   // K8: the buffer is shared, f32, used by nothing else in the kernel
}

class Row_PureOp<string mnemonic, list<Trait> traits = []> : Row_Work<mnemonic, !listconcat([Pure], traits)> {
  let results = (outs Row_ValueType:$result);
}
def Row_ConstantOp : Row_PureOp<"constant"> {
  let summary = "a number in every element";
  let arguments = (ins F64Attr:$value);
  let assemblyFormat = "$value attr-dict `:` type($result)";
}
def Row_IotaOp : Row_PureOp<"iota"> {
  let summary = "0, 1, 2, … along the result's only axis";
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}
def Row_PositionOp : Row_PureOp<"position"> {
  let summary = "the row's position in its sequence, an id";
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;   // K17: an id without axes
}
def Row_RandomOp : Row_Work<"random", [MemoryEffects<[MemRead]>]> {
  let summary = "independent draws, equal whenever they are made for the same row of the same step";
  let description = [{
    Element i of the result (row-major) is the draw at the counter (i/4, position, sequence, step) of a stream, as
    Random.h says: `uniform` on [-scale, scale), `normal` with the standard deviation `scale`. `draw` holds the run's
    coordinates: the seed's low and high word, the step, and the number of the first sequence. The launch gives the
    stream's path: number `stream` of its `streams`, so that sites share a kernel. With `per_sequence` the
    position is 2^32 - 1: all rows of a sequence have the same draws.
    K14: `draw` is shared, i32, four numbers; the result is real; token space only.
    ```mlir
    %1 = row.random uniform scale 1.000000e+00 stream 0 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[dim: 8]>
    ```
  }];
  let arguments = (ins Row_DistributionParam:$distribution, F64Attr:$scale, I64Attr:$stream, UnitAttr:$per_sequence,
                       Row_BufferType:$draw);
  let results = (outs Row_ValueType:$result);
  let assemblyFormat = "$distribution `scale` $scale `stream` $stream (`per_sequence` $per_sequence^)? `from` $draw attr-dict `:` type($draw) `->` type($result)";
  let hasVerifier = 1;
}
def Row_MapOp : Row_PureOp<"map"> {
  let summary = "an elementwise function; axes are matched by name, operands repeat along axes they lack";
  let description = [{ `mulz` is the product, and 0 where a factor is 0, whatever the other. }];
  let arguments = (ins Row_MapFn:$fn, Variadic<Row_ValueType>:$inputs);
  let assemblyFormat = "$fn `(` $inputs `)` attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;   // K9: operands' axes are the result's; as many operands as fn takes
}
def Row_ReduceOp : Row_PureOp<"reduce"> {
  let summary = "combines a value along named axes";
  let description = [{
    A sum of products that nothing else uses adds each by a fused multiply-add: the terms are not rounded by themselves.
    The order of a sum is the kernel's: vector lanes, threads and unrolled steps have partial sums. K10: the axes are the
    operand's; the result has the others.
  }];
  let arguments = (ins Row_ReduceKindParam:$kind, Row_ValueType:$input, StrArrayAttr:$axes);
  let assemblyFormat = "$kind $input `over` $axes attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;   // K10
  let extraClassDeclaration = [{
    /// The product whose factors a sum takes instead of its rounded value; null if there is none.
    MapOp summedProduct();
  }];
}
def Row_RoundOp : Row_PureOp<"round"> {
  let summary = "rounds to a storage format and back";
  let arguments = (ins Row_ValueType:$input, Row_StorageParam:$storage);
  let assemblyFormat = "$input `to` $storage attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;   // K18: reals, of the same axes
}
def Row_ViewOp : Row_PureOp<"view"> {
  let summary = "the same numbers in row-major order under other axes: renames, splits and joins axes";
  let arguments = (ins Row_ValueType:$input);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;   // K11: equal products of sizes; dynamic axes are only renamed
}
def Row_TransposeOp : Row_PureOp<"transpose"> {
  let summary = "the same value with its axes in another order (which matters to `row.view` only)";
  let arguments = (ins Row_ValueType:$input);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Row_SliceOp : Row_PureOp<"slice"> {
  let summary = "a range of one axis under the name `as`, or one index of it";
  let description = [{ A negative `offset` counts from the end of the axis (which may be dynamic). }];
  let arguments = (ins Row_ValueType:$input, StrAttr:$axis, I64Attr:$offset, I64Attr:$size, OptionalAttr<StrAttr>:$as);
  let assemblyFormat = "$input $axis `at` $offset `size` $size (`as` $as^)? attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;   // K12
}
def Row_PadOp : Row_PureOp<"pad"> {
  let summary = "a value placed into zeros along `axis` (from its axis `from`, or as one index); offset as in `row.slice`";
  let arguments = (ins Row_ValueType:$input, StrAttr:$axis, I64Attr:$offset, OptionalAttr<StrAttr>:$from);
  let assemblyFormat = "$input `to` $axis `at` $offset (`from` $from^)? attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Row_ConcatOp : Row_PureOp<"concat"> {
  let summary = "values one after another: operand i's axis `axes[i]` becomes a part of `axis`";
  let arguments = (ins Variadic<Row_ValueType>:$inputs, StrArrayAttr:$axes, StrAttr:$axis);
  let assemblyFormat = "$inputs `along` $axes `to` $axis attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;   // K13
}

#endif
