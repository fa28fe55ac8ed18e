//===- Rewrite.cpp - an NVVM module becomes one for the host --------------===//

#include "Rewrite.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace braid::emu;

static std::string typeText(Type *type) {
  std::string out;
  raw_string_ostream(out) << *type;
  return out;
}

Value *Rewriter::site(Instruction &at, Twine what, bool store, bool atomic) {
  result.sites.push_back({locate(at), what.str(), store, atomic});
  return i32(result.sites.size() - 1);
}

Value *Rewriter::accessSite(Instruction &at, Twine what, bool store, uint64_t size, Align align, bool atomic) {
  Value *number = site(at, what, store, atomic);
  // No instruction of a GPU moves more than 16 bytes, and none needs more than the size of what it moves.
  uint64_t natural = PowerOf2Ceil(std::max<uint64_t>(size, 1));
  result.sites.back().align = uint32_t(std::min<uint64_t>({align.value(), natural, 16}));
  return number;
}

CallInst *Rewriter::call(StringRef name, Type *type, ArrayRef<Value *> args) {
  SmallVector<Type *> types;
  for (Value *arg : args)
    types.push_back(arg->getType());
  FunctionCallee callee = module.getOrInsertFunction(name, FunctionType::get(type, types, false));
  cast<Function>(callee.getCallee())->setDoesNotThrow();
  CallInst *made = builder.CreateCall(callee, args);
  return made;
}

Value *Rewriter::specialRegister(uint32_t which) {
  CallInst *made = call("braid_emu_register", builder.getInt32Ty(), {i32(which)});
  // The same for all of a thread's life.
  if (which != Clock)
    made->setDoesNotAccessMemory();
  return made;
}

void Rewriter::access(Value *pointer, Value *size, Value *site) {
  pointer = builder.CreateAddrSpaceCast(pointer, builder.getPtrTy());
  size = builder.CreateZExtOrTrunc(size, builder.getInt32Ty());
  call("braid_emu_access", builder.getVoidTy(), {pointer, size, site});
}

Value *Rewriter::checkedLoad(Instruction &at, Type *type, Value *pointer, Align align, Twine what) {
  uint64_t size = module.getDataLayout().getTypeStoreSize(type);
  access(pointer, i32(size), accessSite(at, what, /*store=*/false, size, align));
  return builder.CreateAlignedLoad(type, pointer, align);
}

void Rewriter::checkedStore(Instruction &at, Value *value, Value *pointer, Align align, Twine what) {
  uint64_t size = module.getDataLayout().getTypeStoreSize(value->getType());
  access(pointer, i32(size), accessSite(at, what, /*store=*/true, size, align));
  builder.CreateAlignedStore(value, pointer, align);
}

Value *Rewriter::widen(Value *value) {
  Type *type = value->getType();
  if (!type->isIntegerTy())
    value = builder.CreateBitCast(value, builder.getIntNTy(unsigned(type->getPrimitiveSizeInBits())));
  return builder.CreateZExtOrTrunc(value, builder.getInt64Ty());
}

Value *Rewriter::mbarrier(Instruction &at, Twine what, uint32_t op, Value *address, Value *value) {
  if (address->getType()->isPointerTy())
    address = builder.CreatePtrToInt(builder.CreateAddrSpaceCast(address, builder.getPtrTy()), builder.getInt64Ty());
  bool store = op == MbarrierInit || op == MbarrierInvalidate;
  return call("braid_emu_mbarrier", builder.getInt64Ty(),
              {i32(op), builder.CreateZExtOrTrunc(address, builder.getInt64Ty()),
               value ? builder.CreateZExtOrTrunc(value, builder.getInt64Ty()) : builder.getInt64(1),
               site(at, what, store, /*atomic=*/!store)});
}

Error Rewriter::unknown(Instruction &at, Twine what) {
  return createStringError(
      locate(at) + ": error: the emulator does not know " + what + " (in " + at.getFunction()->getName() +
      "); docs/emulator.md lists the instructions that can take its place, and where one is added");
}

/// An access of a thread to its own stack needs no check.
static bool isLocal(Value *pointer) { return isa<AllocaInst>(getUnderlyingObject(pointer, 0)); }

void Rewriter::instrument(Instruction &at) {
  const DataLayout &layout = module.getDataLayout();
  builder.SetInsertPoint(&at);
  auto check = [&](Value *pointer, Type *type, Align align, Twine what, bool store, bool atomic = false) {
    uint64_t size = layout.getTypeStoreSize(type);
    if (!isLocal(pointer))
      access(pointer, i32(size), accessSite(at, what + " of " + typeText(type), store, size, align, atomic));
  };
  if (auto *fence = dyn_cast<FenceInst>(&at)) {
    // That of a block or a thread orders no blocks.
    SmallVector<StringRef> scopes;
    module.getContext().getSyncScopeNames(scopes);
    if (!is_contained({"singlethread", "block", "workgroup"}, scopes[fence->getSyncScopeID()]))
      call("braid_emu_fence", builder.getVoidTy(), {});
  } else if (auto *load = dyn_cast<LoadInst>(&at)) {
    if (load->isAtomic() || load->isVolatile())
      call("braid_emu_yield", builder.getVoidTy(), {});
    check(load->getPointerOperand(), load->getType(), load->getAlign(), load->isAtomic() ? "atomic load" : "load",
          false, load->isAtomic());
    if (!isLocal(load->getPointerOperand()))
      result.sites.back().isVolatile = load->isVolatile();
  } else if (auto *store = dyn_cast<StoreInst>(&at)) {
    check(store->getPointerOperand(), store->getValueOperand()->getType(), store->getAlign(),
          store->isAtomic() ? "atomic store" : "store", true, store->isAtomic());
  } else if (auto *rmw = dyn_cast<AtomicRMWInst>(&at)) {
    call("braid_emu_yield", builder.getVoidTy(), {});
    check(rmw->getPointerOperand(), rmw->getType(), rmw->getAlign(),
          "atomic " + AtomicRMWInst::getOperationName(rmw->getOperation()), true, true);
  } else if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&at)) {
    call("braid_emu_yield", builder.getVoidTy(), {});
    check(exchange->getPointerOperand(), exchange->getCompareOperand()->getType(), exchange->getAlign(),
          "compare and exchange", true, true);
  } else if (auto *set = dyn_cast<MemSetInst>(&at)) {
    if (!isLocal(set->getDest()))
      access(set->getDest(), set->getLength(), accessSite(at, "memset", true, 16, set->getDestAlign().valueOrOne()));
  } else if (auto *copy = dyn_cast<MemTransferInst>(&at)) {
    if (!isLocal(copy->getSource()))
      access(copy->getSource(), copy->getLength(),
             accessSite(at, "source of memcpy", false, 16, copy->getSourceAlign().valueOrOne()));
    if (!isLocal(copy->getDest()))
      access(copy->getDest(), copy->getLength(),
             accessSite(at, "target of memcpy", true, 16, copy->getDestAlign().valueOrOne()));
  } else if (auto *intrinsic = dyn_cast<IntrinsicInst>(&at)) {
    bool store = intrinsic->getIntrinsicID() == Intrinsic::masked_store;
    if (!store && intrinsic->getIntrinsicID() != Intrinsic::masked_load)
      return;
    // Element by element; an element that is masked off has size 0.
    Value *pointer = intrinsic->getArgOperand(store ? 1 : 0), *mask = intrinsic->getArgOperand(store ? 3 : 2);
    auto *type = dyn_cast<FixedVectorType>(store ? intrinsic->getArgOperand(0)->getType() : intrinsic->getType());
    if (!type || isLocal(pointer))
      return;
    auto align = cast<ConstantInt>(intrinsic->getArgOperand(store ? 2 : 1))->getMaybeAlignValue().valueOrOne();
    Value *number = accessSite(at, (store ? "masked store of " : "masked load of ") + typeText(type), store,
                               layout.getTypeStoreSize(type->getElementType()), align);
    for (unsigned i = 0; i < type->getNumElements(); ++i)
      access(builder.CreateConstGEP1_32(type->getElementType(), pointer, i),
             builder.CreateSelect(builder.CreateExtractElement(mask, i),
                                  i32(layout.getTypeStoreSize(type->getElementType())), i32(0)),
             number);
  }
}

Error Rewriter::rewriteCall(CallInst &at) {
  builder.SetInsertPoint(&at);
  Replacement replacement;
  if (auto *assembly = dyn_cast<InlineAsm>(at.getCalledOperand())) {
    replacement = rewriteAssembly(*this, at, assembly->getAsmString());
    if (!replacement.known)
      return unknown(at, "the inline assembly \"" + Twine(assembly->getAsmString()) + "\"");
  } else {
    Function *callee = at.getCalledFunction();
    if (!callee || !callee->isDeclaration())
      return Error::success();
    StringRef name = callee->getName();
    if (name.starts_with("llvm.nvvm.")) {
      StringRef rest = name.drop_front(strlen("llvm.nvvm."));
      replacement = rewriteIntrinsic(*this, at, rest);
      if (!replacement.known)
        replacement = rewriteMatrix(*this, at, rest);
      if (!replacement.known)
        replacement = rewriteMath(*this, at, rest);
      if (!replacement.known)
        return unknown(at, "the instruction " + name.drop_front(strlen("llvm.")));
    } else if (name == "llvm.trap" || name == "__assertfail" || name == "abort") {
      replacement = {true, nullptr};
      this->call("braid_emu_trap", builder.getVoidTy(), {site(at, name)});
    } else if (callee->isIntrinsic()) {
      return Error::success();
    } else {
      std::string symbol = name == "vprintf" ? "braid_emu_print" : deviceFunction(name);
      if (symbol.empty())
        return name.starts_with("braid_emu_") ? Error::success() : unknown(at, "the function " + name);
      SmallVector<Value *> args(at.args());
      replacement = {true, this->call(symbol, at.getType(), args)};
    }
  }
  if (replacement.value) {
    replacement.value->takeName(&at);
    at.replaceAllUsesWith(replacement.value);
  } else if (!at.getType()->isVoidTy()) {
    at.replaceAllUsesWith(PoisonValue::get(at.getType()));
  }
  at.eraseFromParent();
  return Error::success();
}

Error Rewriter::rewriteFunction(Function &function) {
  SmallVector<Instruction *> list;
  for (Instruction &instruction : instructions(function))
    list.push_back(&instruction);
  for (Instruction *instruction : list) {
    auto *call = dyn_cast<CallInst>(instruction);
    if (call && !isa<MemIntrinsic>(call) &&
        (!isa<IntrinsicInst>(call) || !call->getCalledFunction()->getName().starts_with("llvm.masked."))) {
      if (Error error = rewriteCall(*call))
        return error;
      continue;
    }
    instrument(*instruction);
  }
  return Error::success();
}

/// Static variables get places with guard bytes between them; all dynamic ones start at the end.
void Rewriter::placeSharedVariables() {
  SmallVector<GlobalVariable *> variables;
  SmallVector<Constant *> constants;
  for (GlobalVariable &global : module.globals())
    if (global.getAddressSpace() == 3) {
      variables.push_back(&global);
      constants.push_back(&global);
    }
  convertUsersOfConstantsToInstructions(constants);
  const DataLayout &layout = module.getDataLayout();
  size_t end = 64;
  DenseMap<GlobalVariable *, size_t> offsets;
  for (GlobalVariable *variable : variables) {
    size_t size = layout.getTypeAllocSize(variable->getValueType());
    if (variable->isDeclaration() || !size)
      continue;
    size_t align = std::max<size_t>(16, variable->getAlign().valueOrOne().value());
    offsets[variable] = alignTo(end, align);
    result.shared.push_back({variable->getName().str(), offsets[variable], size});
    end = offsets[variable] + size + 64;
  }
  result.dynamicOffset = alignTo(end, 1024);
  for (GlobalVariable *variable : variables) {
    auto found = offsets.find(variable);
    size_t offset = found == offsets.end() ? result.dynamicOffset : found->second;
    DenseMap<Function *, Value *> bases;
    for (Use &use : make_early_inc_range(variable->uses())) {
      auto *user = dyn_cast<Instruction>(use.getUser());
      if (!user)
        continue;
      Value *&base = bases[user->getFunction()];
      if (!base) {
        builder.SetInsertPoint(&*user->getFunction()->getEntryBlock().getFirstInsertionPt());
        CallInst *arena = call("braid_emu_shared", builder.getPtrTy(3), {});
        arena->setDoesNotAccessMemory();
        base = builder.CreateConstGEP1_64(builder.getInt8Ty(), arena, offset);
      }
      use.set(base);
    }
  }
  for (GlobalVariable *variable : variables)
    if (variable->use_empty())
      variable->eraseFromParent();
}

void Rewriter::findKernels() {
  DenseMap<Function *, Kernel> found;
  auto kernelOf = [&](Function *function) -> Kernel & {
    Kernel &kernel = found[function];
    kernel.name = function->getName().str();
    return kernel;
  };
  for (Function &function : module)
    if (function.getCallingConv() == CallingConv::PTX_Kernel)
      kernelOf(&function);
  std::map<Function *, std::array<uint64_t, 6>> limits; // maxntid x y z, reqntid x y z
  if (NamedMDNode *annotations = module.getNamedMetadata("nvvm.annotations"))
    for (MDNode *node : annotations->operands()) {
      auto *value = dyn_cast_or_null<ValueAsMetadata>(node->getOperand(0).get());
      auto *function = value ? dyn_cast<Function>(value->getValue()) : nullptr;
      if (!function || function->isDeclaration())
        continue;
      for (unsigned i = 1; i + 1 < node->getNumOperands(); i += 2) {
        auto *key = dyn_cast<MDString>(node->getOperand(i));
        auto *number = mdconst::dyn_extract<ConstantInt>(node->getOperand(i + 1));
        if (!key || !number)
          continue;
        StringRef name = key->getString();
        if (name == "kernel" && number->getZExtValue())
          kernelOf(function);
        static constexpr StringRef keys[] = {"maxntidx", "maxntidy", "maxntidz", "reqntidx", "reqntidy", "reqntidz"};
        for (size_t k = 0; k < 6; ++k)
          if (name == keys[k])
            limits[function][k] = number->getZExtValue();
      }
    }
  // Without any mark, whatever returns nothing can be launched.
  if (found.empty())
    for (Function &function : module)
      if (!function.isDeclaration() && function.getReturnType()->isVoidTy())
        kernelOf(&function);
  for (Function &function : module) {
    auto kernel = found.find(&function);
    if (kernel == found.end())
      continue;
    std::array<uint64_t, 6> limit = limits[&function];
    auto atLeastOne = [](uint64_t n) { return std::max<uint64_t>(n, 1); };
    if (limit[0] || limit[1] || limit[2])
      kernel->second.maxThreads = atLeastOne(limit[0]) * atLeastOne(limit[1]) * atLeastOne(limit[2]);
    if (limit[3] || limit[4] || limit[5])
      kernel->second.required =
          Dim3{uint32_t(atLeastOne(limit[3])), uint32_t(atLeastOne(limit[4])), uint32_t(atLeastOne(limit[5]))};
    result.kernels.push_back(kernel->second);
  }
}

/// For every kernel, a function that takes pointers to the values of its parameters.
void Rewriter::makeEntries() {
  for (Kernel &kernel : result.kernels) {
    Function *function = module.getFunction(kernel.name);
    kernel.entry = "braid_emu_entry." + kernel.name;
    auto *type = FunctionType::get(builder.getVoidTy(), {builder.getPtrTy()}, false);
    Function *entry = Function::Create(type, GlobalValue::ExternalLinkage, kernel.entry, module);
    builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "entry", entry));
    SmallVector<Value *> args;
    for (Argument &argument : function->args()) {
      kernel.parameters.push_back(typeText(argument.getType()));
      Value *slot = builder.CreateConstGEP1_32(builder.getPtrTy(), entry->getArg(0), argument.getArgNo());
      Value *pointer = builder.CreateLoad(builder.getPtrTy(), slot);
      if (argument.hasByValAttr()) {
        // The parameter is the value itself: the kernel gets the address of the launch's copy.
        args.push_back(builder.CreateAddrSpaceCast(pointer, argument.getType()));
        continue;
      }
      args.push_back(builder.CreateAlignedLoad(argument.getType(), pointer, Align(1)));
    }
    CallInst *made = builder.CreateCall(function, args);
    made->setCallingConv(CallingConv::C);
    builder.CreateRetVoid();
  }
}

/// Nothing that is left may speak of the GPU.
void Rewriter::finish() {
  if (NamedMDNode *annotations = module.getNamedMetadata("nvvm.annotations"))
    annotations->eraseFromParent();
  for (Function &function : module) {
    function.setCallingConv(CallingConv::C);
    function.removeFnAttr("target-cpu");
    function.removeFnAttr("target-features");
    for (Argument &argument : function.args())
      argument.removeAttr(Attribute::ByVal);
    if (function.isDeclaration())
      continue;
    function.setLinkage(GlobalValue::InternalLinkage);
    function.setComdat(nullptr);
    // A large frame must touch the guard page, not jump over it.
    function.addFnAttr("probe-stack", "inline-asm");
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction)) {
        call->setCallingConv(CallingConv::C);
        for (unsigned i = 0; i < call->arg_size(); ++i)
          call->removeParamAttr(i, Attribute::ByVal);
      }
  }
  for (Kernel &kernel : result.kernels)
    module.getFunction(kernel.entry)->setLinkage(GlobalValue::ExternalLinkage);
  unsigned number = 0;
  for (GlobalVariable &global : module.globals()) {
    if (global.isDeclaration() || global.getName().starts_with("llvm."))
      continue;
    if (!global.hasName())
      global.setName("global." + Twine(number++));
    global.setLinkage(GlobalValue::ExternalLinkage);
    global.setComdat(nullptr);
    result.globals.push_back(global.getName().str());
  }
  StripDebugInfo(module);
}

Expected<Rewritten> Rewriter::run() {
  findKernels();
  for (Function &function : module)
    if (!function.isDeclaration()) {
      if (Error error = rewriteFunction(function))
        return std::move(error);
      countLoops(function);
    }
  placeSharedVariables();
  makeEntries();
  finish();
  for (GlobalVariable &global : module.globals())
    if (global.isDeclaration() && !global.use_empty())
      return createStringError("the global variable " + global.getName() + " is not defined");
  return std::move(result);
}
