import JSON

/// A length of time, written `90s`, `30m`, `72h`, `2d` or `1h30m`.
public struct TimeSpan: SettingValue {
  /// The length in seconds.
  public var seconds: Double

  /// A length of time.
  public init(seconds: Double) { self.seconds = seconds }

  /// What is accepted.
  public static var wanted: String { "a time such as 90s, 30m, 72h or 1h30m" }

  /// Numbers, each with its unit: `d`, `h`, `m` or `s`, from large to small.
  public init?(setting node: YAMLNode) {
    guard let text = node.text else { return nil }
    var (seconds, number, lastUnit) = (0.0, "", Double.infinity)
    for character in text where character != " " {
      if let unit = Self.units.first(where: { $0.name == character })?.seconds {
        guard let value = Double(number), unit < lastUnit else { return nil }
        seconds += value * unit
        (number, lastUnit) = ("", unit)
      } else {
        guard character == "." || ("0"..."9").contains(character), number.utf8.count < 12 else { return nil }
        number.append(character)
      }
    }
    guard number.isEmpty, seconds > 0, seconds < 1e9 else { return nil }
    self.seconds = seconds
  }

  private static let units: [(name: Character, seconds: Double)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]

  /// The time in its two or more units, such as `1h30m`; fractions of a second are left out.
  public var setting: JSONValue {
    var rest = Int(exactly: seconds.rounded()) ?? 0
    var text = ""
    for (name, unit) in Self.units {
      let count = rest / Int(unit)
      rest -= count * Int(unit)
      if count > 0 { text += "\(count)\(name)" }
    }
    return .string(text.isEmpty ? "0s" : text)
  }
}

/// An amount of memory, written `16GB`, `512MB` or `1.5GiB`.
public struct ByteCount: SettingValue {
  /// The amount in bytes.
  public var bytes: Int

  /// An amount of memory.
  public init(bytes: Int) { self.bytes = bytes }

  /// What is accepted.
  public static var wanted: String { "a size such as 16GB, 512MB or 1.5GiB" }

  /// A number and a unit: powers of 1000 with `B`, of 1024 with `iB`.
  public init?(setting node: YAMLNode) {
    guard let text = node.text else { return nil }
    let number = text.prefix { ("0"..."9").contains($0) || $0 == "." }
    let unit = text.dropFirst(number.count).drop { $0 == " " }.uppercased()
    guard number.utf8.count < 16, let factor = Self.units.first(where: { $0.name == unit })?.bytes,
      let value = Double(number)
    else { return nil }
    let bytes = (value * factor).rounded()
    guard bytes >= 1, bytes < 1e18 else { return nil }
    self.bytes = Int(bytes)
  }

  private static let units: [(name: String, bytes: Double)] = [
    ("TIB", 1_099_511_627_776), ("TB", 1e12), ("GIB", 1_073_741_824), ("GB", 1e9), ("MIB", 1_048_576), ("MB", 1e6),
    ("KIB", 1_024), ("KB", 1e3), ("B", 1),
  ]

  /// The amount in the largest unit that leaves it whole.
  public var setting: JSONValue {
    for (name, factor) in Self.units where Double(bytes).truncatingRemainder(dividingBy: factor) == 0 {
      return .string("\(bytes / Int(factor))\(name.count == 3 ? String(name.prefix(1)) + "iB" : name)")
    }
    return .string("\(bytes)B")
  }
}

/// A count, or `auto`: as many as the machine has.
public enum AutoCount: SettingValue {
  /// Chosen on the machine.
  case automatic
  /// Given.
  case fixed(Int)

  /// What is accepted.
  public static var wanted: String { "auto or a whole number" }

  /// `auto` or a positive number.
  public init?(setting node: YAMLNode) {
    if node.text == "auto" {
      self = .automatic
    } else if let count = Int(setting: node), count > 0 {
      self = .fixed(count)
    } else {
      return nil
    }
  }

  /// `auto` or the number.
  public var setting: JSONValue {
    switch self {
    case .automatic: "auto"
    case .fixed(let count): .integer(Int64(count))
    }
  }
}

/// A path or pattern; relative ones start from the folder of the file that holds them.
public struct FilePath: SettingValue {
  /// The path, joined with its folder.
  public var path: String

  /// A path that stands as it is.
  public init(_ path: String) { self.path = path }

  /// What is accepted.
  public static var wanted: String { "a path" }

  /// The path, joined with the folder of its file; `~/` is the home folder.
  public init?(setting node: YAMLNode) {
    guard let text = String(setting: node), !text.unicodeScalars.contains("\0") else { return nil }
    if text.hasPrefix("/") || text.hasPrefix("~/") || node.folder.isEmpty || node.folder == "." {
      path = text
    } else {
      path = node.folder.hasSuffix("/") ? node.folder + text : node.folder + "/" + text
    }
  }

  /// The joined path.
  public var setting: JSONValue { .string(path) }

  /// The path from `folder` on; absolute ones, those of the home folder and missing ones stay as they are.
  public func settled(in folder: String) -> FilePath {
    let isRelative = !path.isEmpty && !path.hasPrefix("/") && !path.hasPrefix("~/")
    return isRelative ? FilePath(folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)") : self
  }
}

/// A column of a table: by name, or by number from 0 where the file has no header.
public enum Column: SettingValue {
  /// The column with this header, or this key of a JSON object.
  case name(String)
  /// The column at this place, counted from 0.
  case number(Int)

  /// What is accepted.
  public static var wanted: String { "a column's name or number" }

  /// A plain number is a place, anything else a name.
  public init?(setting node: YAMLNode) {
    if let number = Int(setting: node) {
      guard number >= 0, number < 100_000 else { return nil }
      self = .number(number)
    } else if let name = String(setting: node) {
      self = .name(name)
    } else {
      return nil
    }
  }

  /// The name or number.
  public var setting: JSONValue {
    switch self {
    case .name(let name): .string(name)
    case .number(let number): .integer(Int64(number))
    }
  }
}
