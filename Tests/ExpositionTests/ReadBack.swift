/// What a reader of a page must find: families in the order of the page, each with its samples.
///
/// It is made beside the families, never from them or from the page, and handed to `read_back.py` as JSON.
struct ReadBack: Encodable {
    let name: String
    let format: String
    let page: String
    let families: [Family]

    struct Family: Encodable {
        let name: String
        let type: String
        let help: String
        let unit: String
        let samples: [Sample]
    }

    struct Sample: Encodable {
        let name: String
        let labels: [String: String]
        let value: Value
        let exemplar: Exemplar?
        /// The upper bound of a bucket, whose `le` label is not among the labels.
        var bound: Value?
    }

    struct Exemplar: Encodable {
        let labels: [String: String]
        let value: Value
        let timestamp: Value?
    }

    /// A number that no JSON reader rounds.
    enum Value: Encodable {
        /// The decimal text that must stand on the page.
        case integer(String)
        /// The bits of a number that may be written in several ways; any NaN is as good as another.
        case real(Double)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let text): try container.encode(["integer": text])
            case .real(let value): try container.encode(["bits": String(value.bitPattern, radix: 16)])
            }
        }
    }
}
