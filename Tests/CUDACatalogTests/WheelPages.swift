// Real excerpts of an index's pages for nvidia-cuda-runtime, of 2026-11; the hosts are others.

let wheelPageJSON = #"""
  {"files": [{"filename": "nvidia-cuda-runtime-0.0.1.dev5.tar.gz", "hashes": {"sha256": "51ba5426d398f1c1f522ec60758d80659ffc9da29b748b59261972aac2ee7976"}, "requires-python": null, "size": 7910, "upload-time": "2021-04-23T23:31:36.412182Z", "url": "https://files.example/packages/e1/6b/nvidia-cuda-runtime-0.0.1.dev5.tar.gz", "yanked": false},
  {"filename": "nvidia_cuda_runtime-0.0.0a0-py2.py3-none-any.whl", "hashes": {"sha256": "a2c288bc8dfaf3d9812d3e48c36738f4b514d71f8aceaf95d2f1e7e5dbdd7dd8"}, "requires-python": null, "size": 1116, "upload-time": "2025-04-04T15:45:27.686709Z", "url": "https://files.example/packages/ae/b9/nvidia_cuda_runtime-0.0.0a0-py2.py3-none-any.whl", "yanked": false},
  {"filename": "nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl", "hashes": {"sha256": "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55"}, "requires-python": ">=3", "size": 2261060, "upload-time": "2025-10-09T08:55:15.780917Z", "url": "https://files.example/packages/87/4f/nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl", "yanked": false},
  {"filename": "nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "hashes": {"sha256": "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"}, "requires-python": ">=3", "size": 2243632, "upload-time": "2025-10-09T08:55:36.117428Z", "url": "https://files.example/packages/2e/24/nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "yanked": false},
  {"filename": "nvidia_cuda_runtime-13.0.96-py3-none-win_amd64.whl", "hashes": {"sha256": "f79298c8a098cec150a597c8eba58ecdab96e3bdc4b9bc4f9983635031740492"}, "requires-python": ">=3", "size": 2927037, "upload-time": "2025-10-09T09:04:23.782629Z", "url": "https://files.example/packages/b7/94/nvidia_cuda_runtime-13.0.96-py3-none-win_amd64.whl", "yanked": false}],
  "meta": {"api-version": "1.1", "_last-serial": "41993053"}, "name": "nvidia-cuda-runtime", "versions": ["0.0.0a0", "0.0.1.dev5", "13.0.96"]}
  """#

let wheelPageHTML = #"""
  <!DOCTYPE html>
  <html>
  <head><title>Links for nvidia-cuda-runtime</title></head>
  <body>
  <h1>Links for nvidia-cuda-runtime</h1>
  <a href="https://files.example/packages/e1/6b/nvidia-cuda-runtime-0.0.1.dev5.tar.gz#sha256=51ba5426d398f1c1f522ec60758d80659ffc9da29b748b59261972aac2ee7976">nvidia-cuda-runtime-0.0.1.dev5.tar.gz</a><br/>
  <a href="https://files.example/packages/ae/b9/nvidia_cuda_runtime-0.0.0a0-py2.py3-none-any.whl#sha256=a2c288bc8dfaf3d9812d3e48c36738f4b514d71f8aceaf95d2f1e7e5dbdd7dd8">nvidia_cuda_runtime-0.0.0a0-py2.py3-none-any.whl</a><br/>
  <a href="https://files.example/packages/87/4f/nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl#sha256=ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55" data-requires-python="&gt;=3">nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl</a><br/>
  <a href="https://files.example/packages/2e/24/nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl#sha256=7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548" data-requires-python="&gt;=3">nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl</a><br/>
  <a href="https://files.example/packages/b7/94/nvidia_cuda_runtime-13.0.96-py3-none-win_amd64.whl#sha256=f79298c8a098cec150a597c8eba58ecdab96e3bdc4b9bc4f9983635031740492" data-requires-python="&gt;=3">nvidia_cuda_runtime-13.0.96-py3-none-win_amd64.whl</a><br/>
  </body>
  </html>
  """#
