/// How reading a document went.
package struct Scrape: Sendable {
    package let document: Result<PoolDocument, ScrapeFailure>
    /// Of the latest answer; nil without any.
    package let status: Int?
    package let duration: Duration
    /// Fields of the operator's that lead nowhere.
    package let gaps: [DocumentMapping.Gap]

    /// A request that has not ended although its time is over.
    package static func overdue(after duration: Duration) -> Scrape {
        Scrape(
            document: .failure(ScrapeFailure(.timeout, "the request did not end at its deadline")),
            status: nil,
            duration: duration, gaps: [])
    }
}
