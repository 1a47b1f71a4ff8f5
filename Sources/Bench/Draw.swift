/// What a client makes up its statements' values from.
struct Draw: Sendable {
    /// Namespaces, and tables as of a sharded application.
    static let (namespaces, shards) = (8, 4)

    private let material: Material
    private var generator: SeededGenerator

    init(from material: Material, seed: UInt64) {
        self.material = material
        generator = SeededGenerator(seed: seed)
    }

    /// What all clients share.
    struct Material: Sendable {
        let rows: Int
        let cloud: VectorCloud
        /// Vectors that no table holds, drawn as those were.
        let queries: [String]
        let popularity: ZipfRanks

        init(_ plan: Plan) {
            rows = plan.rows
            cloud = VectorCloud(dimensions: plan.dimensions, seed: plan.seed)
            var generator = SeededGenerator(seed: plan.seed &+ 1)
            queries = (0..<1000).map { [cloud] _ in cloud.draw(using: &generator) }
            popularity = ZipfRanks(count: queries.count, exponent: 1.1)
        }
    }

    mutating func query() -> String {
        material.queries[Int.random(in: 0..<material.queries.count, using: &generator)]
    }

    /// As users ask: a few again and again.
    mutating func hotQuery() -> String { material.queries[material.popularity.draw(using: &generator)] }

    mutating func vector() -> String { material.cloud.draw(using: &generator) }

    /// Of a row that the table was made with.
    mutating func key() -> String { String(Int.random(in: 1...material.rows, using: &generator)) }

    mutating func namespace() -> String { String(Int.random(in: 0..<Self.namespaces, using: &generator)) }

    /// Half of the namespaces, as an array.
    mutating func someNamespaces() -> String {
        let some = (0..<Self.namespaces).shuffled(using: &generator).prefix(Self.namespaces / 2)
        return "{\(some.map(String.init).joined(separator: ","))}"
    }

    /// As many as `count`, as an array of vectors.
    mutating func array(of count: Int, _ vector: (inout Draw) -> String) -> String {
        "{\((0..<count).map { _ in "\"\(vector(&self))\"" }.joined(separator: ","))}"
    }

    /// A number from 0 up to `bound - 1`.
    mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
}
