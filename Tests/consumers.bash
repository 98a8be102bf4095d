# shellcheck shell=bash
# Who uses an installed CUDA, and how each finds it: a table. For Tests/real-cuda, which has installed it in
# $CUDA_INSTALL_PREFIX and read its settings.

# consumer TOOL VERSION WHAT COMMAND...: a row. Ends the script if the command fails.
consumer() {
  local name=$1 version=$2 what=$3
  if "${@:4}" >"$work/consumer.log" 2>&1; then
    printf '  %-12s %-10s %-68s %s\n' "$name" "$version" "$what" ok
  else
    cat "$work/consumer.log"
    promise "$name $version: $what" false
  fi
}
absent() { printf '  %-12s %-10s %-68s %s\n' "$1" - "$2" "not here"; }
has() { command -v "$1" >/dev/null; }
# dash does not say.
shell_version() { if [[ $1 == sh ]]; then echo -; else first_number "$1" --version; fi; }
first_number() { "$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9.]+' | head -n 1; }

try_consumers() {
  local shell tree=$CUDA_HOME stable=$CUDA_INSTALL_PREFIX/current
  mkdir -p "$work/consumers"
  cat >"$work/consumers/host.cpp" <<'CPP'
#include <cstdio>
#include <cuda_runtime_api.h>

int main() {
  int version = 0;
  cudaError_t error = cudaRuntimeGetVersion(&version);
  std::printf("CUDA runtime %d\n", version);
  return error == cudaSuccess && version >= 13000 ? 0 : 1;
}
CPP
  write_torch

  consumer nvcc "$(first_number nvcc --version)" "a kernel, with the runtime as a shared library" \
    builds_and_runs nvcc -cudart shared -o "$work/consumers/shared" "$work/src/runtime.cu"
  consumer c++ "$(first_number c++ --version)" "a host program, by CUDA_HOME's include and lib64" \
    builds_and_runs c++ -o "$work/consumers/host" "$work/consumers/host.cpp" \
    -I"$CUDA_HOME/include" -L"$CUDA_HOME/lib64" -lcudart
  consumer make "$(first_number make --version)" "a Makefile that says \$(CUDA_HOME)/lib64 and \$(CUDA_HOME)/bin/nvcc" \
    with_make
  consumer cmake "$(first_number cmake --version)" "FindCUDAToolkit, no CUDA language, of a tree without nvcc" \
    with_cmake "$work/no-nvcc" cuda_cudart
  consumer cmake "$(first_number cmake --version)" "the same, with --no-static" \
    with_cmake "$work/no-static" cuda_cudart --no-static
  consumer pkg-config "$(pkg-config --version)" "cudart, by its plain name" with_pkg_config "$stable"
  consumer python3 "$(first_number python3 --version)" "torch's search: CUDA_HOME, else nvcc on PATH; lib64; nvcc's version" \
    without_settings python3 "$work/consumers/torch.py" "$tree"
  consumer rules_cuda - "targets/x86_64-linux: include and lib, version.json, nvvm" \
    probe_targets "$stable"
  for shell in sh bash zsh fish; do
    if has "$shell"; then
      consumer "$shell" "$(shell_version "$shell")" "nvcc by env's settings, read twice under set -eu" \
        by_shell "$shell"
    else
      absent "$shell" "nvcc by env's settings"
    fi
  done
  if has modulecmd; then
    consumer modules "$(modulecmd sh --version 2>&1 | grep -oE '[0-9][0-9.]+' | head -n 1)" "nvcc by a modulefile" by_module
  else
    absent modules "nvcc by a modulefile"
  fi
  if has clang++-22; then
    consumer clang++ "$(first_number clang++-22 --version)" "-x cuda --cuda-path: a kernel, with a header of cuRAND's made up" \
      with_clang
  else
    absent clang++-22 "-x cuda --cuda-path"
  fi
}

builds_and_runs() {
  local word output=
  for word in "$@"; do
    [[ $output != next ]] || output=$word
    [[ $word != -o ]] || output=next
  done
  "$@" && "$output"
}

# Only what is given may lead to the toolkit, in none of the places where a distribution has one.
without_settings() { env -u CUDA_PATH -u CUDAToolkit_ROOT -u LD_LIBRARY_PATH "$@"; }

with_make() {
  cat >"$work/consumers/Makefile" <<'MAKE'
NVCC = $(CUDA_HOME)/bin/nvcc
all: by-make
	./by-make
by-make: by-make.o
	$(CXX) -o $@ $< -L$(CUDA_HOME)/lib64 -Wl,-rpath,$(CUDA_HOME)/lib64 -lcudart
by-make.o: host.cpp
	$(NVCC) -c -o $@ $<
MAKE
  make -C "$work/consumers"
}

# with_cmake PREFIX COMPONENT [OPTION]: an install of its own.
with_cmake() {
  "$tool" install 13.0.2 "$2" "${@:3}" --prefix "$1" && [[ ! -e $1/current/bin/nvcc ]] || return
  mkdir -p "$1.src"
  cp "$work/consumers/host.cpp" "$1.src/"
  cat >"$1.src/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(host LANGUAGES CXX)
find_package(CUDAToolkit 13.0 REQUIRED)
if(NOT CUDAToolkit_VERSION VERSION_EQUAL 13.0.2)
  message(FATAL_ERROR "found ${CUDAToolkit_VERSION}")
endif()
foreach(kind cudart cudart_static)
  add_executable(host-${kind} host.cpp)
  target_link_libraries(host-${kind} PRIVATE CUDA::${kind})
endforeach()
CMAKE
  without_cuda cmake -S "$1.src" -B "$1.build" -DCUDAToolkit_ROOT="$1/current" &&
    without_cuda cmake --build "$1.build" &&
    "$1.build/host-cudart" && "$1.build/host-cudart_static"
}

with_pkg_config() {
  local flags
  flags=$(PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config --cflags --libs cudart) || return
  # shellcheck disable=SC2086 # It is words.
  without_cuda c++ -o "$work/consumers/by-pkg-config" "$work/consumers/host.cpp" $flags &&
    LD_LIBRARY_PATH=$1/lib "$work/consumers/by-pkg-config"
}

# As rules_cuda, TensorFlow's and Rust's build scripts look: without resolving a link.
probe_targets() {
  local target=$1/targets/x86_64-linux
  test -f "$target/include/cuda_runtime.h" && test -e "$target/lib/libcudart.so" &&
    test -f "$target/lib/libcudart_static.a" && test -x "$1/nvvm/bin/cicc" &&
    test -f "$1/nvvm/libdevice/libdevice.10.bc" &&
    python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["cuda"]["version"] == "13.0.2"' \
      "$1/version.json" &&
    without_cuda c++ -o "$work/consumers/by-target" "$work/consumers/host.cpp" \
      -I"$target/include" -L"$target/lib" -Wl,-rpath,"$target/lib" -lcudart && "$work/consumers/by-target"
}

by_shell() {
  local strict='set -eu' read='eval "$("$TOOL" env --shell '$1')"' options=()
  if [[ $1 == fish ]]; then
    strict=: read='$TOOL env --shell fish | source' options=(--no-config)
  fi
  without_cuda TOOL="$tool" "$1" "${options[@]}" -c "$strict; $read; $read; nvcc --version" | grep 'release 13'
}

by_module() {
  mkdir -p "$work/modules"
  "$tool" env --shell modulefile >"$work/modules/cuda" || return
  without_cuda MODULEPATH="$work/modules" sh -c 'eval "$(modulecmd sh load cuda)"; nvcc --version' |
    grep 'release 13'
}

# clang 22 is the first that does without texture_fetch_functions.h, which CUDA 13 has no more. It includes a header of
# cuRAND's, which is not in this mirror. The new driver links by a program of a package that is not installed here.
with_clang() {
  local headers=$work/consumers/clang log
  mkdir -p "$headers"
  touch "$headers/curand_mtgp32_kernel.h"
  log=$(without_cuda clang++-22 -x cuda --cuda-path="$tree" --cuda-gpu-arch=sm_75 --no-offload-new-driver \
    -isystem "$headers" -v -o "$work/consumers/by-clang" "$work/src/runtime.cu" \
    -L"$tree/lib" -lcudart_static -ldl -lrt -pthread 2>&1) || { echo "$log"; return 1; }
  [[ $log == *"Found CUDA installation: $tree"* ]] && "$work/consumers/by-clang"
}

# torch/utils/cpp_extension.py of PyTorch 2: _find_cuda_home, include_paths, library_paths and the check of the version,
# without torch.
write_torch() {
  cat >"$work/consumers/torch.py" <<'PYTHON'
import os, re, shutil, subprocess, sys

def find_cuda_home():
    home = os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH")
    if home is None:
        nvcc = shutil.which("nvcc")
        home = os.path.dirname(os.path.dirname(nvcc)) if nvcc else "/usr/local/cuda"
    return home

def library_path(home):
    lib = "lib64"
    if not os.path.exists(os.path.join(home, lib)) and os.path.exists(os.path.join(home, "lib")):
        lib = "lib"
    return os.path.join(home, lib)

def check(home):
    assert os.path.samefile(home, sys.argv[1]), home
    output = subprocess.check_output([os.path.join(home, "bin", "nvcc"), "--version"], text=True)
    assert re.search(r"release (\d+[.]\d+)", output)[1] == "13.0", output
    source = os.path.join(os.path.dirname(__file__), "host.cpp")
    subprocess.check_call(["c++", "-shared", "-fPIC", "-o", source + ".so", source,
                           "-I" + os.path.join(home, "include"), "-L" + library_path(home), "-lcudart"])
    assert os.path.basename(library_path(home)) == "lib64"

check(find_cuda_home())
del os.environ["CUDA_HOME"]
check(find_cuda_home())
PYTHON
}
