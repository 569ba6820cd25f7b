// Sockets on loops.

import Primitives
import Runtime
import Testing

@Suite("Channels")
struct ChannelTests {
  @Test("bytes that the kernel does not take at once arrive complete and in order")
  func backPressure() async throws {
    let total = 8 << 20
    let received = await SharedRuntime.run { lane in
      guard let pair = try? Connect.pair() else { return -1 }
      let sender = SendingChannel(descriptor: pair.0, on: lane)
      let receiver = CountingChannel(descriptor: pair.1, on: lane)
      guard (try? sender.register()) != nil, (try? receiver.register()) != nil else { return -2 }
      sender.queue.append(Bytes((0..<total).map { UInt8(truncatingIfNeeded: $0 % 251) }))
      sender.enqueue()
      let parker = Parker(on: lane)
      while receiver.count < total && !receiver.isWrong { await parker.yield() }
      sender.close()
      receiver.close()
      return receiver.isWrong ? -3 : receiver.count
    }
    #expect(received == total)
  }

  @Test("bytes in memory and in files of memory are sent complete and in order")
  func fileBytes() async {
    let piece = 300_000
    let received = await SharedRuntime.run { lane in
      guard let pair = try? Connect.pair() else { return -1 }
      let sender = SendingChannel(descriptor: pair.0, on: lane)
      let receiver = CountingChannel(descriptor: pair.1, on: lane)
      guard (try? sender.register()) != nil, (try? receiver.register()) != nil else { return -2 }
      for index in 0..<12 {
        let bytes = Bytes(
          (0..<piece).map { UInt8(truncatingIfNeeded: ($0 + index * piece) % 251) })
        guard index % 3 > 0 else {
          sender.queue.append(bytes)
          continue
        }
        guard let file = MemoryFile(), bytes.withSpan({ file.append($0) }),
          let inFile = file.bytes()
        else { return -3 }
        sender.queue.append(inFile.slice(0..<1000))
        sender.queue.append(inFile.dropFirst(1000))
      }
      sender.enqueue()
      let parker = Parker(on: lane)
      while receiver.count < 12 * piece && !receiver.isWrong { await parker.yield() }
      sender.close()
      receiver.close()
      return receiver.isWrong ? -4 : receiver.count
    }
    #expect(received == 12 * piece)
  }

  @Test("a file of memory has the same bytes as what was written to it", arguments: [1, 5 << 20])
  func memoryFile(count: Int) throws {
    let source = Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 % 251) })
    let file = try #require(MemoryFile())
    #expect(source.slice(0..<count / 2).withSpan { file.append($0) })
    #expect(source.dropFirst(count / 2).withSpan { file.append($0) })
    let bytes = try #require(file.bytes())
    #expect(bytes.count == count && bytes.file >= 0 && bytes.retainedBytes == count)
    #expect(bytes.dropFirst(count / 2).fileOffset == count / 2)
    #expect(bytes.array() == source.array())
  }

  @Test("a listener accepts, and a closed peer is seen as the end")
  func acceptAndEnd() async throws {
    let seen = await SharedRuntime.run { lane in
      let loop = SharedRuntime.loop
      let address = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
      guard let descriptor = try? Listener.listen(on: address) else { return "no listener" }
      let accepted = Shared<CountingChannel?>(nil)
      let listener = Listener(descriptor: descriptor, loop: loop) { descriptor, _ in
        let channel = CountingChannel(descriptor: descriptor, on: lane)
        accepted.value = channel
        _ = try? channel.register()
      }
      guard (try? listener.register()) != nil else { return "not registered" }
      guard let client = try? Connect.start(to: listener.address) else { return "no client" }
      let channel = Channel(descriptor: client, on: lane)
      let parker = Parker(on: lane)
      while accepted.value == nil { await parker.yield() }
      channel.close()
      while accepted.value?.hasEnded == false { await parker.yield() }
      accepted.value?.close()
      listener.close()
      return "end"
    }
    #expect(seen == "end")
  }

  @Test("a listener that finishes accepts what waits in the kernel's queue, and closes")
  func finish() async throws {
    let seen = await SharedRuntime.run { lane in
      let address = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
      guard let descriptor = try? Listener.listen(on: address) else { return "no listener" }
      let listener = Listener(descriptor: descriptor, loop: SharedRuntime.loop) { descriptor, _ in
        Channel(descriptor: descriptor, on: lane).close()
      }
      guard (try? listener.register()) != nil else { return "not registered" }
      // The loop has no turn meanwhile: they are in the queue.
      let clients = (0..<50).compactMap { _ in
        (try? Connect.start(to: listener.address)).map { Channel(descriptor: $0, on: lane) }
      }
      listener.finish()
      let parker = Parker(on: lane)
      while listener.isOpen { await parker.yield() }
      for client in clients { client.close() }
      return "\(listener.acceptedCount) of \(clients.count)"
    }
    #expect(seen == "50 of 50")
  }
}

private final class SendingChannel: Channel {
  var queue = OutputQueue()

  override func ready() {
    if case .more = queue.flush(to: self) { enqueue() }
  }
}

private final class CountingChannel: Channel {
  var count = 0
  var isWrong = false
  var hasEnded = false

  override func ready() {
    guard isOpen else { return }
    switch receive() {
    case .bytes(let length):
      loop.withInput(length) { bytes in
        for index in 0..<bytes.count
        where bytes[index] != UInt8(truncatingIfNeeded: (count + index) % 251) { isWrong = true }
      }
      count += length
      enqueue()
    case .end: hasEnded = true
    case .wouldBlock: break
    case .failed: isWrong = true
    }
  }
}
