// A table of raw frames and what must come of them, after the sections of RFC 9113.

/// The cases of `StrictnessTests`; the preface and both SETTINGS come before each.
enum StrictnessCases {
  typealias Case = StrictnessTests.Case
  typealias Build = FrameBuilder

  static let protocolError: UInt32 = 1
  static let flowControl: UInt32 = 3
  static let streamClosed: UInt32 = 5
  static let frameSize: UInt32 = 6
  static let compression: UInt32 = 9

  static let all =
    generic + framing + states + identifiers + priorities + frames + windows
    + settings + messages + contentLengths

  static let open = Build.headers(1, Build.post(), endStream: false)

  static let generic: [Case] = [
    Case("a GET is answered", .response(1), Build.headers(1)),
    Case("a POST is answered", .response(1), open + Build.data(1, [1, 2], endStream: true)),
    Case(
      "trailers are taken", .response(1),
      open + Build.data(1, [1]) + Build.headers(1, [("x-sum", "1")])),
    Case(
      "a header block over several frames", .response(1),
      Build.headers(1, endHeaders: false)
        + Build.continuation(1, Build.field("x-a", "1"), endHeaders: false)
        + Build.continuation(1, Build.field("x-b", "2"), endHeaders: true)),
    Case("an unknown frame is ignored", .alive, Build.frame(0x16, flags: 255, stream: 0, [1, 2])),
    Case("an unknown frame on an idle stream", .alive, Build.frame(0x42, stream: 77, [1])),
    Case(
      "padding is taken off", .response(1),
      open + Build.frame(0, flags: 9, stream: 1, [3, 65, 66, 0, 0, 0])),
    Case("the reserved bit is ignored", .response(1), Build.headers(0x8000_0001)),
    Case(
      "undefined flags are ignored", .alive,
      Build.frame(6, flags: 0xfe, stream: 0, [0, 0, 0, 0, 0, 0, 0, 0])),
  ]

  static let framing: [Case] = [
    // 4.2
    Case(
      "4.2 DATA above the frame size", .connection([frameSize]),
      open + Build.data(1, Array(repeating: 0, count: 16_385))),
    Case(
      "4.2 HEADERS above the frame size", .connection([frameSize]),
      Build.frame(1, flags: 5, stream: 1, Array(repeating: 0, count: 16_385))),
    // 4.3
    Case(
      "4.3 a broken header block", .connection([compression]),
      Build.frame(1, flags: 5, stream: 1, [0x40])),
    Case(
      "4.3 an index outside the table", .connection([compression]),
      Build.frame(1, flags: 5, stream: 1, [0xff, 0xff, 0x7f])),
    Case(
      "4.3 PRIORITY within a header block", .connection([protocolError]),
      Build.headers(1, endHeaders: false) + Build.priority(1, on: 0)),
    Case(
      "4.3 HEADERS of another stream within a header block", .connection([protocolError]),
      Build.headers(1, endHeaders: false) + Build.headers(3)),
    Case(
      "6.10 an unknown frame within a header block", .connection([protocolError]),
      Build.headers(1, endHeaders: false) + Build.frame(0x16, stream: 1)),
    Case(
      "6.10 CONTINUATION on another stream", .connection([protocolError]),
      Build.headers(1, endHeaders: false) + Build.continuation(3, [], endHeaders: true)),
    Case(
      "6.10 CONTINUATION on stream 0", .connection([protocolError]),
      Build.headers(1, endHeaders: false) + Build.continuation(0, [], endHeaders: true)),
    Case(
      "6.10 CONTINUATION after END_HEADERS", .connection([protocolError]),
      open + Build.continuation(1, [], endHeaders: true)),
    Case(
      "6.10 CONTINUATION after CONTINUATION with END_HEADERS", .connection([protocolError]),
      Build.headers(1, endStream: false, endHeaders: false)
        + Build.continuation(1, [], endHeaders: true) + Build.continuation(1, [], endHeaders: true)),
    Case(
      "6.10 CONTINUATION after DATA", .connection([protocolError]),
      open + Build.data(1, [1]) + Build.continuation(1, [], endHeaders: true)),
    // RFC 7541
    Case(
      "HPACK 4.2 a table size update at the end", .connection([compression]),
      Build.frame(1, flags: 5, stream: 1, [0x82, 0x87, 0x84, 0x01, 1, 97, 0x20])),
    Case(
      "HPACK 6.3 a table size update above the limit", .connection([compression]),
      Build.frame(1, flags: 5, stream: 1, [0x3f, 0xe2, 0x1f, 0x82, 0x87, 0x84, 0x01, 1, 97])),
    Case(
      "HPACK 6.1 index 0", .connection([compression]), Build.frame(1, flags: 5, stream: 1, [0x80])),
    Case(
      "HPACK 5.2 Huffman padding longer than 7 bits", .connection([compression]),
      Build.frame(
        1, flags: 5, stream: 1, Build.block(Build.requestFields) + [0, 1, 97, 0x82, 0xff, 0xff])),
    Case(
      "HPACK 5.2 Huffman padding with zeros", .connection([compression]),
      Build.frame(
        1, flags: 5, stream: 1, Build.block(Build.requestFields) + [0, 1, 97, 0x81, 0x00])),
    Case(
      "HPACK 5.2 Huffman EOS", .connection([compression]),
      Build.frame(
        1, flags: 5, stream: 1,
        Build.block(Build.requestFields) + [0, 1, 97, 0x84, 0xff, 0xff, 0xff, 0xff])),
  ]

  static let states: [Case] = [
    // 5.1 idle
    Case("5.1 DATA on an idle stream", .connection([protocolError]), Build.data(1, [1])),
    Case("5.1 RST_STREAM on an idle stream", .connection([protocolError]), Build.reset(1)),
    Case(
      "5.1 WINDOW_UPDATE on an idle stream", .connection([protocolError]), Build.windowUpdate(1, 1)),
    Case(
      "5.1 CONTINUATION on an idle stream", .connection([protocolError]),
      Build.continuation(1, [], endHeaders: true)),
    Case("5.1 PRIORITY on an idle stream", .alive, Build.priority(1, on: 0)),
    // 5.1 half-closed (remote): the request has ended, the response not yet.
    Case("5.1 DATA after END_STREAM", .stream(streamClosed), Build.headers(1) + Build.data(1, [1])),
    Case(
      "5.1 empty DATA after END_STREAM", .stream(streamClosed),
      Build.headers(1) + Build.data(1, [], endStream: true)),
    Case(
      "5.1 HEADERS after END_STREAM", .stream(streamClosed), Build.headers(1) + Build.headers(1)),
    Case(
      "5.1 CONTINUATION after END_STREAM", .connection([protocolError, streamClosed]),
      Build.headers(1) + Build.continuation(1, [], endHeaders: true)),
    Case(
      "5.1 WINDOW_UPDATE, PRIORITY after END_STREAM", .response(1),
      Build.headers(1) + Build.windowUpdate(1, 1) + Build.priority(1, on: 3)),
    // 5.1 closed by RST_STREAM of the peer
    Case(
      "5.1 DATA after RST_STREAM", .stream(streamClosed), open + Build.reset(1) + Build.data(1, [1])
    ),
    Case(
      "5.1 HEADERS after RST_STREAM", .stream(streamClosed),
      open + Build.reset(1) + Build.headers(1)),
    Case(
      "5.1 CONTINUATION after RST_STREAM", .connection([protocolError, streamClosed]),
      open + Build.reset(1) + Build.continuation(1, [], endHeaders: true)),
    Case(
      "5.1 WINDOW_UPDATE, PRIORITY, RST_STREAM after RST_STREAM", .alive,
      open + Build.reset(1) + Build.windowUpdate(1, 1) + Build.priority(1, on: 0) + Build.reset(1)),
  ]

  static let identifiers: [Case] = [
    Case("5.1.1 an even stream", .connection([protocolError]), Build.headers(2)),
    Case(
      "5.1.1 a smaller stream that was passed over", .connection([protocolError]),
      Build.headers(5) + Build.headers(3)),
    Case("5.1.1 a gap is no fault", .response(7), Build.headers(3) + Build.headers(7)),
    Case(
      "5.1.1 DATA on a stream that was passed over", .connection([streamClosed, protocolError]),
      Build.headers(5) + Build.data(3, [1])),
    Case("6.1 DATA on stream 0", .connection([protocolError]), Build.data(0, [1])),
    Case("6.2 HEADERS on stream 0", .connection([protocolError]), Build.headers(0)),
    Case("6.3 PRIORITY on stream 0", .connection([protocolError]), Build.priority(0, on: 1)),
    Case("6.4 RST_STREAM on stream 0", .connection([protocolError]), Build.reset(0)),
    Case("6.5 SETTINGS on a stream", .connection([protocolError]), Build.settings([], stream: 1)),
    Case(
      "6.7 PING on a stream", .connection([protocolError]),
      Build.frame(6, stream: 1, Array(repeating: 0, count: 8))),
    Case(
      "6.8 GOAWAY on a stream", .connection([protocolError]),
      Build.frame(7, stream: 1, Array(repeating: 0, count: 8))),
  ]

  static let priorities: [Case] = [
    Case("5.3.1 PRIORITY on itself", .stream(protocolError), Build.priority(1, on: 1)),
    Case(
      "5.3.1 HEADERS on itself", .stream(protocolError),
      Build.frame(
        1, flags: 0x25, stream: 1, Build.word(1) + [15] + Build.block(Build.requestFields))),
    Case(
      "HEADERS with priority", .response(1),
      Build.frame(
        1, flags: 0x25, stream: 1, Build.word(0) + [15] + Build.block(Build.requestFields))),
    Case(
      "RFC 9218 PRIORITY_UPDATE", .response(1),
      Build.frame(0x10, stream: 0, Build.word(1) + Array("u=1, i".utf8)) + Build.headers(1)),
    Case(
      "RFC 9218 a priority field", .response(1),
      Build.headers(1, Build.requestFields + [("priority", "u=0")])),
    Case(
      "RFC 9218 PRIORITY_UPDATE on a stream", .connection([protocolError]),
      Build.frame(0x10, stream: 1, Build.word(1) + Array("u=1".utf8))),
  ]

  static let frames: [Case] = [
    Case(
      "6.1 DATA padding as long as the payload", .connection([protocolError]),
      open + Build.frame(0, flags: 8, stream: 1, [6, 1, 2, 3, 4, 5])),
    Case(
      "6.2 HEADERS padding as long as the payload", .connection([protocolError]),
      Build.frame(1, flags: 0xd, stream: 1, [200] + Build.block(Build.requestFields))),
    Case(
      "6.3 PRIORITY of the wrong size", .stream(frameSize),
      open + Build.frame(2, stream: 1, [0, 0, 0, 0])),
    Case(
      "6.4 RST_STREAM of the wrong size", .connection([frameSize]),
      open + Build.frame(3, stream: 1, [0, 0, 0])),
    Case(
      "6.6 PUSH_PROMISE from a client", .connection([protocolError]),
      open + Build.frame(5, flags: 4, stream: 1, Build.word(2) + Build.block(Build.requestFields))),
    Case(
      "6.7 PING of the wrong size", .connection([frameSize]), Build.frame(6, stream: 0, [1, 2, 3])),
    Case(
      "6.7 PING with ACK is not answered", .alive,
      Build.frame(6, flags: 1, stream: 0, Array(repeating: 0, count: 8))),
    Case(
      "6.8 GOAWAY too short", .connection([frameSize]), Build.frame(7, stream: 0, [0, 0, 0, 0])),
  ]

  static let windows: [Case] = [
    Case("6.9 an increment of 0", .connection([protocolError]), Build.windowUpdate(0, 0)),
    Case(
      "6.9 an increment of 0 on a stream", .stream(protocolError), open + Build.windowUpdate(1, 0)),
    Case(
      "6.9 WINDOW_UPDATE of the wrong size", .connection([frameSize]),
      Build.frame(8, stream: 0, [0, 0, 1])),
    Case(
      "6.9.1 the connection's window above 2^31-1", .connection([flowControl]),
      Build.windowUpdate(0, 0x7fff_ffff) + Build.windowUpdate(0, 0x7fff_ffff)),
    Case(
      "6.9.1 a stream's window above 2^31-1", .stream(flowControl),
      open + Build.windowUpdate(1, 0x7fff_ffff) + Build.windowUpdate(1, 0x7fff_ffff)),
    Case(
      "6.9.2 SETTINGS push a window above 2^31-1", .connection([flowControl]),
      open + Build.windowUpdate(1, 0x7fff_0000) + Build.settings([(4, 0x7fff_ffff)])),
  ]

  static let settings: [Case] = [
    Case(
      "6.5 SETTINGS ACK with a payload", .connection([frameSize]),
      Build.frame(4, flags: 1, stream: 0, [0, 0, 0, 0, 0, 0])),
    Case(
      "6.5 SETTINGS of the wrong size", .connection([frameSize]),
      Build.frame(4, stream: 0, [0, 3, 0])),
    Case("6.5.2 ENABLE_PUSH of 2", .connection([protocolError]), Build.settings([(2, 2)])),
    Case(
      "6.5.2 INITIAL_WINDOW_SIZE above 2^31-1", .connection([flowControl]),
      Build.settings([(4, 0x8000_0000)])),
    Case(
      "6.5.2 MAX_FRAME_SIZE below 2^14", .connection([protocolError]), Build.settings([(5, 16_383)])
    ),
    Case(
      "6.5.2 MAX_FRAME_SIZE above 2^24-1", .connection([protocolError]),
      Build.settings([(5, 1 << 24)])),
    Case("6.5.2 an unknown setting", .alive, Build.settings([(0xaa, 1)])),
    Case("6.5.3 the same setting twice", .alive, Build.settings([(4, 100), (4, 1)])),
  ]

  static let messages: [Case] = [
    Case(
      "8.2 an upper-case name", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("X-Test", "1")])),
    Case(
      "8.2.1 a space in a name", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("x test", "1")])),
    Case(
      "8.2.1 an empty name", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("", "1")])),
    Case(
      "8.2.1 a line feed in a value", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("x", "a\nb")])),
    Case(
      "8.2.1 a NUL in a value", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("x", "a\0b")])),
    Case(
      "8.2.1 white space around a value", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("x", " a")])),
    Case(
      "8.2.2 connection", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("connection", "keep-alive")])),
    Case(
      "8.2.2 keep-alive", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("keep-alive", "1")])),
    Case(
      "8.2.2 proxy-connection", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("proxy-connection", "close")])),
    Case(
      "8.2.2 transfer-encoding", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("transfer-encoding", "chunked")])),
    Case(
      "8.2.2 upgrade", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("upgrade", "h2c")])),
    Case(
      "8.2.2 te other than trailers", .stream(protocolError),
      Build.headers(1, Build.requestFields + [("te", "trailers, deflate")])),
    Case(
      "8.2.2 te: trailers", .response(1),
      Build.headers(1, Build.requestFields + [("te", "trailers")])),
    Case(
      "8.3 an unknown pseudo-header field", .stream(protocolError),
      Build.headers(1, Build.requestFields + [(":test", "1")])),
    Case(
      "8.3 a response's pseudo-header field", .stream(protocolError),
      Build.headers(1, Build.requestFields + [(":status", "200")])),
    Case(
      "8.3 a pseudo-header field after others", .stream(protocolError),
      Build.headers(
        1,
        [(":method", "GET"), (":scheme", "https"), (":path", "/"), ("x", "1"), (":authority", "a")])
    ),
    Case(
      "8.3 pseudo-header fields in trailers", .stream(protocolError),
      open + Build.headers(1, [(":method", "POST")])),
    Case(
      "8.3.1 an empty :path", .stream(protocolError),
      Build.headers(
        1, [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "")])),
    Case(
      "8.3.1 a :path without a slash", .stream(protocolError),
      Build.headers(
        1, [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "x")])),
    Case(
      "8.3.1 no :method", .stream(protocolError),
      Build.headers(1, Array(Build.requestFields.dropFirst()))),
    Case(
      "8.3.1 no :scheme", .stream(protocolError),
      Build.headers(1, [(":method", "GET"), (":authority", "a"), (":path", "/")])),
    Case(
      "8.3.1 no :path", .stream(protocolError),
      Build.headers(1, Array(Build.requestFields.dropLast()))),
    Case(
      "8.3.1 two :method", .stream(protocolError),
      Build.headers(1, [(":method", "GET")] + Build.requestFields)),
    Case(
      "8.3.1 two :path", .stream(protocolError),
      Build.headers(1, Build.requestFields + [(":path", "/b")])),
    Case(
      "8.3.1 two :scheme", .stream(protocolError),
      Build.headers(1, [(":scheme", "https")] + Build.requestFields)),
    Case(
      "8.1 a second HEADERS without END_STREAM", .stream(protocolError),
      open + Build.headers(1, [("x", "1")], endStream: false)),
    Case(
      "8.1 DATA after trailers", .stream(streamClosed),
      open + Build.headers(1, [("x", "1")]) + Build.data(1, [1])),
    Case(
      "8.5 CONNECT with a :path", .stream(protocolError),
      Build.headers(1, [(":method", "CONNECT"), (":authority", "a:1"), (":path", "/")])),
    Case(
      "8441 :protocol that was not offered", .stream(protocolError),
      Build.headers(
        1, [(":method", "CONNECT"), (":protocol", "websocket")] + Build.requestFields.dropFirst())),
  ]

  static let contentLengths: [Case] = [
    Case(
      "8.1.1 content-length above one DATA", .stream(protocolError),
      Build.headers(1, Build.post([("content-length", "10")]), endStream: false)
        + Build.data(1, [1], endStream: true)),
    Case(
      "8.1.1 content-length below one DATA", .stream(protocolError),
      Build.headers(1, Build.post([("content-length", "1")]), endStream: false)
        + Build.data(1, [1, 2], endStream: true)),
    Case(
      "8.1.1 content-length and several DATA", .stream(protocolError),
      Build.headers(1, Build.post([("content-length", "5")]), endStream: false)
        + Build.data(1, [1, 2]) + Build.data(1, [3], endStream: true)),
    Case(
      "8.1.1 content-length and no DATA", .stream(protocolError),
      Build.headers(1, Build.post([("content-length", "5")]))),
    Case(
      "8.1.1 content-length before trailers", .stream(protocolError),
      Build.headers(1, Build.post([("content-length", "5")]), endStream: false) + Build.data(1, [1])
        + Build.headers(1, [("x", "1")])),
    Case(
      "two content-length", .stream(protocolError),
      Build.headers(
        1, Build.post([("content-length", "1"), ("content-length", "1")]), endStream: false)),
    Case(
      "a content-length that is no number", .stream(protocolError),
      Build.headers(1, Build.post([("content-length", "+1")]), endStream: false)),
    Case(
      "content-length as sent", .response(1),
      Build.headers(1, Build.post([("content-length", "2")]), endStream: false) + Build.data(1, [1])
        + Build.data(1, [2], endStream: true)),
  ]
}
