import CUDAFiles
import Testing

@Test(arguments: [
  ("580.82.07", "580.82.07"), ("535.161.07\n", "535.161.07"), ("304.137", "304.137"),
  (" 1234.5 ", "1234.5"),
])
func `the module's version is a driver's`(line: String, version: String) {
  #expect(LoadedDriver.version(inModule: line) == version)
}

/// As drivers of several kinds write it: proprietary, open, for virtual GPUs, for ARM servers.
private let lines = [
  (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.161.07  Sat Feb 17 22:55:48 UTC 2024",
    "535.161.07"
  ),
  (
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  555.58.02  Release Build  "
      + "(dvs-builder@U16-I3-B08-1-1)  Tue Jun 25 01:26:03 UTC 2024", "555.58.02"
  ),
  (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Release Build  (VirtualGPU)",
    "535.129.03"
  ),
  (
    "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  580.95.05  Release Build",
    "580.95.05"
  ),
  (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  390.157  Wed Oct 12 09:19:07 UTC 2022",
    "390.157"
  ),
  ("NVRM version: NVIDIA UNIX Open Kernel Module for 111.22  580.1  x", "580.1"),
]

@Test(arguments: lines) func `the driver's first line is read in each of its forms`(
  line: String, version: String
) {
  #expect(LoadedDriver.version(inDriver: line) == version)
}

@Test(arguments: [
  "", "\u{1b}[31m580.82.07", "58.82.07", "580", "580.", "580..07", "580.82.07.1", "580.82.07-rc1",
  "580.82.07 580.82.08", "５８０.82.07", "12345.1", "580.12345", "../etc", "580.82.\u{0}7",
])
func `what is no version is none`(text: String) {
  #expect(LoadedDriver.version(inModule: text) == nil)
  if !text.hasPrefix("580.82.07 ") {
    #expect(LoadedDriver.version(inDriver: "NVIDIA Kernel Module  \(text)  x") == nil)
  }
  #expect(LoadedDriver.version(inLibrary: "libcuda.so.\(text)") == nil)
}

@Test func `a version that stands elsewhere is not the driver's`() {
  for line in [
    "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)", "580.82.07", "Kernel Module",
    "NVRM version: 580.82.07 Kernel Module", "Kernel 580.82.07 Module",
    "Kernel Module for 580.82.07",
  ] {
    #expect(LoadedDriver.version(inDriver: line) == nil, "\(line)")
  }
}

@Test func `a library has its driver's version in its name`() {
  #expect(LoadedDriver.version(inLibrary: "libcuda.so.535.161.07") == "535.161.07")
  // Of a Jetson, of WSL, and of a link.
  for name in ["libcuda.so.1.1", "libcuda.so.1", "libcuda.so", "libcudart.so.580.82.07"] {
    #expect(LoadedDriver.version(inLibrary: name) == nil)
  }
}
