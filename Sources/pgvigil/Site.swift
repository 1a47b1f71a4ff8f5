import Exposition
import HTTPServer
import Runtime
import Settings

/// The daemon's web site: which page a request gets.
final class Site: Sendable {
    private let list: Watchlist
    private let own: SelfMetrics
    private let pages: Pages<Response>
    private let compatibilityPages: CompatibilityPages

    init(of list: Watchlist, _ own: SelfMetrics) {
        self.list = list
        self.own = own
        compatibilityPages = CompatibilityPages(of: list)
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
        default:
            Settings.Exporter(path: request.path).map { compatibility(with: $0, request) }
                ?? .now(
                    Response(.notFound, text: "There is no such page. The metrics are at /metrics.\n"))
        }
    }

    private func metrics(_ request: Request) -> Answer {
        if let refusal = refusal(of: request) { return .now(refusal) }
        let target = request.values(of: "server").first
        list.scrapes.record(at: list.timeline.now, of: target)
        let format = Negotiation.format(accept: request.accept)
        let isCompressed = Negotiation.wantsGzip(acceptEncoding: request.acceptEncoding)
        own.countScrape(format, isCompressed: isCompressed)
        let wanted = Pages<Response>.Request(target: target, format: format, isCompressed: isCompressed)
        if let ready = pages.ready(wanted) { return .now(ready) }
        return .later { [pages] reply in pages.make(wanted, reply) }
    }

    private func compatibility(with exporter: Settings.Exporter, _ request: Request) -> Answer {
        guard list.compatibility.contains(exporter) else {
            let setting = "compatibility: [\(exporter.rawValue)]"
            return .now(
                Response(.notFound, text: "This page is off; the setting \(setting) has it served.\n"))
        }
        if let refusal = refusal(of: request) { return .now(refusal) }
        let target = request.values(of: "server").first
        list.scrapes.record(at: list.timeline.now, of: target)
        own.countScrape(.text, isCompressed: false)
        return .later { [compatibilityPages] reply in
            compatibilityPages.make(CompatibilityPages.Wanted(exporter: exporter, target: target), reply)
        }
    }

    /// What a request gets that names no server of ours, or several; nil where it names one, or none at all.
    private func refusal(of request: Request) -> Response? {
        let names = request.values(of: "server")
        guard names.count <= 1 else {
            return Response(.badRequest, text: "Name one server, or none for the page of all.\n")
        }
        guard let name = names.first, !list.contains(name) else { return nil }
        return Response(.notFound, text: "There is no server of that name. The page / lists them.\n")
    }

    private static func headers(of page: Pages<Response>.Request) -> [(name: String, value: String)] {
        [("Content-Type", page.format.contentType), ("Vary", "Accept, Accept-Encoding")]
            + (page.isCompressed ? [("Content-Encoding", "gzip")] : [])
    }
}
