"""What people type who have no installer: lines of bash, which verify what they fetch."""

import os
import shutil

import content
from contest import Contestant
from mirror import Mirror
from server import Server

START = "set -euo pipefail\n"


class ByHand:
    """Scripts and lists for one mirror. Each runs in a new directory and unpacks into it."""

    def __init__(self, mirror: Mirror, server: Server, cores: int, work: str):
        self.mirror, self.server, self.cores = mirror, server, cores
        base = f"{server.url}/{os.path.relpath(mirror.redist, mirror.root)}"
        self.list, self.names = f"{work}/list", f"{work}/aria2c"
        with open(self.list, "w") as file:
            for archive in mirror.archives:
                file.write(f"{archive.digest} {base}/{archive.path}\n")
        with open(self.names, "w") as file:
            for archive in mirror.archives:
                file.write(f"{base}/{archive.path}\n")

    def in_series(self) -> Contestant:
        return self._contestant("curl, sha256sum, tar: in series", f"""
            while read -r digest url; do
              name=${{url##*/}}
              curl -qsSfO "$url"
              echo "$digest  $name" | sha256sum --quiet -c
              tar xf "$name"
            done <{self.list}""")  # fmt: skip

    def side_by_side(self) -> Contestant:
        return self._contestant(f"curl, sha256sum, tar: {self.cores} at a time", self._each("""
            name=${2##*/}
            curl -qsSfO "$2"
            echo "$1  $name" | sha256sum --quiet -c
            tar xf "$name" """))  # fmt: skip

    def streaming(self) -> Contestant:
        """The hash is known when all is unpacked already, as by anybody who types this."""
        decoder = decoder_of(self.mirror.archives[0].path)
        return self._contestant(f"curl | openssl, {decoder.split()[0]}, tar: {self.cores} at a time", self._each("""
            name=${2##*/}
            mkfifo "$name.pipe"
            openssl dgst -sha256 -r <"$name.pipe" >"$name.hash" &
            curl -qsSf "$2" | tee "$name.pipe" | """ + decoder + """ -dc | tar x
            wait $!
            [[ $(cut -d " " -f 1 "$name.hash") == "$1" ]]"""), is_traced=True)  # fmt: skip

    def aria2c(self) -> Contestant:
        tar = "bsdtar" if shutil.which("bsdtar") else "tar"
        options = f"--no-conf -q -x4 -s4 -k1M -j{self.cores} --file-allocation=none"
        return self._contestant(f"aria2c -x4, sha256sum, {tar}: {self.cores} at a time", f"""
            aria2c {options} -i {self.names}
            """ + self._each(f"""
            name=${{2##*/}}
            echo "$1  $name" | sha256sum --quiet -c
            {tar} xf "$name" """))  # fmt: skip

    def floor(self, name: str) -> Contestant:
        return floor(name, [self.mirror.file(archive) for archive in self.mirror.archives], self.cores)

    def _each(self, script: str) -> str:
        """`script` for each archive, with its digest and its URL."""
        return f"xargs -P {self.cores} -n 2 bash -c {quote(START + script)} _ <{self.list}\n"

    def _contestant(self, name: str, script: str, is_traced: bool = False) -> Contestant:
        return Contestant(
            name, lambda place: ["bash", "-c", START + script],
            content.unpacked(self.mirror), self.server, is_traced=is_traced)  # fmt: skip


def floor(name: str, archives: list[str], cores: int) -> Contestant:
    """Decoding alone: nothing is fetched, hashed or written."""
    decoder = decoder_of(archives[0])
    words = " ".join(map(quote, archives))
    script = f"printf '%s\\0' {words} | xargs -0 -P {cores} -n 1 {decoder} -dc >/dev/null"
    return Contestant(name, lambda place: ["bash", "-c", START + script], is_traced=False)


def decoder_of(path: str) -> str:
    return "zstd -q" if path.endswith(".zst") else "xz"


def quote(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
