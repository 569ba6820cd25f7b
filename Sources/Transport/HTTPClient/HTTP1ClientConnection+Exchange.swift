// One exchange: the request out, the response's head in.

import Exchange
import HTTP
import Primitives
import Runtime

extension HTTP1ClientConnection {
  /// Sends `request`, which is lent (see `Exchange`); `receiver` hears of its response later. Throws if
  /// that is settled at once: the request can't be written, or the connection is broken and closed by now.
  package func begin(
    _ request: inout ClientRequest, for receiver: any ClientResponseReceiver
  ) throws(HTTPClientError) {
    noteBegin()
    var isStreamed = false
    if case .stream = request.body { isStreamed = true }
    let asksUpgrade = request.upgradedInput != nil
    state.begin(hasStreamedBody: isStreamed, asksUpgrade: asksUpgrade)
    do throws(HTTPClientError) {
      try sendHead(&request, connection: asksUpgrade ? .upgrade : .keepAlive)
    } catch {
      fail(error)
      throw failure ?? error
    }
    pending = PendingResponse(to: &request, for: receiver)
    if case .stream(let source, let length) = request.body {
      let upload = RequestUpload(
        source, length: length, to: HTTP1Upload(length == nil ? .chunked : .length, on: self),
        awaitsContinue: request.awaitsContinue)
      self.upload = upload
      upload.start()
    }
    watchHead()
  }

  /// Gives the exchange up that waits for its head; the receiver hears of it.
  package func cancel() { fail(.cancelled) }

  @inline(never)
  private func sendHead(
    _ request: inout ClientRequest, connection kind: HTTP1HeadWriter.Connection
  ) throws(HTTPClientError) {
    var output: [UInt8] = []
    swap(&output, &connection.loop.requestOutput)
    defer {
      output.removeAll(keepingCapacity: true)
      swap(&output, &connection.loop.requestOutput)
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
    watchHead()
  }

  // MARK: - Waiting for the head

  /// How long the head may still take. The time counts from the last byte of the request; while the
  /// client is slow with it, the origin owes nothing.
  private var patience: Duration? {
    guard let pending else { return nil }
    return state.request == .sending ? pending.timeouts.betweenBytes : pending.timeouts.firstByte
  }

  /// Looks again when the head is due. A deadline that is there already and comes first stays.
  private func watchHead() {
    guard let patience else { return }
    let due = progressAt + patience
    if connection.deadline > due { connection.setDeadline(due) }
  }

  /// The time has come to look whether the head is late.
  func checkHead() {
    guard let patience else { return }
    if upload?.awaitsSource == true { progressAt = connection.loop.now }
    guard connection.loop.now >= progressAt + patience else { return watchHead() }
    fail(state.request == .sending ? .writeTimedOut : .firstByteTimedOut)
  }

  /// Receives while the head has not come and something may be there.
  func receiveHead() {
    var receptions = HTTPClientLimits.headReceptionsPerTurn
    while pending != nil, connection.mayReceive {
      guard receptions > 0 else { return connection.enqueue() }
      receptions -= 1
      do throws(HTTPClientError) {
        try receiveOnce()
        guard let arrived = arrived.take(), let answered = pending.take() else { continue }
        var response = FetchedResponse(
          head: ResponseHead(status: 0), body: arrived.body, contentLength: arrived.contentLength)
        swap(&head, &response.head)
        answered.receiver.responseCame(&response)
        // Whatever the receiver left of the head's memory is for the next one.
        swap(&head, &response.head)
      } catch {
        fail(error)
      }
    }
  }

  /// Receives once; `arrived` is there when the head is complete.
  private func receiveOnce() throws(HTTPClientError) {
    let reception = try connection.receiveOnce(
      atMost: HTTPClientLimits.headReadBytes
    ) { (bytes) throws(HTTPClientError) in
      state.hasReceived = true
      if partialHead.isEmpty {
        try read(bytes)
      } else {
        var head: [UInt8] = []
        swap(&head, &partialHead)
        head.append(bytes)
        try read(head.span)
      }
    }
    switch reception {
    case .bytes, .wouldBlock: break
    case .end: throw state.hasReceived ? .responseTruncated : .closedBeforeResponse
    case .failed(let error): throw state.hasReceived ? .responseTruncated : error
    }
  }

  /// Reads heads from the front of `bytes` and keeps what is no whole head.
  private func read(_ bytes: Span<UInt8>) throws(HTTPClientError) {
    // Not the whole, whose references would be counted.
    guard let method = pending?.method, let timeouts = pending?.timeouts else { return }
    var position = 0
    while position < bytes.count {
      let rest = bytes.extracting(position..<bytes.count)
      guard let length = try parse(rest, method) else {
        return partialHead.append(rest)
      }
      position += length
      switch state.receive(status: head.status, framing: parser.framing) {
      case .invalid(let reason): throw .responseInvalid(reason.description)
      case .proceed: upload?.proceed()
      case .interim:
        pending?.receiver.interimCame(head)
        // Whoever hears of it may have given the exchange up.
        guard pending != nil else { return }
      case .upgraded:
        arrived = upgrade(bytes.extracting(position..<bytes.count))
        return
      case .final(let stopsUpload):
        if stopsUpload { stopUpload() }
        // An origin that answers at once may not have sent 100: the body is wanted all the same.
        upload?.proceed()
        arrived = try respond(bytes.extracting(position..<bytes.count), timeouts)
        return
      }
    }
  }

  private func parse(
    _ bytes: Span<UInt8>, _ method: HTTPMethod
  ) throws(HTTPClientError) -> Int? {
    do throws(HTTPParseError) {
      return try parser.parse(bytes, for: method, into: &head)
    } catch {
      throw .responseMalformed(error)
    }
  }

  // MARK: - The response's body

  /// What came with the complete head, behind which `rest` came along.
  private func respond(
    _ rest: Span<UInt8>, _ timeouts: ClientTimeouts
  ) throws(HTTPClientError) -> ArrivedResponse {
    let framing = parser.framing.body
    switch framing {
    case .none:
      if rest.count > 0 { state.receivedSurplus() }
      responseEnded()
      return ArrivedResponse(.none, announced)
    case .length(let length) where UInt64(rest.count) >= length:
      if UInt64(rest.count) > length { state.receivedSurplus() }
      let body = connection.loop.spareBlock.copy(rest.extracting(0..<Int(length)))
      responseEnded()
      return ArrivedResponse(body.isEmpty ? .none : .bytes(body), length)
    case .length, .chunked, .untilClose:
      let source = HTTP1ResponseBody(self, framing: framing, patience: timeouts.betweenBytes)
      try source.receive(rest)
      if let whole = source.takeWhole() {
        return ArrivedResponse(whole.isEmpty ? .none : .bytes(whole), UInt64(whole.count))
      }
      return ArrivedResponse(.stream(source), announced)
    }
  }

  private var announced: UInt64? { head.fields.withFirst(.contentLength) { $0.decimal } ?? nil }

  /// 101: from here on both directions are bytes as they are (RFC 9110 section 7.8).
  private func upgrade(_ rest: Span<UInt8>) -> ArrivedResponse {
    let source = HTTP1ResponseBody(
      self, framing: .untilClose, patience: HTTPClientLimits.upgradedIdle, isUpgraded: true)
    source.receiveRaw(rest)
    if let input = pending?.upgradedInput {
      let upload = RequestUpload(
        input, length: nil, to: HTTP1Upload(.raw, on: self), awaitsContinue: false)
      self.upload = upload
      upload.start()
    }
    return ArrivedResponse(.stream(source), nil)
  }
}
