import Exposition
import HTTPServer
import Runtime

/// The daemon's web site: which page a request gets.
final class Site: Sendable {
    private let list: Watchlist
    private let own: SelfMetrics
    private let pages: Pages<Response>

    init(of list: Watchlist, _ own: SelfMetrics) {
        self.list = list
        self.own = own
        pages = Pages(
            of: list.registry, ownFamilies: { own.families },
            prepare: { Response(.ok, headers: Self.headers(of: $1), body: $0) })
    }

    func answer(_ request: Request) -> Answer {
        switch request.path {
        case "/metrics": metrics(request)
        case "/": .now(Response(.ok, headers: LandingPage.headers, body: [LandingPage.html(of: list)]))
        case "/-/healthy":
            list.isAlive
                ? .now(Response(.ok, text: "Polls are on time.\n"))
                : .now(Response(.unavailable, text: "No poll has begun for two intervals.\n"))
        case "/-/ready":
            list.isReady
                ? .now(Response(.ok, text: "Each target has been polled.\n"))
                : .now(Response(.unavailable, text: "The first poll of a target has not ended yet.\n"))
        default: .now(Response(.notFound, text: "There is no such page. The metrics are at /metrics.\n"))
        }
    }

    private func metrics(_ request: Request) -> Answer {
        let names = request.values(of: "server")
        guard names.count <= 1 else {
            return .now(Response(.badRequest, text: "Name one server, or none for the page of all.\n"))
        }
        if let name = names.first, !list.contains(name) {
            return .now(
                Response(.notFound, text: "There is no server of that name. The page / lists them.\n"))
        }
        list.scrapes.record(at: list.timeline.now, of: names.first)
        let format = Negotiation.format(accept: request.accept)
        let isCompressed = Negotiation.wantsGzip(acceptEncoding: request.acceptEncoding)
        own.countScrape(format, isCompressed: isCompressed)
        let wanted = Pages<Response>.Request(target: names.first, format: format, isCompressed: isCompressed)
        if let ready = pages.ready(wanted) { return .now(ready) }
        return .later { [pages] reply in pages.make(wanted, reply) }
    }

    private static func headers(of page: Pages<Response>.Request) -> [(name: String, value: String)] {
        [("Content-Type", page.format.contentType), ("Vary", "Accept, Accept-Encoding")]
            + (page.isCompressed ? [("Content-Encoding", "gzip")] : [])
    }
}
