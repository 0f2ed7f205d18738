internal import CKernels

/// One block of Philox 4×32-10: four words from a counter of four words and a key of two. What ``RandomSource``
/// is made of, for checking against the authors' vectors.
package func philoxBlock(counter: [UInt32], key: [UInt32]) -> [UInt32] {
  precondition(counter.count == 4 && key.count == 2, "Philox takes four counter words and two key words")
  return [UInt32](unsafeUninitializedCapacity: 4) { words, initialised in
    ladle_philox_block(counter, key, words.baseAddress)
    initialised = 4
  }
}
