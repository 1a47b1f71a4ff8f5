import Probes

/// Random vectors that are the same in every run.
extension SplitMix {
    mutating func dense(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
    }

    mutating func bits(_ count: Int) -> [Bool] {
        (0..<count).map { _ in Bool.random(using: &self) }
    }
}

extension VectorValue {
    init?(_ bits: [Bool]) {
        self.init(bits.map { $0 ? "1" : "0" }.joined(), type: .bit)
    }
}
