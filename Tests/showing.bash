# shellcheck shell=bash
# What Tests/demo and Tests/real-cuda have in common: to run things, show what they say, and check it.
# The reader has set `set -euo pipefail`, and is in the repository's root.

# The settings of whoever runs this must not decide what is shown.
unset CUDA_INSTALL_PREFIX CUDA_INSTALL_MIRROR CUDA_INSTALL_LOCK_TIMEOUT CUDA_INSTALL_PROGRESS
unset DPKG_MAINTSCRIPT_NAME http_proxy HTTP_PROXY all_proxy ALL_PROXY

number=0
heading() { printf '\n== %s. %s\n\n' "$((++number))" "$*"; }

# set_up [OPTION]...: installs what is missing (options of .ci/setup), and builds `$tool`: with CONFIGURATION=debug what
# `swift test` has built.
set_up() {
  heading "Set up and build (the first time takes a few minutes)"
  .ci/setup "$@"
  local build=(swift build -c "${CONFIGURATION:-release}" --product cuda-install)
  [[ -t 1 ]] || build+=(--quiet)
  "${build[@]}"
  tool=$(swift build -c "${CONFIGURATION:-release}" --show-bin-path)/cuda-install
  "$tool" --version
}

# make_work NAME: `$work`, a directory that goes when the script ends, unless `$keeps`.
keeps=false
make_work() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/cuda-install-$1.XXXXXX")
  trap 'status=$?; stop_servers; wait; $keeps || remove_work; exit "$status"' EXIT
  trap 'exit 130' INT TERM
}
# Whoever is not root must be able to write a directory to empty it, and nobody may write an installed tree.
remove_work() {
  ((EUID == 0)) || find "$work" -type d ! -perm -u+w -exec chmod u+w {} +
  rm -rf "$work"
}
stop_servers() { :; }

cuda-install() { "$tool" "$@"; }

# show COMMAND...: the command as typed, and what it says.
show() {
  printf '$ %s\n' "$*"
  "$@"
}

# promise WHAT COMMAND...: ends the script unless the command succeeds.
promise() {
  if "${@:2}"; then
    echo "ok: $1"
  else
    echo "NOT AS PROMISED: $1" >&2
    exit 1
  fi
}

# voice NAME ARGUMENT...: runs cuda-install and shows each line behind the name; `$work/NAME.said` has them too.
voice() {
  local name=$1
  shift
  {
    status=0
    # shellcheck disable=SC2016 # The inner shell becomes cuda-install, so its pid is the one to show.
    bash -c 'echo "pid $$: cuda-install ${*:2}"; exec "$@"' _ "$tool" "$@" 2>&1 || status=$?
    echo "exit status $status"
    # The shell's own remark about a process that was killed is not part of what was said.
  } 2>/dev/null | tee "$work/$name.said" | sed -u "s/^/$(printf %-6s "$name") | /"
}

# said NAME PATTERN: a line of the voice matches.
said() { grep -q -e "$2" "$work/$1.said" 2>/dev/null; }

pid_of() { sed -n 's/^pid \([0-9]*\): .*/\1/p' "$work/$1.said"; }

# kill_voice NAME: kill -9. What it says first may still be on its way through the pipe.
kill_voice() {
  await "$1" said "$1" '^pid '
  kill -KILL "$(pid_of "$1")"
}

# await NAME COMMAND...: until the command succeeds; fails if the voice ended before.
await() {
  until "${@:2}"; do
    ! said "$1" '^exit status' || return 1
  done
}

# somebody_works: the lock is held; `$work/status` is what `status` said.
somebody_works() { "$tool" status >"$work/status" && grep -q ^Busy "$work/status"; }
