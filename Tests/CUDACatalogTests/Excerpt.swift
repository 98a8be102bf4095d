/// A real excerpt: https://developer.download.nvidia.com/compute/cudnn/redist/redistrib_9.27.0.json
/// without `cudnn_jit` and two platforms. It has what is rare: variants, a list between the
/// platforms, a platform that is both leaf and variants, and a source.
let excerpt = #"""
  {
    "release_date": "2026-09-29",
    "release_label": "9.27.0",
    "release_product": "cudnn",
    "cudnn": {
      "name": "NVIDIA CUDA Deep Neural Network library",
      "license": "cudnn",
      "license_path": "cudnn/LICENSE.txt",
      "version": "9.27.0.42",
      "linux-x86_64": {
        "cuda12": {
          "relative_path": "cudnn/linux-x86_64/cudnn-linux-x86_64-9.27.0.42_cuda12-archive.tar.xz",
          "sha256": "dc45f8c5fd44955c6e950c690ea92c28ea848ffb1fefbaabf3a9d175d961263a",
          "md5": "ed425f0870fffc15c95695073c2ace41",
          "size": "1012666264"
        },
        "cuda13": {
          "relative_path": "cudnn/linux-x86_64/cudnn-linux-x86_64-9.27.0.42_cuda13-archive.tar.xz",
          "sha256": "dd3245ba3aca8593934fc946d08649ad3a5ee8500e8da3870bc23bf7ddccd7f9",
          "md5": "8c1fa627b96da6e1db93bd53f4bebad9",
          "size": "937996620"
        }
      },
      "cuda_variant": [
        "12",
        "13"
      ],
      "windows-arm64": {
        "cuda13": {
          "relative_path": "cudnn/windows-arm64/cudnn-windows-arm64-9.27.0.42_cuda13-archive.zip",
          "sha256": "c34d906b19df16d370d31b78b1ee480a07e6f827fdabfea63acb914528a9b85c",
          "md5": "d503f0497c3c0a4ef8775b0a62a2d24d",
          "size": "468155439"
        },
        "relative_path": "cudnn/windows-arm64/cudnn-windows-arm64-9.27.0.42_cuda13.4-archive.zip",
        "sha256": "1fe473fc57095ac23ff39b2709edd5f8c3dec8376e6a6f3b812cf4617a29060d",
        "md5": "56543bd41fcadd374b8c5b754fd19308",
        "size": "481633269"
      }
    },
    "cudnn_samples": {
      "name": "NVIDIA cuDNN samples",
      "license": "cudnn",
      "license_path": "cudnn_samples/LICENSE.txt",
      "version": "9.27.0.42",
      "source": {
        "relative_path": "cudnn_samples/source/cudnn_samples-source-9.27.0.42-archive.tar.xz",
        "sha256": "377b785723c93eada574ead9279bb46352863714c2d4bf31bff2f37394fd8832",
        "md5": "d1ceb0b2420ca75a42aff94f51ed9f29",
        "size": "1665944"
      }
    }
  }
  """#
