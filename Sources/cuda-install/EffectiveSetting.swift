import CUDACatalog
import CUDAFiles
import CUDAInstall

/// A setting as it counts for a command, and where that is said.
struct EffectiveSetting {
  var name: String
  var value: String
  /// `--mirror`, `CUDA_INSTALL_KEEP`, `/etc/cuda-install.conf:3`, `default`
  var origin: String

  /// All of them, for a command with these options. Throws what cannot be obeyed.
  static func all(
    _ options: GlobalOptions, _ settings: Settings, _ installer: Installer
  ) throws(InstallError) -> [EffectiveSetting] {
    var all: [EffectiveSetting] = []
    for setting in Setting.allCases {
      let set = try settings.value(of: setting)
      let option = options.option(for: setting)
      let value =
        switch setting {
        // Absolute, and without what should not be read.
        case .prefix: installer.prefix
        case .mirror: installer.source.description
        default: option?.value ?? set?.text ?? defaultValue(of: setting)
        }
      all.append(
        EffectiveSetting(
          name: setting.rawValue, value: value,
          origin: option?.name ?? set?.origin ?? "default"))
    }
    return all
  }

  private static func defaultValue(of setting: Setting) -> String {
    let network = NetworkSettings()
    return switch setting {
    case .prefix, .mirror: ""
    case .profile: "devel"
    case .keep: "1"
    case .lockTimeout: "-1 on a terminal, else 600; of update 0; in a package's script 0"
    case .httpRetries: "\(network.retries)"
    case .httpTimeout: "\(network.stallLimit.components.seconds)"
    case .progress: "auto"
    case .sandbox: "on"
    }
  }
}

extension GlobalOptions {
  /// The option that says it, if there is one on this command line.
  fileprivate func option(for setting: Setting) -> (name: String, value: String)? {
    switch setting {
    case .prefix: prefix.map { ("--prefix", $0) }
    case .mirror: mirror.isEmpty ? nil : ("--mirror", "")
    case .lockTimeout:
      noWait
        ? ("--no-wait", "0")
        : wait.map { ("--wait", "\($0.limit?.components.seconds ?? -1)") }
    case .progress: progress.map { ("--progress", $0.rawValue) }
    case .profile, .keep, .httpRetries, .httpTimeout, .sandbox: nil
    }
  }
}
