# shellcheck shell=bash
# A mirror of real CUDA binaries and its server, for scripts that have read Tests/showing.bash. It is made and served by
# ../shared/mirror/make-mirror and serve-mirror; without them a script says "skipped" and ends with 0.
# REAL_CUDA_MIRROR=DIR takes a mirror that is there already.

skip() {
  echo "skipped: $*"
  exit 0
}

find_mirror_tools() {
  tools=../shared/mirror
  [[ -x $tools/serve-mirror ]] || skip "there is no $tools/serve-mirror beside this repository"
  [[ -n ${REAL_CUDA_MIRROR-} || -x $tools/make-mirror ]] ||
    skip "there is no $tools/make-mirror beside this repository"
  [[ $(uname -m) == x86_64 ]] || skip "the mirror has binaries for x86_64 only"
}

# make_mirror SET [OPTION]...: sets `$mirror`, a directory that is kept for the next time.
make_mirror() {
  mirror=${REAL_CUDA_MIRROR-}
  [[ -z $mirror ]] || return 0
  mirror=${XDG_CACHE_HOME:-$HOME/.cache}/cuda-install-tests/$1
  "$tools/make-mirror" --set "$1" "${@:2}" --out "$mirror" 2>&1 | tee "$work/make-mirror.log" ||
    skip "the mirror could not be made: $(tail -n 1 "$work/make-mirror.log")"
}

redist=compute/cuda/redist

# write_index ROOT: NVIDIA's server lists the directory, nginx alone does not.
write_index() {
  local page=$1/$redist/index.html name
  [[ ! -e $page || -w $page ]] || return 0
  for name in "$1/$redist"/redistrib_*.json; do
    name=${name##*/}
    echo "<a href='$name'>$name</a> 4.0KB<br>"
  done >"$page"
}

# serve NAME ROOT [OPTION]...: sets `$url`; `requests NAME` prints what was asked for.
servers=()
serve() {
  local name=$1
  servers+=("$name")
  url=$("$tools/serve-mirror" start --state "$work/server-$name" --root "$2" "${@:3}")/$redist/
  export CUDA_INSTALL_MIRROR=$url
}
stop_servers() {
  local name
  for name in "${servers[@]}"; do "$tools/serve-mirror" stop --state "$work/server-$name" >/dev/null; done
}
served_bytes() {
  "$tools/serve-mirror" stats --state "$work/server-$1" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["bytes"])'
}
archives_asked_for() { cut -f5 "$work/server-$1/access.log" | grep 'archive\.tar' | sort; }
