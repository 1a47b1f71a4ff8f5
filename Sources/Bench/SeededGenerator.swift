/// Random numbers that are the same for the same seed, on every machine.
///
/// SplitMix64 of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// At least 0, less than 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Of mean 0 and deviation 1: the sum of twelve uniform numbers, which is normal enough here.
    mutating func bell() -> Double { (0..<12).reduce(-6) { sum, _ in sum + unit() } }
}
