# How lit runs the suite: tools from build/bin and LLVM's own on PATH; features that tests may ask for.
import os
import shutil
import subprocess

import lit.formats

config.name = "braid"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".braid", ".test"]
config.excludes = ["Inputs", "lit.cfg.py", "lit.site.cfg.py.in"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.braid_build, "test")

config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.braid_build, "bin"), config.llvm_tools, config.environment["PATH"]]
)
config.environment["OMP_NUM_THREADS"] = "2"
config.environment["LC_ALL"] = "C.UTF-8"
# Nothing of the user's: tests have a cache of compiled kernels of their own.
config.environment["BRAID_CACHE"] = os.path.join(config.braid_build, "test", "cache")
# Tests run side by side: a waiting thread must not spin on a processor that another test could use.
config.environment["KMP_BLOCKTIME"] = "0"
# In a build with sanitizers: LLVM's libraries have none, so that marks of its containers are half there; libomp leaks.
config.environment["ASAN_OPTIONS"] = "allow_user_poisoning=0:detect_container_overflow=0:detect_stack_use_after_return=0:detect_leaks=0"

config.substitutions.append(("%root", config.braid_source))
config.substitutions.append(("%examples", os.path.join(config.braid_source, "examples")))
config.substitutions.append(("%build", config.braid_build))
config.substitutions.append(("%llvm_include", config.llvm_include))
config.substitutions.append(("%python", config.python))

if shutil.which("ptxas", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/cuda/bin"])):
    config.available_features.add("ptxas")
# NVIDIA's header, to hold our declarations of the driver against it.
for include in (os.path.join(os.environ.get("CUDA_HOME", "/usr/local/cuda"), "include"), "/usr/local/cuda/include", "/usr/include"):
    if os.path.exists(os.path.join(include, "cuda.h")):
        config.available_features.add("cuda-header")
        config.substitutions.append(("%cuda_include", include))
        break
# A library with sanitizers is no use to programs without.
if config.sanitized:
    config.available_features.add("sanitized")
# Larger sizes: ./run test --all.
if lit_config.params.get("all"):
    config.available_features.add("all")
# What ./run bundle packs; ./run test builds it.
if os.path.exists(os.path.join(config.braid_build, "bundle", "bin", "braid-bundled")):
    config.available_features.add("bundle")
# PyTorch, of an environment next to the build directory or else of the machine.
for python in (os.path.join(os.path.dirname(config.braid_build), ".venv", "bin", "python"), config.python):
    found = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    if os.path.exists(python) and subprocess.run([python, "-c", found]).returncode == 0:
        config.available_features.add("torch")
        config.substitutions.append(("%torch_python", python))
        break
