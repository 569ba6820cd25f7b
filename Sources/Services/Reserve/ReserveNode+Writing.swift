// What is written to the object store and removed from it.

import Exchange
import HTTP
import Primitives
import Runtime

extension ReserveNode {
  /// The field of an object that tells what it holds without reading it (`ObjectHeader.stamp`).
  private static let stampField = "x-amz-meta-skerry"

  /// Does a job. When to try it again, if it has to be.
  func write(_ job: WriteJob, _ parker: Parker) async -> Instant? {
    guard let reserve, job.isRemoval || !reserve.isClosed else { return nil }
    do throws(StoreFault) {
      switch job.work {
      case .put(let record, let name): try await put(record, name, job, parker, in: reserve)
      case .refresh(let name, let stamp):
        try await refresh(name, stamp, parker)
        reserve.figuresSoFar.withLock { $0.refreshed += 1 }
      case .discard(let name):
        _ = try await persist(StoreRequest(.delete, Array(name.text.utf8)), parker)
        reserve.figuresSoFar.withLock { $0.discarded += 1 }
      case .remove:
        // It goes on behind what waits, and nothing of the target is found until it is over.
        if try await !remove(job, parker, in: reserve) { return loop.now }
      }
      return nil
    } catch {
      reserve.count(error, isLook: false)
      reserve.figuresSoFar.withLock { figures in
        if job.isRemoval { figures.removalFailures += 1 } else { figures.dropped += 1 }
      }
      return job.isRemoval ? loop.now + ReserveLimits.removalRest : nil
    }
  }

  private func put(
    _ record: ReservedRecord, _ name: ObjectName, _ job: WriteJob, _ parker: Parker,
    in reserve: Reserve
  ) async throws(StoreFault) {
    guard
      let header = await ReservedObject.header(
        of: record, named: name, written: loop.wallTime, parker), let stamp = header.stamp
    else { throw .unsigned }
    let present = try await persist(StoreRequest(.head, Array(name.text.utf8)), parker)
    if present.isSuccess, present.value(of: Self.stampField) == Array(stamp.utf8) {
      if age(of: present) > configuration.retentionSeconds / 2 {
        try await refresh(name, stamp, parker)
      }
      return reserve.figuresSoFar.withLock { $0.unchanged += 1 }
    }
    guard let sealed = await ReservedObject.seal(record, header, parker) else { throw .unsigned }
    // It was removed meanwhile: what is under way is what the removal waits for. Or a newer one has come.
    guard !reserve.isClosed,
      !reserve.queue.withLock({ $0.isRemoved(job.target, of: job.zone) }),
      !reserve.isVoid(name, record, written: header.written)
    else { return }
    var request = StoreRequest(.put, Array(name.text.utf8))
    request.fields = fields(stamp)
    request.body = sealed.bytes
    request.bodyDigest = sealed.digest
    _ = try await persist(request, parker)
    reserve.absent.withLock { $0.forget(name) }
    reserve.figuresSoFar.withLock { figures in
      figures.written += 1
      figures.bytesWritten += UInt64(sealed.bytes.count)
    }
  }

  /// Copies an object onto itself, which makes it new to the store.
  private func refresh(
    _ name: ObjectName, _ stamp: String, _ parker: Parker
  ) async throws(StoreFault) {
    var request = StoreRequest(.put, Array(name.text.utf8))
    request.fields = fields(stamp)
    let source = request.path(bucket: configuration.bucket)
    request.fields.append(("x-amz-copy-source", source))
    request.fields.append(("x-amz-metadata-directive", Array("REPLACE".utf8)))
    let answer = try await persist(request, parker)
    // A copy may fail behind its head.
    if !answer.code.isEmpty { throw .failing(status: answer.status, code: answer.code) }
  }

  /// Deletes all objects of a target: the one that most have by its name, since a list may lag behind in
  /// some stores, and whatever the list has. False if there is more.
  private func remove(
    _ job: WriteJob, _ parker: Parker, in reserve: Reserve
  ) async throws(StoreFault) -> Bool {
    if let own = job.target.split(separator: "/").last {
      let name = StoreRequest(.delete, Array((job.target + own).utf8))
      _ = try await persist(name, parker)
    }
    return try await Self.clear(job.target) { () async throws(StoreFault) in
      var list = StoreRequest(.get, [])
      list.query = [
        ("list-type", "2"), ("prefix", job.target),
        ("max-keys", "\(ReserveLimits.listedObjects)"),
      ]
      let answer = try await persist(list, parker)
      guard let document = answer.body.withSpan({ StoreDocument($0) }) else { throw .malformed }
      return document
    } delete: { (name) async throws(StoreFault) in
      _ = try await persist(StoreRequest(.delete, Array(name.utf8)), parker)
      reserve.figuresSoFar.withLock { $0.removed += 1 }
    }
  }

  /// Deletes what the lists of a target have, as far as one turn goes; false if there is more.
  static func clear(
    _ target: String, list: () async throws(StoreFault) -> StoreDocument,
    delete: (String) async throws(StoreFault) -> Void
  ) async throws(StoreFault) -> Bool {
    var deleted: Set<String> = []
    for _ in 0..<ReserveLimits.listsOfRemoval {
      let document = try await list()
      let names = document.all("ListBucketResult/Contents/Key")
      let isNews = names.contains { !deleted.contains($0) }
      for name in names {
        guard name.hasPrefix(target) else { throw .malformed }
        try await delete(name)
        deleted.insert(name)
      }
      guard document.first("ListBucketResult/IsTruncated") == "true" else { return true }
      // What is deleted and listed all the same needs a pause, or this would not end.
      guard isNews else { throw .malformed }
    }
    return false
  }

  private func fields(_ stamp: String) -> [(name: String, value: [UInt8])] {
    [
      ("content-type", Array("application/octet-stream".utf8)),
      (Self.stampField, Array(stamp.utf8)),
    ]
  }

  /// Asks with patience, and again after a pause if the store fails.
  private func persist(
    _ request: StoreRequest, _ parker: Parker
  ) async throws(StoreFault) -> StoreAnswer {
    let patience = StoreClient.Patience(
      head: ReserveLimits.patience, body: ReserveLimits.patience)
    var pause = ReserveLimits.backoff
    for _ in 1..<ReserveLimits.attempts {
      do throws(StoreFault) { return try await client.answer(request, patience, parker) } catch {
        if case .refused = error { throw error }
        guard error.blamesEndpoint || error.isBrief else { throw error }
      }
      let jitter = UInt64.random(in: 0...pause.wholeNanoseconds / 2)
      let until = (loop.now + pause).advanced(byNanoseconds: jitter)
      while await parker.park(until: until) == .woken {}
      pause = pause * 2
    }
    return try await client.answer(request, patience, parker)
  }
}

extension StoreFault {
  /// Whether it may be over soon, though nobody is to blame.
  fileprivate var isBrief: Bool {
    switch self {
    case .resting, .busy: true
    default: false
    }
  }
}

extension Reserve {
  /// Counts why a request came to nothing.
  func count(_ fault: StoreFault, isLook: Bool = true) {
    figuresSoFar.withLock { figures in
      switch fault {
      case .refused: figures.refused += 1
      case .cancelled: break
      case .timedOut: figures.timeouts += 1
      case .resting where isLook: figures.resting += 1
      case .busy where isLook: figures.busy += 1
      case .resting, .busy: break
      default: figures.failures += 1
      }
    }
  }

  /// Counts an object that was not used.
  func count(_ flaw: ReservedObject.Flaw) {
    figuresSoFar.withLock { figures in
      switch flaw {
      case .truncated: figures.truncated += 1
      case .altered: figures.altered += 1
      case .foreign: figures.foreign += 1
      }
    }
  }
}
