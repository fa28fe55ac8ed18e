#ifndef BRAID_HOST_OPS
#define BRAID_HOST_OPS

include "dialects/Host/IR/HostDialect.td"
include "dialects/Host/IR/HostInterfaces.td"

class Host_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::braid::host";
  let genSpecializedAttr = 0;
}
def Host_Storage : Host_Enum<"Storage", "how a buffer stores a number", [
  I32EnumAttrCase<"F32", 0, "f32">, I32EnumAttrCase<"BF16", 1, "bf16">, I32EnumAttrCase<"I32", 2, "i32">]>;
def Host_Space : Host_Enum<"Space", "what a buffer has one tensor for", [
  I32EnumAttrCase<"Token", 0, "token">, I32EnumAttrCase<"Fixed", 1, "fixed">]>;
// What stands in C programs' enum braid_role (ABI.h), matched by name in Programs.cpp.
def Host_Role : Host_Enum<"Role", "what a buffer of the caller's is to the program", [
  I32EnumAttrCase<"Parameter", 0, "parameter">, I32EnumAttrCase<"Gradient", 1, "gradient">, I32EnumAttrCase<"Accumulated", 2, "accumulated">,
  I32EnumAttrCase<"Moment1", 3, "moment1">, I32EnumAttrCase<"Moment2", 4, "moment2">, I32EnumAttrCase<"Input", 5, "input">,
  I32EnumAttrCase<"Output", 6, "output">, I32EnumAttrCase<"Draw", 7, "draw">, I32EnumAttrCase<"State", 8, "state">,
  I32EnumAttrCase<"Past", 9, "past">]>;
def Host_RoleAttr : EnumAttr<Host_Dialect, Host_Role, "role">;
def Host_SpaceParam : EnumAttr<Host_Dialect, Host_Space, "space">;

def Host_BufferType : TypeDef<Host_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "memory for `numbers` numbers a token, or in all: `!host.buffer<token, 768, f32>`";
  let parameters = (ins "Space":$space, "int64_t":$numbers, "Storage":$storage);
  let assemblyFormat = "`<` $space `,` $numbers `,` $storage `>`";
  let extraClassDeclaration = [{
    /// Bytes of one number.
    int64_t width() const { return ::braid::formatBytes(getStorage()); }
    /// Bytes a token, or in all.
    int64_t bytes() const { return getNumbers() * width(); }
  }];
}

def Host_FuncOp : Host_Op<"func", [HasParent<"::mlir::ModuleOp">, Symbol, IsolatedFromAbove, SingleBlock, NoTerminator]> {
  let summary = "one derived program as a sequence of calls";
  let description = [{
    After planning, `token_bytes` is the size of the token arena per token and `fixed_bytes` that of the fixed arena.
    `positions`: a run whose sequences have more tokens is refused; absent: any length.
    H5: the region takes no arguments and holds ops of this dialect only; externals of one role and path have one type and one `ids`; arenas are smaller
    than 2^60 bytes; `positions` is at least 1.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<I64Attr>:$token_bytes, OptionalAttr<I64Attr>:$fixed_bytes,
                       OptionalAttr<I64Attr>:$positions);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword custom<IsolatedRegion>($body)";
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def Host_BufferOp : Host_Step<"buffer", [MemoryEffects<[MemAlloc]>]> {
  let summary = "a buffer in an arena";
  let description = [{
    `category` says what it is for in the table of memory (activation, saved, gradient, workspace, …). `offset` is
    set by planning: bytes from the start of the arena (token space: bytes a token).
    `%0 = host.buffer "mlp.up" activation : !host.buffer<token, 3072, f32>`
    H6: a buffer, whoever has its memory, holds 1 to 2^40 numbers; offsets are smaller than 2^60.
  }];
  let arguments = (ins StrAttr:$name, StrAttr:$category, OptionalAttr<I64Attr>:$offset);
  let results = (outs Host_BufferType:$result);
  let assemblyFormat = "$name $category (`at` $offset^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Host_ExternalOp : Host_Step<"external", [Pure]> {
  let summary = "a buffer of the caller's, by its role and its path";
  let description = [{
    Roles are `parameter`, `gradient`, `accumulated` (the sum of several gradients), `moment1` and `moment2` of the optimiser,
    `input`, `output`, `state` (of the optimiser, kept from step to step) and `draw`, of programs that draw random numbers:
    four i32, the seed's low and high word, the step and the number of the first sequence.
    `ids`: the numbers index tables, the smallest of which has so many rows; a negative one stands for no row.
    `%0 = host.external input "tokens" ids 256 : !host.buffer<token, 1, i32>`
    `past` is what a sequence remembers of its tokens, for runs that go on where an earlier one ended: `rows` rows before the
    run's, all that there were where it is absent, or with `carry` what the last token left.
    H8: `ids` is at least 1 and stands for integers of the caller's, an `input`, stored as i32; `rows` is at least 1 and a `past`'s; a `past`
    varies per token; a carry has no `rows` and is named by recurrences, as one of theirs; any other is named by `host.remember`, as its output, by delays, as their input, and by attention, as a source, all of which is
    then of one `rows`.
  }];
  let arguments = (ins Host_RoleAttr:$role, StrAttr:$path, OptionalAttr<I64Attr>:$ids, OptionalAttr<I64Attr>:$rows, UnitAttr:$carry);
  let results = (outs Host_BufferType:$result);
  let assemblyFormat = "$role $path (`ids` $ids^)? (`rows` $rows^)? (`carry` $carry^)? attr-dict `:` type($result)";
  let extraClassDeclaration = [{
    /// Its role as the runtime knows it.
    braid_role getRuntimeRole();
    /// For messages, drawings and files: `param:<path>`, `in:tokens`, …
    std::string getName();
    /// Rows of earlier runs as the runtime knows them.
    int64_t getPast() { return getRole() != Role::Past ? 0 : getCarry() ? BRAID_PAST_CARRY : getRows() ? int64_t(*getRows()) : BRAID_PAST_ALL; }
  }];
  let hasVerifier = 1;
}

def Host_ZerosOp : Host_Step<"zeros", [Pure]> {
  let summary = "a block of zeros that stands for an absent entry of a list (read only)";
  let results = (outs Host_BufferType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Host_LaunchOp : Host_Step<"launch", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "runs a row kernel over all tokens, or over a fixed number of rows";
  let description = [{
    `sizes` are those of the kernel's dynamic axes. Operands follow the kernel's arguments: one for a buffer, as many as its axis
    is long for a list. `rows` is given in the fixed space. `streams`: for a kernel that draws random numbers, the path of each
    stream (the kernel gets its `streamHash`, see Random.h).
    H1: the kernel exists; the number of operands fits its signature and `sizes`, that of the streams its draws; storage and numbers of every buffer fit the argument's type.
    H7: `sizes` and `rows` are positive; the attribute `reuse` (`mark-reuse`) holds pairs (output, input) of numbers of operands that have one type.
    Without it no output takes the place of an input. `level`, of any call: that of the schedule that the call stands in, for who reads it.
    `host.launch @k3 token sizes [9] (%a, %b) : !host.buffer<token, 768, f32>, !host.buffer<token, 768, f32>`
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Host_SpaceParam:$space, OptionalAttr<I64Attr>:$rows,
                       DenseI64ArrayAttr:$sizes, OptionalAttr<StrArrayAttr>:$streams, Variadic<Host_BufferType>:$args,
                       OptionalAttr<DenseI64ArrayAttr>:$reuse, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = "$kernel $space (`rows` $rows^)? `sizes` $sizes (`streams` $streams^)? `(` $args `)` attr-dict (`:` type($args)^)?";
  let hasVerifier = 1;
}

def Host_MatmulOp : Host_Step<"matmul", [MemoryEffects<[MemRead, MemWrite]>, DeclareOpInterfaceMethods<Host_LibraryCallInterface>]> {
  let summary = "a strided, batched matrix product";
  let description = [{
    `C[b,m,n] = (accumulate ? C : 0) + Σ_k A[b,m,k]·B[b,k,n]`. `dims` = [batch, m, n, k]; `token_dim` says which of them ("batch", "m", "k" or "none")
    is multiplied by the number of tokens. Strides, in numbers: `a` = [batch, m, k], `b` = [batch, k, n], `c` = [batch, m, n].
    H2: dims are positive; token_dim is one of the words.
  }];
  let arguments = (ins Host_BufferType:$a, Host_BufferType:$b, Host_BufferType:$c, DenseI64ArrayAttr:$dims, StrAttr:$token_dim,
                       DenseI64ArrayAttr:$a_strides, DenseI64ArrayAttr:$b_strides, DenseI64ArrayAttr:$c_strides, UnitAttr:$accumulate, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = [{
    $a `,` $b `to` $c `dims` $dims `tokens` $token_dim `strides` $a_strides `,` $b_strides `,` $c_strides (`accumulate` $accumulate^)?
    attr-dict `:` type($a) `,` type($b) `,` type($c)
  }];
  let hasVerifier = 1;
}

class Host_AttendBase<string mnemonic> : Host_Step<mnemonic, [MemoryEffects<[MemRead, MemWrite]>, AttrSizedOperandSegments, DeclareOpInterfaceMethods<Host_LibraryCallInterface>]> {
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What a query sees of a source.
    AttentionMask maskOf(size_t source) {
      return *rt::maskOf(getMasks()[source], getWindows()[source], getChunks() ? (*getChunks())[source] : 0,
                         getSpans() ? (*getSpans())[source] : 0);
    }
  }];
}

def Host_AttendOp : Host_AttendBase<"attend"> {
  let summary = "attention; geometry and layouts as `braid_attend` in ABI.h";
  let description = [{
    `geometry` = [heads h, group g, d, e]. For each source: `kinds` 0 tokens, 1 slots; `masks` as `braid_mask` in ABI.h;
    `windows`; `chunks` and `spans` (left out: none has one); `slots`.
    H3: one k, v, kind, mask, window, chunk, span and number of slots for each source; one integer a token, stored as i32, in
    `segments` for each source that has some; one number a token, stored as f32, in `marks` for each source that has some.
  }];
  let arguments = (ins Host_BufferType:$query, Variadic<Host_BufferType>:$keys, Variadic<Host_BufferType>:$values,
                       Variadic<Host_BufferType>:$segments, Variadic<Host_BufferType>:$marks, Host_BufferType:$output, Host_BufferType:$lse, DenseI64ArrayAttr:$geometry, F64Attr:$scale,
                       DenseI64ArrayAttr:$kinds, DenseI64ArrayAttr:$masks, DenseI64ArrayAttr:$windows, OptionalAttr<DenseI64ArrayAttr>:$chunks, OptionalAttr<DenseI64ArrayAttr>:$spans, DenseI64ArrayAttr:$slots, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = [{
    $query `,` `keys` `(` $keys `)` `,` `values` `(` $values `)` (`segments` `(` $segments^ `)`)? (`marks` `(` $marks^ `)`)? `to` $output `,` $lse `geometry` $geometry
    `scale` $scale `kinds` $kinds `masks` $masks `windows` $windows (`chunks` $chunks^)? (`spans` $spans^)? `slots` $slots attr-dict
    `:` type($query) `,` `(` type($keys) `)` `,` `(` type($values) `)` (`segments` `(` type($segments)^ `)`)? (`marks` `(` type($marks)^ `)`)? `,` type($output) `,` type($lse)
  }];
}

def Host_AttendGradOp : Host_AttendBase<"attend_grad"> {
  let summary = "the gradient of attention; as `braid_attend_grad` in ABI.h";
  let description = [{ `accumulate`: gradients of keys and values are added to what is there: a pass of a loop over time sends them to tokens before its own. }];
  let arguments = (ins Host_BufferType:$query, Variadic<Host_BufferType>:$keys, Variadic<Host_BufferType>:$values,
                       Variadic<Host_BufferType>:$segments, Variadic<Host_BufferType>:$marks, Host_BufferType:$output, Host_BufferType:$lse, Host_BufferType:$output_grad, Host_BufferType:$query_grad,
                       Variadic<Host_BufferType>:$key_grads, Variadic<Host_BufferType>:$value_grads,
                       DenseI64ArrayAttr:$geometry, F64Attr:$scale,
                       DenseI64ArrayAttr:$kinds, DenseI64ArrayAttr:$masks, DenseI64ArrayAttr:$windows, OptionalAttr<DenseI64ArrayAttr>:$chunks, OptionalAttr<DenseI64ArrayAttr>:$spans, DenseI64ArrayAttr:$slots, UnitAttr:$accumulate, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = [{
    $query `,` `keys` `(` $keys `)` `,` `values` `(` $values `)` (`segments` `(` $segments^ `)`)? (`marks` `(` $marks^ `)`)? `,` $output `,` $lse `,` $output_grad `to` $query_grad `,`
    `keys` `(` $key_grads `)` `,` `values` `(` $value_grads `)` `geometry` $geometry `scale` $scale
    `kinds` $kinds `masks` $masks `windows` $windows (`chunks` $chunks^)? (`spans` $spans^)? `slots` $slots (`accumulate` $accumulate^)? attr-dict
    `:` type($query) `,` `(` type($keys) `)` `,` `(` type($values) `)` (`segments` `(` type($segments)^ `)`)? (`marks` `(` type($marks)^ `)`)? `,` type($output) `,`
    type($lse) `,` type($output_grad) `,`
    type($query_grad) `,` `(` type($key_grads) `)` `,` `(` type($value_grads) `)`
  }];
}

def Host_DelayOp : Host_Step<"delay", [MemoryEffects<[MemRead, MemWrite]>, DeclareOpInterfaceMethods<Host_LibraryCallInterface>]> {
  let summary = "the rows of other tokens of the sequence: row - distance; nothing where there is none";
  let description = [{ H9: both vary per token and have as many numbers; i32 goes to i32, real numbers to real numbers. `distance` is from -65536 to 65536 and not 0. }];
  let arguments = (ins Host_BufferType:$input, Host_BufferType:$output, I64Attr:$distance, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = "$input `to` $output `by` $distance attr-dict `:` type($input) `,` type($output)";
  let hasVerifier = 1;
}

def Host_RememberOp : Host_Step<"remember", [MemoryEffects<[MemRead, MemWrite]>, DeclareOpInterfaceMethods<Host_LibraryCallInterface>]> {
  let summary = "keeps the rows at work for later runs";
  let description = [{ H10: the output is a `past`; both vary per token, in one format with as many numbers. }];
  let arguments = (ins Host_BufferType:$input, Host_BufferType:$output, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = "$input `to` $output attr-dict `:` type($input) `,` type($output)";
  let hasVerifier = 1;
}

def Host_RecurOp : Host_Step<"recur", [MemoryEffects<[MemRead, MemWrite]>, AttrSizedOperandSegments, DeclareOpInterfaceMethods<Host_LibraryCallInterface>]> {
  let summary = "runs row kernels of the space `recur` over the tokens of every sequence, in order";
  let description = [{
    A row recurrence, for every sequence and each of the `parts` of a row. `carries`: the numbers of each carry of the part, which the kernel has as its first
    arguments, in memory of the call's own; then come those of `wide` (values that `replay` computes and the kernel reads, for the tokens of a piece), then `args`.
    The tokens are worked on in pieces of `piece`, forward or with `reverse` backward. Before a forward carry's first token it is 0, or what lies in `inits` (`init_of`: the number of
    the operand, -1: none), or, where the sequence began in an earlier run, what lies in `pasts`; that takes what the last token leaves.
    What the carry is at the first token of each further piece is kept in `tapes`. With `replay` that kernel runs before the other one, piece by piece
    from the last to the first, forward; its carries are `replayed`, and begin with what `tapes`, `inits` and `pasts` hold. A reverse carry begins with 0;
    what the first tokens of sequences that begin in the run leave in it is summed into `finals` (`final_of`, -1: none).
    `written` and `sums` are the numbers of the args that the kernel writes and sums into, `parted` has 1 for those that have a part for each of the row's, and so
    `replay_parted`.
    H11: kernels are of the space `recur`, take these arguments in these formats, and go these ways; a tape has ⌈carry / piece⌉ numbers for each token.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, OptionalAttr<FlatSymbolRefAttr>:$replay, UnitAttr:$reverse, I64Attr:$parts, I64Attr:$piece,
                       DenseI64ArrayAttr:$carries, DenseI64ArrayAttr:$replayed, DenseI64ArrayAttr:$wide,
                       Variadic<Host_BufferType>:$args, Variadic<Host_BufferType>:$replay_args, Variadic<Host_BufferType>:$inits,
                       Variadic<Host_BufferType>:$pasts, Variadic<Host_BufferType>:$tapes, Variadic<Host_BufferType>:$finals,
                       DenseI64ArrayAttr:$init_of, DenseI64ArrayAttr:$final_of, DenseI64ArrayAttr:$written, DenseI64ArrayAttr:$sums,
                       DenseI64ArrayAttr:$parted, DenseI64ArrayAttr:$replay_parted,
                       OptionalAttr<StrArrayAttr>:$streams, OptionalAttr<StrArrayAttr>:$replay_streams, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = [{
    $kernel (`reverse` $reverse^)? `parts` $parts `piece` $piece `carries` $carries `(` ($args^ `:` type($args))? `)` `written` $written `sums` $sums
    `parted` $parted (`streams` $streams^)? (`replay` $replay^)? `carries` $replayed `wide` $wide `(` ($replay_args^ `:` type($replay_args))? `)` `parted` $replay_parted
    (`streams` $replay_streams^)? `inits` $init_of `(` ($inits^ `:` type($inits))? `)` `pasts` `(` ($pasts^ `:` type($pasts))? `)` `tapes` `(` ($tapes^ `:` type($tapes))? `)`
    `finals` $final_of `(` ($finals^ `:` type($finals))? `)` attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The numbers of the forward carries: the kernel's own, or the replay's.
    ::llvm::ArrayRef<int64_t> forwardCarries() { return getReplay() ? getReplayed() : getReverse() ? ::llvm::ArrayRef<int64_t>() : getCarries(); }
  }];
}

def Host_NewestOp : Host_Step<"newest", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "from here on only the newest token of each sequence is worked on";
  let description = [{
    The calls behind it have the last row at work of each sequence as their only one; the others keep what they have.
    `host.newest`
  }];
  let assemblyFormat = "attr-dict";
}

def Host_ScatterOp : Host_Step<"scatter", [MemoryEffects<[MemRead, MemWrite]>, DeclareOpInterfaceMethods<Host_LibraryCallInterface>]> {
  let summary = "sums rows into the rows of a table that ids name, in the order of the tokens; overwrites the table";
  let description = [{ `rows`: of the table. H4: the input's numbers are the table's divided by `rows`; ids are i32. }];
  let arguments = (ins Host_BufferType:$input, Host_BufferType:$ids, Host_BufferType:$table, I64Attr:$rows, OptionalAttr<I64Attr>:$level);
  let assemblyFormat = "$input `,` $ids `to` $table `rows` $rows attr-dict `:` type($input) `,` type($ids) `,` type($table)";
  let hasVerifier = 1;
}

#endif
