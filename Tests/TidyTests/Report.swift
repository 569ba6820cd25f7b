// How findings become test failures: one each, so that a run shows them all.

import Testing

/// Records every finding as an issue of the current test.
func report(_ findings: [Finding]) {
  for finding in findings.sorted() { Issue.record("\(finding)") }
}
