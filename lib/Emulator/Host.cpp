//===- Host.cpp - host programs that launch kernels -----------------------===//
//
// Upstream's lowering of the host side, with our kernels embedded as bitcode, and a JIT that binds
// the mgpu functions to the emulator.
//
//===----------------------------------------------------------------------===//

#include "Translate.h"
#include "braid/Emulator/Mgpu.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/GPUCommon/GPUCommonPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace braid::emu;

llvm::Error braid::emu::embedKernels(ModuleOp module) {
  OpBuilder builder(module.getContext());
  for (auto kernels : llvm::make_early_inc_range(module.getOps<gpu::GPUModuleOp>())) {
    auto bitcode = translateToBitcode(kernels);
    if (!bitcode)
      return bitcode.takeError();
    builder.setInsertionPoint(kernels);
    auto object = gpu::ObjectAttr::get(module.getContext(), NVVM::NVVMTargetAttr::get(module.getContext()),
                                       gpu::CompilationTarget::Offload, builder.getStringAttr(*bitcode), nullptr);
    builder.create<gpu::BinaryOp>(kernels.getLoc(), kernels.getName(),
                                  gpu::SelectObjectAttr::get(module.getContext(), nullptr),
                                  builder.getArrayAttr({object}));
    kernels.erase();
  }
  return llvm::Error::success();
}

static LogicalResult lowerHost(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.addPass(createConvertVectorToSCFPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createConvertSCFToCFPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createGpuToLLVMConversionPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  return passes.run(module);
}

llvm::Error braid::emu::runHost(ModuleOp module, StringRef entry, llvm::ArrayRef<std::string> libraries) {
  auto function = module.lookupSymbol<FunctionOpInterface>(entry);
  if (!function || function.isExternal())
    return llvm::createStringError("no function is called '" + entry + "'");
  if (function.getNumArguments() || function.getNumResults())
    return llvm::createStringError("the function '" + entry + "' has arguments or results; it may have none");
  if (llvm::Error error = embedKernels(module))
    return error;
  if (failed(lowerHost(module)))
    return llvm::createStringError("the host side cannot be lowered to LLVM");
  auto context = std::make_unique<llvm::LLVMContext>();
  auto translated = translateModuleToLLVMIR(module, *context);
  if (!translated)
    return llvm::createStringError("the host side cannot be translated to LLVM IR");

  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  char prefix = (*jit)->getDataLayout().getGlobalPrefix();
  llvm::orc::JITDylib &library = (*jit)->getMainJITDylib();
  llvm::orc::SymbolMap symbols;
  for (auto &[name, address] : mgpuSymbols())
    symbols[(*jit)->mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                                              llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  if (llvm::Error error = library.define(llvm::orc::absoluteSymbols(std::move(symbols))))
    return error;
  for (const std::string &path : libraries) {
    auto loaded = llvm::orc::DynamicLibrarySearchGenerator::Load(path.c_str(), prefix);
    if (!loaded)
      return loaded.takeError();
    library.addGenerator(std::move(*loaded));
  }
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(prefix);
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  translated->setDataLayout((*jit)->getDataLayout());
  translated->setTargetTriple((*jit)->getTargetTriple().str());
  if (llvm::Error error = (*jit)->addIRModule(llvm::orc::ThreadSafeModule(std::move(translated), std::move(context))))
    return error;
  // Loads of modules are constructors of the program.
  std::optional<llvm::Error> problem;
  MgpuDevice::get().onError = [&](llvm::Error error) {
    if (problem)
      llvm::consumeError(std::move(error));
    else
      problem.emplace(std::move(error));
  };
  llvm::Error error = (*jit)->initialize(library);
  if (!error) {
    if (auto address = (*jit)->lookup(entry))
      address->toPtr<void (*)()>()();
    else
      error = address.takeError();
  }
  if (!error)
    error = (*jit)->deinitialize(library);
  MgpuDevice::get().onError = nullptr;
  if (problem)
    return llvm::joinErrors(std::move(*problem), std::move(error));
  return error;
}
