// One page of a list.

import ConfigurationTree

/// Which part of a list is asked for. Clients read until a page is empty: one beyond the end is.
struct APIPage: Sendable {
  let page: Int
  let perPage: Int

  /// The page that `query` asks for, of `usual` elements if it does not say.
  init(_ query: APIQuery, usual: Int, maximum: Int) throws(APIError) {
    page = try query.number("page", usual: 1, 1...1_000_000)
    perPage = try query.number("per_page", usual: usual, 1...maximum)
  }

  /// The places of the page's elements in a list of `total`.
  func range(of total: Int) -> Range<Int> {
    let start = min(total, (page - 1) * perPage)
    return start..<min(total, start + perPage)
  }

  /// `result_info` for a list of `total`.
  func tree(of total: Int) -> ConfigurationValue {
    .object([
      ("page", .integer(page)), ("per_page", .integer(perPage)),
      ("count", .integer(range(of: total).count)), ("total_count", .integer(total)),
      ("total_pages", .integer((total + perPage - 1) / perPage)),
    ])
  }
}
