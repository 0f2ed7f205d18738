import Tensor
import Testing

@testable internal import Datasets

@Suite struct GlyphScenesTests {
  @Test(arguments: [1, 3]) func aSceneDependsOnItsIndexAlone(channels: Int) {
    let scenes = GlyphScenes(configuration: .init(size: 32, channels: channels, seed: 4))
    let (all, some) = (scenes.dataset(0..<12), scenes.dataset(5..<9))
    #expect(some.images == all.images.selecting(Array(5..<9)))
    #expect(some.masks == all.masks.selecting(Array(5..<9)))
    #expect(all.images.shape == ImageShape(height: 32, width: 32, channels: channels))
    let other = GlyphScenes(configuration: .init(size: 32, channels: channels, seed: 5)).dataset(0..<12)
    #expect(other.images != all.images && other.masks != all.masks)
  }

  @Test func inkIsBrighterThanWhatSurroundsIt() {
    let scenes = GlyphScenes(configuration: .init(seed: 1)).dataset(0..<50)
    var (ink, paper) = ((sum: 0, count: 0), (sum: 0, count: 0))
    for (value, pixel) in zip(scenes.images.bytes, scenes.masks.bytes) {
      if pixel > 0 {
        ink = (ink.sum + Int(value), ink.count + 1)
      } else {
        paper = (paper.sum + Int(value), paper.count + 1)
      }
    }
    #expect(ink.sum / ink.count > paper.sum / paper.count + 60)
    // One to three digits cover a part of every image, and never most of it.
    let area = scenes.masks.shape.count
    for scene in 0..<50 {
      let covered = scenes.masks.bytes[scene * area..<(scene + 1) * area].count { $0 > 0 }
      #expect(covered >= 8 && covered < area / 2)
    }
  }

  @Test func classesOccurAsOftenAsAsked() {
    let configuration = GlyphScenes.Configuration(digits: [3, 8, 1], frequencies: [8, 0, 1], seed: 2)
    let scenes = GlyphScenes(configuration: configuration).dataset(0..<200)
    let area = scenes.masks.shape.count
    let showing = (1...3).map { k in
      (0..<200).count { scenes.masks.bytes[$0 * area..<($0 + 1) * area].contains(UInt8(k)) }
    }
    #expect(scenes.classNames == ["background", "3", "8", "1"])
    #expect(showing[1] == 0 && showing[2] > 10 && showing[0] > 3 * showing[2])
  }

  @Test func picturesShowClassesInColours() {
    let (images, masks) = GlyphScenes(configuration: .init(channels: 3)).dataset(0..<4).pictures(1..<3)
    #expect(images.shape == [2, 32, 32, 3] && masks.shape == [2, 32, 32, 3])
    let colours = (0...255).map { SegmentationDataset.colour(of: UInt8($0)) }
    #expect(Set(colours[...20] + [colours[255]]).count == 22)
  }
}
