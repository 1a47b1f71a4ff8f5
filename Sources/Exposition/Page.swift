/// What `/metrics` answers at one moment: pieces to be put one behind the other.
package struct Page: Sendable {
    /// Shared with whoever rendered them: a page costs no copy until it is sent.
    package private(set) var pieces: [[UInt8]] = []

    /// Puts families of the same name under one header, in the order of their names.
    ///
    /// The first to name a family decides its type and help text.
    package init(_ families: [RenderedFamily], in format: Format) {
        let byName = Dictionary(grouping: families.filter { $0.seriesCount > 0 }) { $0.metric.name }
        for (_, members) in byName.sorted(by: { $0.key < $1.key }) {
            pieces.append(format.header(of: members[0].metric))
            pieces += members.map { $0.samples(in: format) }
        }
        pieces.append(format.footer)
    }
}
