import Testing

/// A row of the table.
struct WrongRequest: Sendable, CustomTestStringConvertible {
  /// Of the command line; `SERVER` and `DIR` are the test's.
  var words: String
  var status: Int32 = 0
  /// `HASH` is any.
  var message = ""
  var hint: String?

  var testDescription: String { words }

  /// The rows that `text` writes as a terminal shows them.
  private static func rows(_ text: String) -> [WrongRequest] {
    var rows: [WrongRequest] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("$ ") {
        rows.append(WrongRequest(words: String(line.dropFirst(2))))
      } else if line.hasPrefix("hint: ") {
        rows[rows.count - 1].hint = String(line.dropFirst("hint: ".count))
      } else {
        let status = line.prefix { $0 != ":" }
        rows[rows.count - 1].status = Int32(status) ?? -1
        rows[rows.count - 1].message = String(line.dropFirst(status.count + 2))
      }
    }
    return rows
  }

  static let all = rows(
    """
    # Releases

    $ install 13.9
    66: the source has no release 13.9
    hint: there are 13.3.1, 13.0.2, 13.0.1, 12.9.1, 11.8.0

    $ install 13.0.9
    66: the source has no release 13.0.9
    hint: there are 13.0.2, 13.0.1, 13.3.1, 12.9.1, 11.8.0

    $ install 99
    66: the source has no release 99
    hint: there are 13.3.1, 13.0.2, 13.0.1, 12.9.1, 11.8.0

    $ install 12.8
    66: the source has no release 12.8
    hint: there are 12.9.1, 13.3.1, 13.0.2, 13.0.1, 11.8.0

    $ install 13.x
    64: 13.x is not a version: write 13.0.2, 13.0, 13 or latest

    $ install 13.0.2-rc1
    64: 13.0.2-rc1 is not a version: write 13.0.2, 13.0, 13 or latest

    $ install v
    66: CUDA 13.3.1 has no component v
    hint: 'cuda-install list --available --components 13.3.1' shows what it has

    $ install latst
    66: CUDA 13.3.1 has no component latst
    hint: did you mean latest?

    $ install 13..0
    64: 13..0 is not a version: write 13.0.2, 13.0, 13 or latest

    $ install 13 12
    64: 12 is no component: a version comes first, or behind its product as in cudnn@9

    $ install nvcc 13.0
    64: 13.0 is no component: a version comes first, or behind its product as in cudnn@9

    # Components

    $ install 13.0 nvc
    66: CUDA 13.0.2 has no component nvc
    hint: did you mean cuda_nvcc?

    $ install 13.0 cuda_nvc
    66: CUDA 13.0.2 has no component cuda_nvc
    hint: did you mean cuda_nvcc?

    $ install 13.0 NVCC
    66: CUDA 13.0.2 has no component NVCC
    hint: did you mean cuda_nvcc?

    $ install 13.0 memcheck
    66: CUDA 13.0.2 has no component memcheck
    hint: 'cuda-install list --available --components 13.0.2' shows what it has

    $ install 13.0 cuda_memcheck
    66: CUDA 13.0.2 has no component cuda_memcheck
    hint: 'cuda-install list --available --components 13.0.2' shows what it has

    $ install 13.3 cuda_ccl
    66: CUDA 13.3.1 has no component cuda_ccl
    hint: did you mean cccl?

    $ install 12 cccl
    66: CUDA 12.9.1 has no component cccl
    hint: 'cuda-install list --available --components 12.9.1' shows what it has

    $ install 13.0 ../nvcc
    66: CUDA 13.0.2 has no component ../nvcc
    hint: 'cuda-install list --available --components 13.0.2' shows what it has

    # Products

    $ install cudn@9
    66: the source has no product cudn
    hint: did you mean cudnn?

    $ install cuDNN@9
    66: the source has no product cuDNN
    hint: did you mean cudnn?

    $ install cudnn9
    66: CUDA 13.3.1 has no component cudnn9
    hint: did you mean cudnn@9?

    $ install cudnn9.13
    66: CUDA 13.3.1 has no component cudnn9.13
    hint: did you mean cudnn@9.13?

    $ install 13.0 cudn
    66: CUDA 13.0.2 has no component cudn
    hint: did you mean cudnn?

    $ install 13.0 cudnn-9
    66: CUDA 13.0.2 has no component cudnn-9
    hint: did you mean cudnn@9?

    $ install cudnn@
    64: there is no version behind the @ of cudnn@: write one as in cudnn@latest

    $ install @9
    64: there is no product before the @ of @9: write one as in cudnn@9.13

    $ install cudnn@@9
    64: @9 is not a version: write 13.0.2, 13.0, 13 or latest

    $ install cudnn@9.99
    66: the source has no release 9.99 of cudnn
    hint: there are 9.27.0, 9.13.0

    $ install cudnn@x
    64: x is not a version: write 13.0.2, 13.0, 13 or latest

    $ install cudnn@99
    66: the source has no release 99 of cudnn
    hint: there are 9.27.0, 9.13.0

    $ install cuda@13.0 cuda@12
    64: two versions of CUDA are named

    $ install 13.0 cuda@12
    64: two versions of CUDA are named

    $ install 13.0 cudnn@9 cudnn@9.13
    64: cudnn is named twice

    $ install 13.0 cudnn cudnn@9
    64: cudnn is named twice

    $ install 13.0 nccl
    66: CUDA 13.0.2 has no component nccl
    hint: did you mean cuda_cccl?

    $ install 13.0 nccl@2
    66: the source has no product nccl
    hint: name another that NVIDIA publishes: cublasmp, cudnn, cudss, cuest, cuquantum, \
    cusolvermp, cusparselt, cutensor, cuvs, nppplus, nvcomp, nvjpeg2000, nvpl, nvshmem, nvtiff, \
    tensorrt

    $ install 13.0 cudnn 9
    64: 9 is no component: a version comes first, or behind its product as in cudnn@9

    $ install cuDNN
    66: CUDA 13.3.1 has no component cuDNN
    hint: did you mean cudnn?

    $ install cudn@9.13.0
    66: the source has no product cudn
    hint: did you mean cudnn?

    # Variants

    $ install cudnn@9
    66: component cudnn has several variants: cuda12, cuda13
    hint: choose one, as in --variant cuda13

    $ install cudnn@9 --variant 14
    66: component cudnn has no variant 14, only cuda12, cuda13
    hint: choose one, as in --variant cuda13

    $ install cudnn@9 --variant rocm
    66: component cudnn has no variant rocm, only cuda12, cuda13
    hint: choose one, as in --variant cuda13

    $ install 13.0 cudnn@9 --variant 11
    66: component cudnn has no variant 11, only cuda12, cuda13
    hint: choose one, as in --variant cuda13

    $ install 13.0 cutensor@2
    66: component libcutensor has no variant 13.0, only cuda11, cuda12
    hint: choose one, as in --variant cuda12

    $ install 13.0 cutensor@2 --variant cuda13
    66: component libcutensor has no variant cuda13, only cuda11, cuda12
    hint: choose one, as in --variant cuda12

    $ install cutensor@2
    66: component libcutensor has several variants: cuda11, cuda12
    hint: choose one, as in --variant cuda12

    # Platforms and builds

    $ install 13.0 libcudla
    66: component libcudla has no build for linux-x86_64, only for linux-sbsa

    $ install 13.0 visual_studio_integration
    66: component visual_studio_integration has no build for linux-x86_64, only for windows-x86_64

    $ install 12 libcurand --platform linux-sbsa
    66: component libcurand has no build for linux-sbsa, only for linux-x86_64

    $ install 13.0 --profile runtime --platform linux-ppc64le
    66: CUDA 13.0.2 has nothing to install for linux-ppc64le, only for linux-sbsa, linux-x86_64, \
    windows-x86_64

    $ install 13.0 nvpl@25
    66: nvpl 25.5 has nothing to install for linux-x86_64, only for linux-sbsa

    $ install nvpl@25.5
    66: nvpl 25.5 has nothing to install for linux-x86_64, only for linux-sbsa

    $ install 13.0 --platform linux-x86
    66: CUDA 13.0.2 has nothing to install for linux-x86, only for linux-sbsa, linux-x86_64, \
    windows-x86_64
    hint: did you mean linux-x86_64?

    $ install 13.0 --platform x86_64
    66: CUDA 13.0.2 has nothing to install for x86_64, only for linux-sbsa, linux-x86_64, \
    windows-x86_64
    hint: did you mean linux-x86_64 or windows-x86_64?

    $ install 13.0 --platform linux/x86_64
    64: linux/x86_64 is not a platform: write one as in linux-x86_64

    $ install 13.0 --platform ''
    64: an empty word is not a platform: write one as in linux-x86_64

    $ install 13.0 --platform win-64
    66: CUDA 13.0.2 has nothing to install for win-64, only for linux-sbsa, linux-x86_64, \
    windows-x86_64

    $ install 13.0 --platform linux_x86_64
    66: CUDA 13.0.2 has nothing to install for linux_x86_64, only for linux-sbsa, linux-x86_64, \
    windows-x86_64
    hint: did you mean linux-x86_64?

    # Sources

    $ install 13.0 --manifest SERVER/compute/cuda/redist/redistrib_13.0.2.json --track \
    SERVER/app/newest
    64: --manifest, --track, --archive and --source exclude each other
    hint: 'cuda-install help install' lists its options

    $ install --track SERVER/app/newest --archive SERVER/app/server-1.2.0.tar.gz
    64: --manifest, --track, --archive and --source exclude each other
    hint: 'cuda-install help install' lists its options

    $ install --manifest SERVER/app/newest --archive SERVER/app/server-1.2.0.tar.gz
    64: --manifest, --track, --archive and --source exclude each other
    hint: 'cuda-install help install' lists its options

    $ install --mirror SERVER/compute/cuda/redist/ --track SERVER/app/newest
    64: --mirror is for directories of manifests: say one or the other

    $ install --manifest SERVER/compute/cuda/redist/redistrib_13.0.3.json
    66: there is no SERVER/compute/cuda/redist/redistrib_13.0.3.json
    hint: check the address

    $ install --manifest DIR/nowhere.json
    66: there is no DIR/nowhere.json
    hint: check the address

    $ install --manifest DIR/empty
    74: cannot read the source: pread DIR/empty: Is a directory
    hint: give --mirror a directory of releases, and --manifest, --track, --archive and --locked \
    files

    $ install 12.9 --manifest SERVER/compute/cuda/redist/redistrib_13.0.2.json
    66: the source has no release 12.9
    hint: there is only 13.0.2

    $ install cudnn@9 --manifest SERVER/compute/cutensor/redist/redistrib_2.3.1.json
    66: SERVER/compute/cutensor/redist/redistrib_2.3.1.json is for cutensor, not for \
    cudnn
    hint: leave the product out, or name a source that has it

    $ install cuda@13 --manifest SERVER/compute/cudnn/redist/redistrib_9.27.0.json
    66: the source has no release 13 of cudnn
    hint: there is only 9.27.0

    $ install 13 --track SERVER/app/newest
    66: the source has no release 13 of app
    hint: there is only 1.2.0

    $ install 1.3 --track SERVER/app/newest
    66: the source has no release 1.3 of app
    hint: there is only 1.2.0

    $ install nvcc --track SERVER/app/newest
    66: app 1.2.0 has no component nvcc
    hint: 'cuda-install list --available --components' with the same source shows what it has

    $ install --track SERVER/app/no-product
    65: SERVER/app/no-product cannot be used, line 3: there is no line 'product: NAME'
    hint: cuda-install-sources(7) shows what a release description consists of

    $ install --track SERVER/app/no-release
    65: SERVER/app/no-release cannot be used, line 3: there is no line 'release: VERSION'
    hint: cuda-install-sources(7) shows what a release description consists of

    $ install --track SERVER/app/no-archive
    65: SERVER/app/no-archive cannot be used, line 3: it names no archive
    hint: cuda-install-sources(7) shows what a release description consists of

    $ install --track SERVER/app/odd-archive
    65: SERVER/app/odd-archive cannot be used, line 3: server-1.2.0.rar is not the path of an \
    archive: it ends in none of .tar.xz .tar.gz .tgz .tar.zst .zip .whl
    hint: cuda-install-sources(7) shows what a release description consists of

    $ install --track SERVER/app/no-hash
    65: there is no SERVER/app/bare-1.2.0.tar.gz.sha256, so the archive cannot be verified
    hint: its publisher makes it by 'sha256sum ARCHIVE > ARCHIVE.sha256'

    $ install --track SERVER/app/page
    65: SERVER/app/page cannot be used, line 1: <html><body>Sign in</body></html> is not the path \
    of an archive
    hint: cuda-install-sources(7) shows what a release description consists of

    $ install --manifest SERVER/app/cut.json
    65: SERVER/app/cut.json is not JSON, line 3: it breaks off
    hint: check that the source's address is right and that no proxy answers in its place

    $ install --manifest SERVER/app/unlabeled.json
    65: SERVER/app/unlabeled.json does not say which release it is: no release_label, and its \
    name is not redistrib_<label>.json
    hint: name the file redistrib_<label>.json, as its publisher does

    $ install --track SERVER/app/newest?token=x
    64: SERVER/app/newest: a release's URL has no ? and no #

    $ install --archive SERVER/app/bare-1.2.0.tar.gz
    65: there is no SERVER/app/bare-1.2.0.tar.gz.sha256, so the archive cannot be verified
    hint: its publisher makes it by 'sha256sum ARCHIVE > ARCHIVE.sha256'

    $ install --archive SERVER/app/odd-1.2.0.tar.gz
    65: SERVER/app/odd-1.2.0.tar.gz.sha256 cannot be used, line 1: it holds no SHA-256 hash
    hint: cuda-install-sources(7) shows what a release description consists of

    $ install --archive SERVER/app/server-1.2.0.rar
    64: SERVER/app/server-1.2.0.rar is not an archive: its name ends in none of .tar.xz .tar.gz \
    .tgz .tar.zst .zip .whl

    $ install --archive SERVER/app/server.tar.gz
    64: no version is in the name or the path of SERVER/app/server.tar.gz: say one, as in \
    'install 1.2.0 --archive ...'

    $ install --archive DIR/nowhere-1.0.tar.gz
    65: there is no DIR/nowhere-1.0.tar.gz.sha256, so the archive cannot be verified
    hint: its publisher makes it by 'sha256sum ARCHIVE > ARCHIVE.sha256'

    $ install --archive SERVER/app/server-1.2.0.tar.gz SERVER/app/server-1.2.0.tar.gz
    64: two of the archives are for the component server

    $ install 1.3.0 nvcc --archive SERVER/app/server-1.2.0.tar.gz
    66: server 1.3.0 has no component nvcc
    hint: 'cuda-install list --available --components' with the same source shows what it has

    $ install 13 --mirror ftp://127.0.0.1/cuda
    64: ftp://127.0.0.1/cuda: only http, https and file URLs can be sources

    $ install 13 --mirror file://srv/cuda
    64: file://srv/cuda: a file URL has three slashes, as in file:///srv/mirror

    $ install 13 --mirror SERVER/compute/cuda/redist/?a=b
    64: SERVER/compute/cuda/redist/: a mirror's URL names a directory, without ? and #

    $ install 13 --mirror ''
    64: the source's address is empty

    $ install 13 --mirror DIR/file
    74: cannot read the source: open DIR/file: Not a directory
    hint: give --mirror a directory of releases, and --manifest, --track, --archive and --locked \
    files

    $ install 13 --mirror DIR/nowhere
    66: cannot read the source: open DIR/nowhere: No such file or directory
    hint: check the path

    $ install 13 --mirror DIR/empty
    66: the source has no release 13
    hint: check the source: it lists no release at all

    $ install 13.0.2 --mirror DIR/empty
    66: the source has no release 13.0.2
    hint: check the source: it lists no release at all

    $ install 13 --mirror SERVER/empty/
    69: SERVER/empty/release/cuda/ does not list its releases (SERVER/empty/release/cuda/: the \
    server answered 404 (not there))
    hint: check the address (.../compute/cuda/redist), or name the release exactly, as in 13.0.2

    $ install 13 --mirror SERVER/nowhere/
    69: SERVER/nowhere/ does not list its releases (SERVER/nowhere/: the server answered 404 (not \
    there))
    hint: check the address (.../compute/cuda/redist), or name the release exactly, as in 13.0.2

    $ install 13.0.2 --mirror SERVER/nowhere/
    66: the source has no release 13.0.2
    hint: check the source: it lists no release at all

    $ install 13 --offline
    69: SERVER/compute/cuda/redist/ would have to be asked, and --offline forbids it
    hint: run it once without --offline, or name a directory of releases with --mirror DIRECTORY

    $ install --track SERVER/app/newest --offline
    69: SERVER/app/newest would have to be asked, and --offline forbids it
    hint: run it once without --offline, or name a directory of releases with --mirror DIRECTORY

    $ install --archive SERVER/app/server-1.2.0.tar.gz --offline
    69: SERVER/app/server-1.2.0.tar.gz.sha256 would have to be asked, and --offline forbids it
    hint: run it once without --offline, or name a directory of releases with --mirror DIRECTORY

    $ install 13.0.2 --mirror DIR/file
    74: cannot read the source: open DIR/file: Not a directory
    hint: give --mirror a directory of releases, and --manifest, --track, --archive and --locked \
    files

    # Pin files

    $ install 13.0 --locked DIR/cut-pins
    65: DIR/cut-pins is not JSON, line 2: it breaks off
    hint: delete DIR/cut-pins to pin anew, or get it from where it was written

    $ install 13.0 --locked DIR/later-pins
    65: DIR/later-pins cannot be used, key v: 9 is not the form that this program knows
    hint: delete DIR/later-pins to pin anew, or get it from where it was written

    $ install 13.0 --locked DIR/no-pins
    65: DIR/no-pins cannot be used, key products: it names no releases with components, each once
    hint: delete DIR/no-pins to pin anew, or get it from where it was written

    $ install 13.0 --locked DIR/sbsa-pins
    64: DIR/sbsa-pins pins CUDA 13.0.2 for linux-sbsa, and not linux-x86_64
    hint: leave out what is pinned already, or delete DIR/sbsa-pins to pin anew

    $ install 13.0 --platform linux-sbsa --locked DIR/pins
    64: DIR/pins pins CUDA 13.0.2 for linux-x86_64, and not linux-sbsa
    hint: leave out what is pinned already, or delete DIR/pins to pin anew

    $ install 12 --locked DIR/pins
    64: DIR/pins pins CUDA 13.0.2 for linux-x86_64, and not 12
    hint: leave out what is pinned already, or delete DIR/pins to pin anew

    $ install 13.0.1 --locked DIR/pins
    64: DIR/pins pins CUDA 13.0.2 for linux-x86_64, and not 13.0.1
    hint: leave out what is pinned already, or delete DIR/pins to pin anew

    $ install nvcc --locked DIR/pins
    64: DIR/pins pins CUDA 13.0.2 for linux-x86_64, and not nvcc
    hint: leave out what is pinned already, or delete DIR/pins to pin anew

    $ install cudnn@9 --locked DIR/pins
    64: DIR/pins pins CUDA 13.0.2 for linux-x86_64, and not cudnn 9
    hint: leave out what is pinned already, or delete DIR/pins to pin anew

    $ install --locked DIR/other-manifest-pins
    65: the manifest SERVER/compute/cuda/redist/ (CUDA 13.0.2) has changed: expected SHA-256 \
    HASH, found HASH
    hint: find out why its publisher changed it; what is installed is not affected

    $ install --locked DIR/other-archive-pins
    65: SERVER/compute/cuda/redist/ has no archive of cuda_cudart with the pinned SHA-256 HASH
    hint: take it from where the file was written, or pin anew

    $ install --locked SERVER/app/pins
    64: --locked names a file of this machine

    $ install --locked DIR/nowhere/pins
    64: there is no directory DIR/nowhere for the file that --locked names

    $ install --locked DIR/empty
    74: cannot read the source: pread DIR/empty: Is a directory
    hint: give --mirror a directory of releases, and --manifest, --track, --archive and --locked \
    files

    $ install 13.0 --download-only DIR/new --locked DIR/nowhere
    64: DIR/nowhere is not there: what is only downloaded is not pinned

    # Options

    $ install 13.0 --recompress zstd
    64: --recompress needs --download-only, and a directory for that
    hint: 'cuda-install help install' lists its options

    $ install 13.0 --download-only DIR/new --recompress xz
    64: The value 'xz' is invalid for '--recompress <compression>'. Please provide one of 'zstd'.
    hint: 'cuda-install help install' lists its options

    $ install 13.0 --profile devl
    64: The value 'devl' is invalid for '--profile <profile>'. Please provide one of 'base', \
    'runtime', 'devel' or 'full'.
    hint: 'cuda-install help install' lists its options

    $ install 13.0 nvc --download-only DIR/new
    66: CUDA 13.0.2 has no component nvc
    hint: did you mean cuda_nvcc?

    $ install 13.0 --static --no-static
    64: Value to be set with flag '--no-static' had already been set with flag '--static'
    hint: 'cuda-install help install' lists its options

    $ install 13.0 --for-driver
    66: no release can be chosen for the driver: this machine has none loaded
    hint: name the version instead, as in 'cuda-install install 12.9'

    $ install 13.0 --variants 13
    64: Unknown option '--variants'. Did you mean '--variant'?
    hint: 'cuda-install help install' lists its options

    $ install 13.0 --with nvcc
    64: Unknown option '--with'. Did you mean '--wait'?
    hint: 'cuda-install help install' lists its options

    $ instal 13.0
    64: there is no command instal; did you mean install?
    hint: 'cuda-install --help' lists the commands, 'cuda-install help COMMAND' its options

    # Lists

    $ list --available cudn
    66: the source has no product cudn
    hint: did you mean cudnn?

    $ list --available 13.x
    64: 13.x is not a version: write 13.0.2, 13.0, 13 or latest

    $ list --available --components 13.9
    66: the source has no release 13.9
    hint: there are 13.3.1, 13.0.2, 13.0.1, 12.9.1, 11.8.0

    $ list --available --components cudnn@8
    66: the source has no release 8 of cudnn
    hint: there are 9.27.0, 9.13.0

    $ list --available nccl
    66: the source has no product nccl
    hint: name another that NVIDIA publishes: cublasmp, cudnn, cudss, cuest, cuquantum, \
    cusolvermp, cusparselt, cutensor, cuvs, nppplus, nvcomp, nvjpeg2000, nvpl, nvshmem, nvtiff, \
    tensorrt
    """)
}
