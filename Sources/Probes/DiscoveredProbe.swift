package import ProbeDefinitions

/// A probe for an ANN index that the catalogue has and nobody configured.
package struct DiscoveredProbe: Sendable, Equatable {
    package var probe: SearchProbe
    package let database: String
    package let indexName: String
    /// Of all parts of a partitioned index; the largest ones are the most worth watching.
    package let indexBytes: Int
    /// SQL without which the role may not read the table; nothing where it may.
    package var missingGrants: [String] = []

    package init(probe: SearchProbe, database: String, indexName: String, indexBytes: Int) {
        self.probe = probe
        self.database = database
        self.indexName = indexName
        self.indexBytes = indexBytes
    }
}

extension DiscoveredProbe {
    package var isReadable: Bool { missingGrants.isEmpty }

    /// The table's name and the index's, which mostly begins with the table's.
    var ownName: [String] {
        indexName.hasPrefix(probe.target.table) ? [indexName] : [probe.target.table, indexName]
    }

    /// Where the index is; of no two the same.
    var place: [String] { [database, probe.target.schema, indexName] }
}
