# shellcheck shell=bash
# Made-up releases and their server on the loopback, for scripts that have read Tests/showing.bash and have set `$site`,
# the directory that is served, and `$work`.

case $(uname -m) in
aarch64) platform=linux-sbsa ;;
*) platform=linux-x86_64 ;;
esac

# component NAME VERSION: packs $work/files, and adds its lines to the manifest.
component() {
  local name=$1 version=$2 top=$1-$platform-$2-archive path
  path=$name/$platform/$top.tar.xz
  mkdir -p "$site/$name/$platform"
  echo "Made up for a demonstration." >"$work/files/LICENSE"
  tar -C "$work/files" --transform "s,^\.,$top," --owner=0 --group=0 -cf - . | xz -0 >"$site/$path"
  rm -rf "$work/files"
  cat >>"$work/manifest" <<JSON
  "$name": { "name": "$name", "license": "CUDA Toolkit", "version": "$version",
    "$platform": { "relative_path": "$path",
      "sha256": "$(sha256sum "$site/$path" | cut -d' ' -f1)", "md5": "",
      "size": "$(stat -c %s "$site/$path")" } },
JSON
}

# publish LABEL: the manifest last, when all that it names is there.
publish() {
  {
    printf '{ "release_date": "2025-10-01", "release_label": "%s", "release_product": "cuda",\n' "$1"
    sed '$ s/,$//' "$work/manifest"
    echo '}'
  } >"$site/redistrib_$1.json"
  rm "$work/manifest"
}

# text MEBIBYTES FILE: text that does not pack well, as libraries do not.
text() { head -c "$1M" /dev/urandom | base64 -w 120 >"$2"; }

# greeter VERSION: a component with a program that says which release it belongs to.
greeter() {
  mkdir -p "$work/files/bin"
  # shellcheck disable=SC2016 # CUDA_HOME is for the program
  printf '#!/bin/sh\necho "hello from CUDA %s in ${CUDA_HOME##*/}"\n' "$1" >"$work/files/bin/hello"
  chmod +x "$work/files/bin/hello"
  component cuda_hello "$1"
}

# library NAME VERSION MEBIBYTES
library() {
  mkdir -p "$work/files/lib" "$work/files/include"
  echo "#define VERSION \"$2\"" >"$work/files/include/${1#lib}.h"
  text "$3" "$work/files/lib/$1.so.$2"
  ln -s "$1.so.$2" "$work/files/lib/$1.so"
  component "$1" "$2"
}

# serve_site [PORT]: sets `$port` and `$server`, its pid. `$work/requests` has what was asked for. While `$work/hold` is
# there, an archive stops half-way.
server=
serve_site() {
  [[ -e $work/serve.py ]] || write_server
  : >>"$work/requests"
  rm -f "$work/port"
  mkfifo "$work/port"
  python3 "$work/serve.py" "$site" "$work/requests" "$work/hold" "${1-0}" >"$work/port" 2>>"$work/server.errors" &
  server=$!
  read -r port <"$work/port"
}
stop_servers() { [[ -z $server ]] || kill "$server"; }

write_server() {
  cat >"$work/serve.py" <<'PYTHON'
import functools, http.server, os, re, sys, time

class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def send_head(self):  # the module's own cannot continue in the middle of a file
        path = self.translate_path(self.path)
        start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not start or not os.path.isfile(path):
            return super().send_head()
        first, size = int(start[1]), os.path.getsize(path)
        body = open(path, "rb")
        body.seek(first)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - first))
        self.end_headers()
        return body

    def copyfile(self, source, outputfile):  # half of an archive, for as long as `hold` is there
        if self.path.endswith(".tar.xz") and os.path.exists(hold):
            outputfile.write(source.read(os.fstat(source.fileno()).st_size // 2))
            outputfile.flush()
            print("held", self.path, file=log, flush=True)
            while os.path.exists(hold):
                time.sleep(0.05)
        super().copyfile(source, outputfile)

    def log_request(self, code="-", size="-"):
        print(int(code), self.command, self.path, file=log, flush=True)

    def log_message(self, *_):
        pass

log = open(sys.argv[2], "a")
hold = sys.argv[3]
handler = functools.partial(Handler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[4])), handler)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
}
