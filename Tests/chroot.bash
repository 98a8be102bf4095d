# shellcheck shell=bash
# A clean Debian 12 in a directory, for Tests/deb, Tests/hook, Tests/cron and Tests/readme, which have read Tests/showing.bash.
#
# A script calls `inside NAME`. The first time that makes `$work`, builds the package if `$packs`, and starts the script again
# with processes and mounts of its own: when it ends, however it ends, they end with it. The network is this machine's.
# Nothing is installed into this machine. What debootstrap and apt fetch is kept in a cache, which may be deleted.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/cuda-install-tests
# Where this machine takes its Debian from.
# shellcheck disable=SC2016 # apt's variable, not the shell's.
debian=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
deb='' packs=true again=false tests=true
PATH=$PATH:/usr/sbin:/sbin

# read_options ARGUMENT...: what these scripts are called with.
read_options() {
  while (($#)); do
    case $1 in
    --cache | --deb)
      (($# > 1)) || usage
      # From where the script was called.
      printf -v "${1#--}" %s "$(cd "$OLDPWD" && realpath -- "$2")"
      shift
      ;;
    --debian)
      (($# > 1)) || usage
      debian=$2
      shift
      ;;
    --keep) keeps=true ;;
    --again) again=true ;;
    --without-tests) tests=false ;;
    *) usage ;;
    esac
    shift
  done
}
usage() {
  sed -n 's/^#   \(Tests.*\)/usage: \1/p' "$0" >&2
  exit 64
}

skip() {
  echo "skipped: $*"
  exit 0
}

# needs PROGRAM...
needs() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "there is no $program; '.ci/setup --package' installs it"
  done
}

inside() {
  if [[ -n ${CUDA_INSTALL_INSIDE-} ]]; then
    work=$CUDA_INSTALL_INSIDE deb=$work/$(cd "$work" && echo *.deb)
    trap 'stop_servers' EXIT
    trap 'exit 130' INT TERM
    return
  fi
  ((EUID == 0)) || skip "only root can change its root directory"
  needs debootstrap dpkg-shlibdeps strip python3 xz
  unshare --mount --pid --fork true 2>/dev/null || skip "mounts and processes of its own are not allowed here"

  make_work "$1"
  child=
  stop_servers() { [[ -z $child ]] || kill -KILL "$child"; }
  if [[ -n $deb ]]; then cp "$deb" "$work/"; elif $packs; then .ci/deb "$work" >/dev/null; fi
  mkdir -p "$cache"
  # Mounts made there are not seen here: removing `$work` cannot reach through them.
  local options=(--cache "$cache" --debian "$debian")
  ! $again || options+=(--again)
  $tests || options+=(--without-tests)
  CUDA_INSTALL_INSIDE=$work setpriv --pdeathsig KILL unshare --mount --pid --mount-proc --fork --kill-child \
    "$PWD/Tests/${0##*/}" "${options[@]}" &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  ! $keeps || echo "Kept: $work"
  exit "$status"
}

# make_chroot NAME [PACKAGE...]: `$root`, which is `$work/NAME`: a minimal Debian with these packages.
make_chroot() {
  local base=$cache/debian-bookworm ready
  root=$work/$1
  shift
  [[ -d $base ]] || fetch_base "$base"
  ready=$base
  if (($#)); then
    ready=$base-$(printf '%s\n' "$@" | sort | sha256sum | cut -c 1-12)
    [[ -d $ready ]] || fetch_packages "$base" "$ready" "$@"
  fi
  cp -a --reflink=auto "$ready" "$root"
  mount_system
}

fetch_base() {
  echo "fetching a minimal Debian"
  logged debootstrap --variant=minbase bookworm "$work/base" "$debian"
  # invoke-rc.d(8): packages start nothing here.
  printf '#!/bin/sh\nexit 101\n' >"$work/base/usr/sbin/policy-rc.d"
  chmod 755 "$work/base/usr/sbin/policy-rc.d"
  rm -rf "$work/base/var/cache/apt/archives/"*.deb
  into_cache "$work/base" "$1"
}

fetch_packages() {
  local root=$work/packages
  echo "fetching ${*:3}"
  cp -a "$1" "$root"
  mount_system
  logged in_chroot apt-get update -q
  logged in_chroot apt-get install -q -y --no-install-recommends "${@:3}"
  umount --recursive "$root/dev" "$root/proc"
  in_chroot apt-get clean
  into_cache "$root" "$2"
}

# into_cache TREE PLACE: complete, or not at all, whoever else does the same.
into_cache() {
  local near
  near=$(mktemp -d "$cache/.new.XXXXXX")
  mv "$1" "$near/tree"
  mv -T "$near/tree" "$2" 2>/dev/null || rm -rf "$near/tree"
  rmdir "$near"
}

mount_system() {
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
}

# in_chroot COMMAND...: with the environment of root, and `${settings[@]}`.
in_chroot() {
  env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=xterm \
    DEBIAN_FRONTEND=noninteractive "${settings[@]}" chroot "$root" "$@"
}
settings=()

# depends_of PACKAGE: the names of the packages that it needs.
depends_of() { dpkg-deb --field "$1" Depends | sed 's/([^)]*)//g; s/,//g'; }

# logged COMMAND...: says nothing unless it fails.
logged() {
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    promise "$*" false
  }
}

# until_it COMMAND...: waits for it to succeed, half a minute at most.
until_it() {
  local end=$((SECONDS + ${patience-30}))
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}
