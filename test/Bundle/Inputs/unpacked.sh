# unpacked.sh FOLDER: unpacks FOLDER/braid.tar.gz elsewhere and uses it without an environment.
set -euo pipefail
there=$1/some\ where/else
mkdir -p "$there"
tar xf "$1/braid.tar.gz" -C "$there"
cd "$there"
bare() { env -i LD_LIBRARY_PATH= PATH=/usr/bin:/bin "$@"; }
# The folder's own libraries come back as `$PWD/…`; nothing else may be from outside but glibc and its loader.
outside=$(bare ldd braid/bin/braid | grep -vF "$PWD/braid/" | grep -vE '(linux-vdso|ld-linux-x86-64|libc|libm|libpthread|libdl|librt)\.so' || true)
[ -z "$outside" ] && echo "libraries: all its own" || echo "libraries: $outside"
bare braid/bin/braid version
bare braid/bin/braid-emulate --help | sed -n 1p
bare braid/bin/braid run --function row-kernels --device emulator braid/examples/prenorm.braid --set layers=1 --set dim=32 --set heads=2 | tail -n 1
bare braid/bin/braid compile braid/examples/prenorm.braid --function grad --target sm_90a --emit ptx -o p.ptx
grep -m 1 '^.target' p.ptx
bare braid/bench/gpu/run --device emulator --only bench --out r.json
