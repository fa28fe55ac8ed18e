// The mgpu interface as a library: MLIR's own runner, with upstream's pipeline and kernels kept as LLVM IR.
// RUN: grep -v "^//" %S/host.mlir | mlir-opt --gpu-kernel-outlining --gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-format=llvm opt-level=1" -o %t.mlir
// RUN: mlir-cpu-runner %t.mlir -e main -entry-point-result=void --shared-libs=%build/lib/libbraid_mgpu.so,/usr/lib/llvm-19/lib/libmlir_c_runner_utils.so,/usr/lib/llvm-19/lib/libmlir_runner_utils.so | FileCheck %s
// CHECK: [0, 2, 4, 6, 8, 10, 12, 14]

// A finding ends the process; checks are chosen in the environment.
// RUN: grep -v "^//" %S/host.mlir | sed 's/gpu.memcpy async .* .in, .host : .*/gpu.wait async/' | mlir-opt --gpu-kernel-outlining --gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-format=llvm opt-level=1" -o %t.unwritten.mlir
// RUN: not mlir-cpu-runner %t.unwritten.mlir -e main -entry-point-result=void --shared-libs=%build/lib/libbraid_mgpu.so,/usr/lib/llvm-19/lib/libmlir_c_runner_utils.so,/usr/lib/llvm-19/lib/libmlir_runner_utils.so 2>&1 | FileCheck %s --check-prefix=UNWRITTEN
// UNWRITTEN: error: uninitialised read: load of float: byte 0 of buffer 0 was not written before
// RUN: env BRAID_EMULATOR_CHECK=bounds mlir-cpu-runner %t.unwritten.mlir -e main -entry-point-result=void --shared-libs=%build/lib/libbraid_mgpu.so,/usr/lib/llvm-19/lib/libmlir_c_runner_utils.so,/usr/lib/llvm-19/lib/libmlir_runner_utils.so

// So are the number of threads of the CPU and the limit of instructions; what is no number is refused.
// RUN: env BRAID_EMULATOR_JOBS=1 BRAID_EMULATOR_LIMIT=1000 mlir-cpu-runner %t.mlir -e main -entry-point-result=void --shared-libs=%build/lib/libbraid_mgpu.so,/usr/lib/llvm-19/lib/libmlir_c_runner_utils.so,/usr/lib/llvm-19/lib/libmlir_runner_utils.so | FileCheck %s
// RUN: env BRAID_EMULATOR_JOBS=some not mlir-cpu-runner %t.mlir -e main -entry-point-result=void --shared-libs=%build/lib/libbraid_mgpu.so,/usr/lib/llvm-19/lib/libmlir_c_runner_utils.so,/usr/lib/llvm-19/lib/libmlir_runner_utils.so 2>&1 | FileCheck %s --check-prefix=JOBS
// JOBS: BRAID_EMULATOR_JOBS: 'some' is no number
