import Postgres
import SQL

/// The tables of one run, with names as SQL takes them.
struct Tables: Sendable {
    let schema: SchemaName
    /// Where the extension `vector` has its types and operators.
    private let extensionSchema: String

    init(in schema: SchemaName, extensionSchema: String) {
        self.schema = schema
        self.extensionSchema = extensionSchema.quotedIdentifier
    }

    var documents: String { "\(schema.text).documents" }

    var shards: [String] { (1...Draw.shards).map { "\(schema.text).documents_s\($0)" } }

    var vector: String { "\(extensionSchema).vector" }

    /// Cosine distance.
    var distance: String { "OPERATOR(\(extensionSchema).<=>)" }

    var operatorClass: String { "\(extensionSchema).vector_cosine_ops" }
}
