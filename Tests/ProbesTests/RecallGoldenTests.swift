import Foundation
import Testing

@testable import Probes

/// What numpy says of the same searches: recall_golden.py.
@Suite struct RecallGoldenTests {
    @Test func `recall is what numpy computes to the last digit, ties included`() throws {
        var (searches, ties) = (0, 0)
        for golden in try Golden.all() {
            let distance = try #require(DistanceOperator(rawValue: golden.operator))
            let rows = try golden.rows.map { try #require(vector($0)) }
            for search in golden.searches {
                let query = try #require(vector(search.query))
                let hits = try rows.enumerated().map {
                    Hit(key: "\($0)", distance: try #require(distance.distance(query, $1)))
                }
                let truth = hits.sorted { $0.distance < $1.distance }
                let outcome = try #require(
                    RecallOutcome(
                        found: search.found.map { hits[$0] }, truth: truth, k: 10, tieEpsilon: 1e-6,
                        isNegative: distance == .innerProduct))
                #expect(outcome.recall == search.recall, "\(golden.operator) \(search.query)")
                switch (outcome.distanceExcess, search.excess) {
                case (let ours?, let theirs?): #expect(abs(ours - theirs) <= 1e-6)
                case (nil, nil): break
                default: Issue.record("\(golden.operator) \(search.query): one has no distance excess")
                }
                searches += 1
                ties += truth[9].distance == truth[10].distance ? 1 : 0
            }
        }
        #expect(searches == 200)
        #expect(ties > 100)
    }

    // MARK: -

    private func vector(_ text: String) -> VectorValue? {
        VectorValue(text, type: text.hasPrefix("[") ? .vector : .bit)
    }

    private struct Golden: Decodable {
        let `operator`: String
        let rows: [String]
        let searches: [Search]

        struct Search: Decodable {
            let query: String
            /// By their index.
            let found: [Int]
            let recall: Double
            let excess: Double?
        }

        static func all() throws -> [Golden] {
            let folder = URL(filePath: #filePath).deletingLastPathComponent()
            let data = try Data(contentsOf: folder.appending(path: "recall_golden.json"))
            return try JSONDecoder().decode([Golden].self, from: data)
        }
    }
}
