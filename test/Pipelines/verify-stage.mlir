// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-verify-stage

// A stage is known by what the module holds.
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}

// -----
// Derived from nothing.
// expected-error @below {{holds no braid.func}}
module attributes {braid.derived} {
  braid.parameter @w : !braid.value<static, [dim: 8]> init {
    %0 = braid.constant 1.0 : !braid.value<static, [dim: 8]>
    braid.yield %0 : !braid.value<static, [dim: 8]>
  }
}

// -----
// A program that was not converted.
host.func @f {
}
// expected-error @below {{is still there after its conversion}}
braid.func @g {
}

// -----
// Kernels without a program.
// expected-error @below {{holds no host.func}}
module {
  row.kernel @k token dynamic [] {
  ^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
    %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
    row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
  }
}

// -----
host.func @f {
  %x = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: there is no row.kernel @none}}
  host.launch @none token sizes [] (%x) : !host.buffer<token, 8, f32>
}

// -----
// Two buffers that live at the same time share memory.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 48 : i64} {
  %a = host.buffer "a" "activation" at 0 : <token, 8, f32>
  // expected-error @below {{shares memory with "a", which is still needed}}
  %b = host.buffer "b" "activation" at 16 : <token, 8, f32>
  host.launch @k token sizes [] (%a, %b) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// An output takes over the place of an input that ends; nobody else may lie in it, before or behind.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>, %z: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
  row.store %0 to %z : <[dim: 8]>, <rows, [dim: 8], f32>
}
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 128 : i64} {
  %a = host.buffer "a" "activation" at 0 : <token, 8, f32>
  %b = host.buffer "b" "activation" at 32 : <token, 8, f32>
  %c = host.buffer "c" "activation" at 64 : <token, 8, f32>
  %d = host.buffer "d" "activation" at 32 : <token, 8, f32>
  // expected-error @below {{shares memory with "c", which is still needed}}
  %e = host.buffer "e" "activation" at 72 : <token, 8, f32>
  host.launch @k token sizes [] (%a, %b, %c) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @k token sizes [] (%b, %d, %e) {reuse = array<i64: 1, 0>} : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @k token sizes [] (%c, %c, %d) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 48 : i64} {
  // expected-error @below {{has no place in its arena}}
  %a = host.buffer "a" "activation" at 32 : <token, 8, f32>
  %w = host.external parameter "w" : <fixed, 8, f32>
  %y = host.external output "y" : <token, 1, f32>
  host.matmul %a, %w to %y dims [1, 1, 1, 8] tokens "m" strides [8, 8, 1], [8, 1, 1], [1, 1, 1] : <token, 8, f32>, <fixed, 8, f32>, <token, 1, f32>
}

// -----
// The stages of the CPU hold a program; what one looks like is in test/Conversion/HostToProgram/read-programs.test.
// expected-error @below {{holds no program: no constant is called braid_<name>_program}}
module {
  llvm.func @braid_f(!llvm.ptr) -> i32
}

// -----
// The stages of a GPU: a kernel was forgotten.
module attributes {gpu.container_module} {
  gpu.module @braid_kernels {
    gpu.func @k() kernel {
      gpu.return
    }
  }
  // expected-error @below {{is still there after its conversion}}
  row.kernel @late token dynamic [] {
  ^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
    %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
    row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
  }
}

// -----
// No function is a gpu.func any more, so this is `nvvm`; a thread's number is still of the stage before.
module attributes {gpu.container_module} {
  gpu.module @braid_kernels {
    llvm.func @k() attributes {nvvm.kernel} {
      // expected-error @below {{is still there after its conversion}}
      %0 = gpu.thread_id x
      llvm.return
    }
  }
}
