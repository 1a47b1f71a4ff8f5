/// An application's document: where it is and what it means.
package struct Endpoint: Sendable {
    package enum Format: Sendable {
        case json(DocumentMapping)
        /// `pool` names a pool that has no label.
        case prometheus(pool: String)
    }

    let request: HTTPRequest
    let format: Format

    package init(_ request: HTTPRequest, _ format: Format) {
        self.request = request
        self.format = format
    }

    /// Reads the document; the thread blocks until the request's timeout at most.
    package func scrape(unless interruption: Interruption) -> Scrape {
        let kind: DocumentKind = if case .json = format { .json } else { .prometheus }
        let started = ContinuousClock.now
        let (body, status) = request.send(for: kind, unless: interruption)
        let duration = ContinuousClock.now - started
        var gaps: [DocumentMapping.Gap] = []
        let document = Result { () throws(ScrapeFailure) in
            do throws(ScrapeFailure) {
                return try read(try body.get(), &gaps)
            } catch {
                guard let status, status >= 500, error.isOfContent else { throw error }
                // What a server says that fails may be anything.
                throw ScrapeFailure(.status, "the answer is HTTP \(status), and \(error)", hint: error.hint)
            }
        }
        return Scrape(document: document, status: status, duration: duration, gaps: gaps)
    }

    private func read(
        _ body: [UInt8], _ gaps: inout [DocumentMapping.Gap]
    ) throws(ScrapeFailure) -> PoolDocument {
        switch format {
        case .json(let mapping):
            let value = try JSONReader.read(body)
            gaps = mapping.gaps(in: value)
            return try mapping.document(from: value)
        case .prometheus(let pool):
            return try PoolPage.document(from: body, pool: pool)
        }
    }
}

extension ScrapeFailure {
    fileprivate var isOfContent: Bool { [.malformed, .mapping].contains(reason) }
}
