/// Paths as text: components between slashes.
enum PathText {
  /// The components; empty ones and "." are dropped.
  static func components(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }

  /// What follows the last slash.
  static func lastComponent(_ path: String) -> String { components(path).last ?? path }

  /// `path` as seen from `folder`, unless it is absolute.
  static func resolve(_ path: String, in folder: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  /// The same path without doubled slashes and single dots.
  static func normalized(_ path: String) -> String {
    (path.hasPrefix("/") ? "/" : "") + components(path).joined(separator: "/")
  }

  /// Each path without the folders that all of them share.
  static func shortNames(_ paths: [String]) -> [String] {
    let all = paths.map(components)
    guard let first = all.first else { return [] }
    var shared = first.count - 1
    for components in all {
      let common = zip(first, components).prefix { $0 == $1 }.count
      shared = min(shared, common, components.count - 1)
    }
    return all.map { $0.dropFirst(shared).joined(separator: "/") }
  }
}
