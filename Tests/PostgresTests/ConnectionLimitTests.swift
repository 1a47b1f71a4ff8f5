import Testing

@testable import Postgres

@Suite struct ConnectionLimitTests {
    @Test func `no more places are given than there are, and they come back`() {
        let limit = ConnectionLimit(2)
        var places = [limit.take(), limit.take()]
        #expect(places.allSatisfy { $0 != nil })
        #expect(limit.take() == nil)
        places.removeLast()
        #expect(limit.take() != nil)
    }
}
