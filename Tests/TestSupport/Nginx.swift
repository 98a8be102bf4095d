// A real nginx in front of a loopback server: HTTP/2 over TLS as the world speaks it.

import Glibc

package final class Nginx {
  package static let path: String? = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
    .first { access($0, X_OK) == 0 }
  package static let absence = "there is no nginx: .ci/setup --tests installs it"

  package let port: UInt16
  private let scratch = Scratch()
  private let program: Program

  /// Passes on what it is asked for. What `upstream` cuts, it ends with RST_STREAM.
  package init(upstream: LoopbackServer) throws {
    precondition(Self.path != nil, Self.absence)
    // nginx finds a socket that listens already in its environment, as in an upgrade: so the kernel chooses the
    // port, and nobody has to wait until nginx is ready.
    let (descriptor, port) = try listenOnLoopback()
    defer { close(descriptor) }
    self.port = port
    Identity(.valid).write(certificate: scratch.file("cert.pem"), key: scratch.file("key.pem"))
    for name in ["body", "proxy", "fastcgi", "uwsgi", "scgi"] {
      scratch.write("\(name)/.keep", [])
    }
    let configuration = scratch.file("nginx.conf")
    writeFile(configuration, Array(Self.text(scratch.path, port, upstream.port).utf8))
    program = Program(
      [Self.path ?? "", "-p", scratch.path, "-c", configuration, "-e", scratch.file("error.log")],
      environment: ["NGINX": "3;", "PATH": "/usr/bin:/bin"], descriptor: descriptor, in: scratch)
  }

  deinit { stop() }

  /// Ends it. Killed, the master would leave its worker behind. There is one because without it (master_process off)
  /// nginx 1.22 breaks down over a socket it inherits: ngx_event_process_init() looks for its former connection.
  private func stop() {
    if !program.hasEnded { program.kill(SIGTERM) }
    program.wait()
  }

  package func url(_ path: String) -> String { "https://127.0.0.1:\(port)\(path)" }

  /// Ends it: `HTTP/2.0 200 /compute/cuda/redist/`, one for each request that there was.
  package func finalLog() -> [String] {
    stop()
    return String(decoding: readFile(scratch.file("access.log")) ?? [], as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  private static func text(_ directory: String, _ port: UInt16, _ upstream: UInt16) -> String {
    """
    daemon off;
    user root;
    worker_processes 1;
    pid \(directory)/nginx.pid;
    events {}
    http {
      log_format short '$server_protocol $status $request_uri';
      access_log \(directory)/access.log short;
      client_body_temp_path \(directory)/body;
      proxy_temp_path \(directory)/proxy;
      fastcgi_temp_path \(directory)/fastcgi;
      uwsgi_temp_path \(directory)/uwsgi;
      scgi_temp_path \(directory)/scgi;
      server {
        listen 127.0.0.1:\(port) ssl http2;
        ssl_certificate \(directory)/cert.pem;
        ssl_certificate_key \(directory)/key.pem;
        location / {
          proxy_pass http://127.0.0.1:\(upstream);
          proxy_http_version 1.1;
          proxy_buffering off;
        }
      }
    }

    """
  }
}
