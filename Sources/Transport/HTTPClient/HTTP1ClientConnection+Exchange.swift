// One exchange: the request out, the response's head in.

package import Exchange
import HTTP
import Primitives
package import Runtime

extension HTTP1ClientConnection {
  /// Sends `request` and waits for the head of its response; the body follows from the stream in
  /// the result, or is there already if it came along. Waits on `parker`, also later in the stream.
  package func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    do throws(HTTPClientError) {
      try begin(request, parker: parker)
      while true {
        if let failure { throw failure }
        if let response = try receiveHead(of: request) { return response }
        try await awaitHead(request.timeouts, parker)
      }
    } catch {
      fail(error)
      throw failure ?? error
    }
  }

  // MARK: - The request

  private func begin(
    _ request: borrowing ClientRequest, parker: Parker
  ) throws(HTTPClientError) {
    noteBegin()
    var isStreamed = false
    if case .stream = request.body { isStreamed = true }
    let asksUpgrade = request.upgradedInput != nil
    state.begin(hasStreamedBody: isStreamed, asksUpgrade: asksUpgrade)
    reader = parker
    try sendHead(request, connection: asksUpgrade ? .upgrade : .keepAlive)
    guard case .stream(let source, let length) = request.body else { return }
    let upload = RequestUpload(
      source, framing: length.map { .length($0) } ?? .chunked, on: self,
      awaitsContinue: request.awaitsContinue)
    self.upload = upload
    upload.start()
  }

  private func sendHead(
    _ request: borrowing ClientRequest, connection kind: HTTP1HeadWriter.Connection
  ) throws(HTTPClientError) {
    var output: [UInt8] = []
    swap(&output, &connection.loop.output)
    defer {
      output.removeAll(keepingCapacity: true)
      swap(&output, &connection.loop.output)
    }
    do throws(HTTPParseError) {
      try HTTP1HeadWriter.appendRequest(
        request.head, body: request.framing, connection: kind, to: &output)
    } catch {
      throw .requestMalformed(error)
    }
    if case .bytes(let body) = request.body {
      try connection.transmit(output.span, body)
    } else {
      try connection.transmit(output.span)
    }
  }

  /// The upload has sent the request's last byte: the origin's time to answer begins.
  func uploadEnded() {
    upload = nil
    progressAt = connection.loop.now
  }

  // MARK: - The response's head

  /// Waits until something has come. The time counts from the last byte of the request; while the
  /// client is slow with it, the origin owes nothing.
  private func awaitHead(
    _ timeouts: ClientTimeouts, _ parker: Parker
  ) async throws(HTTPClientError) {
    if connection.mayReceive { return }
    let isUploading = state.request == .sending
    let patience = isUploading ? timeouts.betweenBytes : timeouts.firstByte
    switch await parker.park(until: progressAt + patience) {
    case .woken: return
    case .cancelled: throw .cancelled
    case .timedOut:
      if upload?.awaitsSource == true { progressAt = connection.loop.now }
      guard connection.loop.now >= progressAt + patience else { return }
      throw isUploading ? .writeTimedOut : .firstByteTimedOut
    }
  }

  /// Receives once; the response when its head is complete.
  private func receiveHead(
    of request: borrowing ClientRequest
  ) throws(HTTPClientError) -> FetchedResponse? {
    guard connection.mayReceive else { return nil }
    var response: FetchedResponse?
    let reception = try connection.receiveOnce(
      atMost: HTTPClientLimits.headReadBytes
    ) { (bytes) throws(HTTPClientError) in
      state.hasReceived = true
      if partialHead.isEmpty {
        response = try read(bytes, request)
      } else {
        var head: [UInt8] = []
        swap(&head, &partialHead)
        head.append(bytes)
        response = try read(head.span, request)
      }
    }
    switch reception {
    case .bytes, .wouldBlock: return response
    case .end: throw state.hasReceived ? .responseTruncated : .closedBeforeResponse
    case .failed(let error): throw state.hasReceived ? .responseTruncated : error
    }
  }

  /// Reads heads from the front of `bytes` and keeps what is no whole head.
  private func read(
    _ bytes: Span<UInt8>, _ request: borrowing ClientRequest
  ) throws(HTTPClientError) -> FetchedResponse? {
    var position = 0
    var head = ResponseHead(status: 0)
    while position < bytes.count {
      let rest = bytes.extracting(position..<bytes.count)
      guard let length = try parse(rest, request.head.method, &head) else {
        partialHead.append(rest)
        return nil
      }
      position += length
      switch state.receive(status: head.status, framing: parser.framing) {
      case .invalid(let reason): throw .responseInvalid(reason.description)
      case .proceed: upload?.proceed()
      case .interim: request.interim?(head)
      case .upgraded:
        return upgrade(head, bytes.extracting(position..<bytes.count), request)
      case .final(let stopsUpload):
        if stopsUpload { stopUpload() }
        // An origin that answers at once may not have sent 100: the body is wanted all the same.
        upload?.proceed()
        return try respond(
          head, bytes.extracting(position..<bytes.count), request)
      }
    }
    return nil
  }

  private func parse(
    _ bytes: Span<UInt8>, _ method: HTTPMethod, _ head: inout ResponseHead
  ) throws(HTTPClientError) -> Int? {
    do throws(HTTPParseError) {
      return try parser.parse(bytes, for: method, into: &head)
    } catch {
      throw .responseMalformed(error)
    }
  }

  // MARK: - The response's body

  /// The response to a complete head, behind which `rest` came along.
  private func respond(
    _ head: ResponseHead, _ rest: Span<UInt8>, _ request: borrowing ClientRequest
  ) throws(HTTPClientError) -> FetchedResponse {
    let framing = parser.framing.body
    let announced = head.fields.withFirst(.contentLength) { $0.decimal } ?? nil
    switch framing {
    case .none:
      if rest.count > 0 { state.receivedSurplus() }
      responseEnded()
      return FetchedResponse(head: head, body: .none, contentLength: announced)
    case .length(let length) where UInt64(rest.count) >= length:
      if UInt64(rest.count) > length { state.receivedSurplus() }
      let body = Bytes(copying: rest.extracting(0..<Int(length)))
      responseEnded()
      return FetchedResponse(
        head: head, body: body.isEmpty ? .none : .bytes(body), contentLength: length)
    case .length, .chunked, .untilClose:
      let source = HTTP1ResponseBody(
        self, framing: framing, patience: request.timeouts.betweenBytes)
      try source.receive(rest)
      if let whole = source.takeWhole() {
        return FetchedResponse(
          head: head, body: whole.isEmpty ? .none : .bytes(whole),
          contentLength: UInt64(whole.count))
      }
      return FetchedResponse(head: head, body: .stream(source), contentLength: announced)
    }
  }

  /// 101: from here on both directions are bytes as they are (RFC 9110 section 7.8).
  private func upgrade(
    _ head: ResponseHead, _ rest: Span<UInt8>, _ request: borrowing ClientRequest
  ) -> FetchedResponse {
    let source = HTTP1ResponseBody(
      self, framing: .untilClose, patience: HTTPClientLimits.upgradedIdle, isUpgraded: true)
    source.receiveRaw(rest)
    if let input = request.upgradedInput {
      let upload = RequestUpload(input, framing: .raw, on: self, awaitsContinue: false)
      self.upload = upload
      upload.start()
    }
    return FetchedResponse(head: head, body: .stream(source), contentLength: nil)
  }
}
