/// Numbers as people read them, without a locale: 1,204, 40.2 GB, 1d 3h 34m.
public enum Figures {
  /// `300,000`
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// `1 document`, `1,204 documents`
  public static func count(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(self.noun(value, noun, plural: plural))"
  }

  /// The word for so many things: `document` for one, `documents` for none or several.
  public static func noun(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    value == 1 ? noun : plural ?? noun + "s"
  }

  /// `9.41 M`, `38.2 k`; numbers below 10,000 as they are.
  public static func short(_ value: Int) -> String {
    let magnitude = Double(value.magnitude)
    if magnitude < 10_000 { return count(value) }
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    let unit = units.first { magnitude >= $0.0 * 0.9995 } ?? (1, "")
    return "\(value < 0 ? "-" : "")\(significant(magnitude / unit.0, 3)) \(unit.1)"
  }

  /// `40.2 GB`
  public static func bytes(_ value: Int) -> String {
    let magnitude = Double(max(0, value))
    if magnitude < 1_000 { return "\(max(0, value)) B" }
    let units: [(Double, String)] = [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    let unit = units.first { magnitude >= $0.0 * 0.9995 } ?? (1e3, "kB")
    var digits = significant(magnitude / unit.0, 3)
    while digits.contains("."), digits.last == "0" || digits.last == "." { digits.removeLast() }
    return "\(digits) \(unit.1)"
  }

  /// The largest unit of a length of time, two for hours and days: `12s`, `3m`, `2h 5m`.
  public static func coarse(_ seconds: Double) -> String {
    if seconds >= 3_600 || !seconds.isFinite { return duration(seconds) }
    return seconds < 60 ? "\(Int(max(0, seconds)))s" : "\(Int(seconds / 60))m"
  }

  /// The two or three largest units of a length of time: `1d 3h 34m`, `6m 12s`, `0.8s`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return "forever" }
    if seconds < 9.95 { return "\(fixed(max(0, seconds), 1))s" }
    let whole = Int(seconds.rounded())
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
    if days > 0 { return "\(count(days))d \(hours)h \(minutes)m" }
    if hours > 0 { return "\(hours)h \(minutes)m" }
    return minutes > 0 ? "\(minutes)m \(twoDigits(whole % 60))s" : "\(whole)s"
  }

  /// `2.0e-4`
  public static func scientific(_ value: Double, digits: Int = 1) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 10, exponent < 400 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1, exponent > -400 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    var text = fixed(mantissa, digits)
    if text.hasPrefix("10") { (text, exponent) = (fixed(mantissa / 10, digits), exponent + 1) }
    return "\(value < 0 ? "-" : "")\(text)e\(exponent)"
  }

  /// `58.9 %`
  public static func percent(_ share: Double, digits: Int = 1) -> String { "\(fixed(100 * share, digits)) %" }

  /// `38,200`, rounded to three digits: rates are never known better.
  public static func rate(_ value: Double) -> String {
    guard value.isFinite, value < 1e15 else { return "\(value)" }
    if value < 99.95 { return significant(max(0, value), 3) }
    var unit = 1
    while value / Double(unit) >= 1_000 { unit *= 10 }
    return count(Int((value / Double(unit)).rounded()) * unit)
  }

  /// So many digits behind the point, rounded: `2.114`.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    let scale = (0..<digits).reduce(1.0) { scale, _ in 10 * scale }
    guard abs(value) * scale < 9e15 else { return "\(value)" }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let text = String(whole)
    let all = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return "\(sign)\(all.dropLast(digits)).\(all.suffix(digits))"
  }

  /// So many digits in all for a number from 0: `40.2`, `9.41`, `412`.
  static func significant(_ value: Double, _ digits: Int) -> String {
    var (limit, decimals) = (10.0, digits - 1)
    // 9.996 has the digits of 10.0.
    while decimals > 0, (value * 10_000).rounded() / 10_000 >= limit * (1 - 0.5 / Double(1_000)) {
      (limit, decimals) = (10 * limit, decimals - 1)
    }
    return fixed(value, decimals)
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
