// Forms with files.

import Testing

@testable import PublicAPI

@Suite("PublicAPI: forms") struct MultipartFormTests {
  @Test("the parts of a form are found by their names, quoted or not") func parts() throws {
    let text =
      "preamble\r\n--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"z\"\r\n\r\na\r\n--b\r\n"
      + "\r\n--b1\r\nContent-Disposition: form-data; name=proxied\r\n\r\ntrue\r\n--b1--\r\n"
    let form = try MultipartForm(
      Array(text.utf8), contentType: "multipart/form-data; boundary=\"b1\"")
    #expect(form["file"] == Array("a\r\n--b\r\n".utf8))
    #expect(form["proxied"] == Array("true".utf8))
  }

  @Test("a form that breaks off, or has no boundary, is refused; what is none has no parts")
  func broken() throws {
    let body = Array("--b\r\nContent-Disposition: form-data; name=x\r\n\r\nabc".utf8)
    for type in ["multipart/form-data; boundary=b", "multipart/form-data"] {
      #expect(throws: APIError.self) { try MultipartForm(body, contentType: type) }
    }
    #expect(try MultipartForm(body, contentType: "text/plain")["x"] == nil)
  }
}
