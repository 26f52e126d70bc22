import Glibc

/// A moment on the clock on the wall.
public struct LocalTime: Equatable, Sendable {
  /// `Mon` … `Sun`.
  public var weekday: String
  /// Hours from 0 to 23.
  public var hour: Int
  /// Minutes.
  public var minute: Int
  /// Days since 1970, in local time.
  public var day: Int

  /// A moment; `day` 0 was a Thursday.
  public init(day: Int, hour: Int, minute: Int) {
    self.day = day
    self.hour = hour
    self.minute = minute
    weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][((day % 7) + 7) % 7]
  }

  /// The moment so many seconds after 1970 in the machine's time zone.
  public init(secondsSince1970 seconds: Double) {
    var moment = time_t(max(-1e11, min(1e11, seconds)))
    var parts = tm()
    localtime_r(&moment, &parts)
    let local = Int(moment) + Int(parts.tm_gmtoff)
    let day = Int((Double(local) / 86_400).rounded(.down))
    self.init(day: day, hour: Int(parts.tm_hour), minute: Int(parts.tm_min))
  }

  /// `14:20`
  public var clock: String { "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)" }

  /// The moment so many seconds later, where the clock is not changed in between.
  public func after(_ seconds: Double) -> LocalTime {
    let minutes = hour * 60 + minute + Int(min(1e11, max(0, seconds)) / 60)
    return LocalTime(day: day + minutes / 1_440, hour: minutes / 60 % 24, minute: minutes % 60)
  }

  /// How a person here calls this moment seen from `now`: `14:20`, `Sat 14:20`, `in 12 days`.
  public func description(from now: LocalTime) -> String {
    let days = day - now.day
    if days <= 0 { return clock }
    return days < 7 ? "\(weekday) \(clock)" : "in \(Figures.count(days)) days"
  }
}
