import CSystem
import Glibc

/// Places in the code where a test lets a process die, stop or err: named in `CLOZE_FAILPOINTS`, never hit otherwise.
///
/// `update@1:3=kill` kills worker 1 when it comes to the place `update` for the third time, counted over all processes
/// that have been worker 1; several are separated by commas. The actions are `kill`, `stop` (SIGSTOP), `hang`, `abort`
/// and, where a place asks for it, `err`.
public enum Failpoint {
  /// Who came to a place: a worker's rank, the supervisor, or the writer.
  public enum Member: Equatable, Sendable {
    case worker(Int), supervisor, writer

    init?(_ text: Substring) {
      switch text {
      case "supervisor": self = .supervisor
      case "writer": self = .writer
      default:
        guard let rank = Int(text) else { return nil }
        self = .worker(rank)
      }
    }
  }

  private enum Action: Substring { case kill, stop, hang, abort, err }

  private struct Point {
    let place: Substring
    let member: Member
    let hit: UInt32
    let action: Action
  }

  private static let points: [Point] = parse(getenv("CLOZE_FAILPOINTS").map { String(cString: $0) } ?? "")

  /// At most so many points are counted.
  public static let countLimit = 16

  private static func parse(_ text: String) -> [Point] {
    text.split(separator: ",").prefix(countLimit).compactMap { part in
      let sides = part.split(separator: "=")
      let places = sides[0].split(whereSeparator: { $0 == "@" || $0 == ":" })
      guard sides.count == 2, places.count == 3, let action = Action(rawValue: sides[1]),
        let member = Member(places[1]), let hit = UInt32(places[2])
      else { fatalError("CLOZE_FAILPOINTS has '\(part)', which is no PLACE@MEMBER:HIT=ACTION") }
      return Point(place: places[0], member: member, hit: hit, action: action)
    }
  }

  /// Whether any place is named: a run that is not a test pays for one look at this.
  public static let isArmed = !points.isEmpty

  /// Comes to a place; `counts` are the hits of every point, kept where they outlive the process.
  ///
  /// - Returns: whether the action is `err`, which is the caller's to do.
  @discardableResult
  public static func reach(_ place: String, as member: Member, counts: SharedTable<UInt32>) -> Bool {
    guard isArmed else { return false }
    var errs = false
    for (index, point) in points.enumerated() where point.place == place && point.member == member {
      counts[index] += 1
      guard counts[index] == point.hit else { continue }
      switch point.action {
      case .kill: _ = cs_signal_process(cs_process(), cs_signal_kill())
      case .stop: _ = cs_signal_process(cs_process(), cs_signal_stop())
      case .hang: while true { sleep(1) }
      case .abort: Glibc.abort()
      case .err: errs = true
      }
    }
    return errs
  }
}
