extension Double {
    /// The number times `scale`, rounded once: 77076 ms are 77.076 s, and no hair more.
    ///
    /// A scale such as 0.001 is no binary fraction, while its inverse is a whole number.
    func scaled(by scale: Double) -> Double {
        let inverse = (1 / scale).rounded()
        return inverse > 1 && 1 / inverse == scale ? self / inverse : self * scale
    }
}
