import Tensor
import TestSupport
import Testing

/// Where tensors' memory comes from. Processes of their own: the figures are those of the process.
@Suite("Storage")
struct StorageTests {
  private static let mebibyte = 1 << 18  // scalars

  @Test("What small buffers leave serves a large one, and the other way round")
  func freeNeighboursJoin() async {
    await #expect(processExitsWith: .success) {
      var buffers = (0..<32).map { _ in Storage(count: StorageTests.mebibyte) }
      let requests = MemoryStatistics.current.systemAllocations
      buffers.removeAll()
      for sizes in [[32], [5, 20, 7], [1, 30, 1], [32]] {
        buffers = sizes.map { Storage(count: $0 * StorageTests.mebibyte) }
        buffers.removeAll()
      }
      #expect(MemoryStatistics.current.systemAllocations == requests)
      #expect(MemoryStatistics.current.liveBytes == 0)
      MemoryStatistics.trim()
      #expect(MemoryStatistics.current.cachedBytes == 0)
      let again = Storage(count: StorageTests.mebibyte)
      #expect(MemoryStatistics.current.systemAllocations > requests, "memory that was given back is asked for again")
      again.pointer.update(repeating: 1, count: again.count)
    }
  }

  @Test("Buffers of all sizes are aligned, apart, and keep what is written to them")
  func buffersAreApart() async {
    await #expect(processExitsWith: .success) {
      var random = RandomSource(seed: 4)
      var held: [(storage: Storage, mark: Float)] = []
      var asked = 0
      for turn in 0..<4000 {
        if held.count > 60 || (!held.isEmpty && random.integer(below: 3) == 0) {
          let (storage, mark) = held.remove(at: random.integer(below: held.count))
          #expect(storage.pointer[0] == mark && storage.pointer[storage.count - 1] == mark)
          asked -= storage.count * 4
        } else {
          let count = 1 + random.integer(below: 1 << (4 + random.integer(below: 15)))
          let storage = Storage(count: count)
          #expect(Int(bitPattern: storage.pointer) % 64 == 0)
          storage.pointer[0] = Float(turn)
          storage.pointer[count - 1] = Float(turn)
          held.append((storage, Float(turn)))
          asked += count * 4
        }
        #expect(MemoryStatistics.current.liveBytes >= asked)
      }
      let ranges = held.map { (UInt(bitPattern: $0.storage.pointer), UInt($0.storage.count * 4)) }
        .sorted { $0.0 < $1.0 }
      for (a, b) in zip(ranges, ranges.dropFirst()) { #expect(a.0 + a.1 <= b.0) }
    }
  }

  /// Activations shrink by halves and weights grow: every layer has buffers of other sizes.
  @Test("A training step makes the process keep little more than its tensors hold at the peak")
  func littleIsIdle() async {
    await #expect(processExitsWith: .success) {
      ThreadPool.threadCount = 1
      var random = RandomSource(seed: 5)
      var network = Sequential {
        Convolution2D(3, 32, kernel: 3, padding: 1, bias: false)
        BatchNormalization(32)
        ReLU()
        Convolution2D(32, 64, kernel: 3, padding: 1, bias: false)
        BatchNormalization(64)
        ReLU()
        MaxPool2D(2)
        Convolution2D(64, 128, kernel: 3, padding: 1, bias: false)
        BatchNormalization(128)
        ReLU()
        Convolution2D(128, 128, kernel: 4, stride: 2, padding: 1)
        LeakyReLU(0.2)
        Flatten()
        Dense(128 * 16, 10)
      }
      network.initialize(.kaimingNormal(), using: &random)
      var optimizer = Adam<Sequential>()
      let images = Tensor(normal: [48, 16, 16, 3], using: &random)
      MemoryStatistics.resetPeak()
      for _ in 0..<4 {
        let (loss, gradient) = network.valueAndGradient { $0.forward(images, using: &random).squared().mean() }
        optimizer.update(&network, along: gradient)
        #expect(loss.isFinite)
      }
      let memory = MemoryStatistics.current
      let kept = memory.liveBytes + memory.cachedBytes
      #expect(memory.peakBytes > 10 << 20, "the test does not see what it is about")
      #expect(
        Double(kept) < 1.2 * Double(memory.peakBytes) + Double(2 << 20),
        "\(kept) bytes are kept for tensors of \(memory.peakBytes)")
    }
  }
}
