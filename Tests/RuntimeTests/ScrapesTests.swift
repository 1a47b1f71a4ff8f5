import Testing

@testable import Runtime

@Suite struct ScrapesTests {
    @Test func `a target sees scrapes of its own page and of all targets' page`() {
        let scrapes = Scrapes()
        scrapes.record(at: .seconds(1), of: nil)
        scrapes.record(at: .seconds(2), of: "a")
        scrapes.record(at: .seconds(3), of: "b")
        #expect(scrapes.arrivals(showing: "a").sorted() == [.seconds(1), .seconds(2)])
        #expect(scrapes.arrivals(showing: "c") == [.seconds(1)])
    }

    @Test func `hundreds of targets scraped one by one do not push each other out`() {
        let scrapes = Scrapes()
        for round in 0..<20 {
            for target in 0..<500 { scrapes.record(at: .seconds(15 * round), of: "\(target)") }
        }
        #expect(scrapes.arrivals(showing: "0").count >= 12)
    }

    @Test func `memory is bounded, the latest are kept`() {
        let scrapes = Scrapes()
        for second in 0..<10_000 { scrapes.record(at: .seconds(second), of: nil) }
        let kept = scrapes.arrivals(showing: "a")
        #expect(kept.count <= 256)
        #expect(kept.max() == .seconds(9999))
    }
}
