// Origin requests by number of PoPs, as a picture.

import Foundation
import Tiers

/// How often the origin is asked by fleets of several sizes, with and without tiers.
enum Curve {
  private static let sizes = [1, 2, 5, 10, 20, 50, 100, 200, 330]
  private static let objects = 1_000
  private static let requestsOfPoP = 300

  private struct Point {
    let pops: Int
    let flat: Int
    let tiered: Int
  }

  /// Simulates them all and writes the picture.
  static func draw(into file: String) async {
    var points: [Point] = []
    for pops in sizes {
      let flat = await requests(pops, .flat)
      let tiered = await requests(pops, .smart)
      print("\(pops) PoPs: \(flat) requests to the origin flat, \(tiered) with tiers")
      points.append(Point(pops: pops, flat: flat, tiered: tiered))
    }
    do { try svg(points).write(toFile: file, atomically: true, encoding: .utf8) } catch {
      print("can't write \(file): \(error.localizedDescription)")
    }
  }

  private static func requests(_ pops: Int, _ choice: TierChoice) async -> Int {
    var plan = SimulationPlan()
    plan.edges = pops
    plan.regions = max(1, pops / 20)
    plan.uppers = max(1, pops / 80)
    plan.objects = objects
    plan.requests = requestsOfPoP * pops
    plan.choice = choice
    return await Simulation.run(plan).originFetches
  }

  // MARK: - The picture

  private static let (width, height) = (640.0, 400.0)
  private static let (left, right, top, bottom) = (70.0, 610.0, 50.0, 340.0)
  private static let (leastCount, mostCount) = (100.0, 100_000.0)

  private static func x(_ pops: Int) -> Double {
    left + (right - left) * log(Double(pops)) / log(400)
  }

  private static func y(_ count: Double) -> Double {
    bottom - (bottom - top) * log(count / leastCount) / log(mostCount / leastCount)
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func svg(_ points: [Point]) -> String {
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" \
      font-family="sans-serif" font-size="13">
      """,
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      text(left, 24, "Requests to the origin by number of PoPs", weight: "bold"),
      text(
        left, 40,
        "\(requestsOfPoP) requests in each PoP, by Zipf's law, for \(objects) objects; both axes logarithmic",
        colour: "#666666"),
    ]
    for count in [100.0, 1_000, 10_000, 100_000] {
      lines.append(rule(left, y(count), right, y(count)))
      lines.append(text(left - 8, y(count) + 4, "\(Int(count))", anchor: "end"))
    }
    for pops in sizes {
      lines.append(text(x(pops), bottom + 20, "\(pops)", anchor: "middle"))
    }
    lines.append(text((left + right) / 2, bottom + 42, "PoPs", anchor: "middle"))
    lines += series(points.map { ($0.pops, $0.flat) }, "each PoP asks the origin", "#b3261e")
    lines += series(points.map { ($0.pops, $0.tiered) }, "tiers", "#1b6e3c")
    lines.append("</svg>\n")
    return lines.joined(separator: "\n")
  }

  private static func series(
    _ points: [(pops: Int, count: Int)], _ name: String, _ colour: String
  ) -> [String] {
    let places = points.map { (x: x($0.pops), y: y(Double(max(100, $0.count))), count: $0.count) }
    var lines = [
      """
      <polyline fill="none" stroke="\(colour)" stroke-width="2" points="\
      \(places.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " "))"/>
      """
    ]
    for place in places {
      lines.append(
        "<circle cx=\"\(number(place.x))\" cy=\"\(number(place.y))\" r=\"3\" fill=\"\(colour)\"/>")
    }
    if let last = places.last {
      lines.append(
        text(last.x, last.y - 10, "\(name): \(last.count)", anchor: "end", colour: colour))
    }
    return lines
  }

  private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    """
    <line x1="\(number(x1))" y1="\(number(y1))" x2="\(number(x2))" y2="\(number(y2))" stroke="#dddddd"/>
    """
  }

  private static func text(
    _ x: Double, _ y: Double, _ text: String, anchor: String = "start", colour: String = "#222222",
    weight: String = "normal"
  ) -> String {
    """
    <text x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)" fill="\(colour)" \
    font-weight="\(weight)">\(text)</text>
    """
  }
}
