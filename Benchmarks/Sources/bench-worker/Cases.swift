/// Every case by name; the peers' workers know the same ones.
func cases() -> [String: () throws -> any Case] {
  [
    "dcgan32-b64": { DCGANStep(batch: 64) },
    "dcgan32-b128": { DCGANStep(batch: 128) },
  ]
}
