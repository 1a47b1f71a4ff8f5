/// What has come of an answer, and why no more of it is wanted.
final class Incoming {
    /// The headers of all answers of one request together may take so many bytes.
    private static let longestHeaders = 1 << 16

    private let kind: DocumentKind
    private let longestBody: Int
    private let interruption: Interruption
    private var headerBytes = 0
    private(set) var status = 0
    private(set) var contentType = ""
    private(set) var body: [UInt8] = []
    private(set) var refusal: ScrapeFailure?

    init(_ kind: DocumentKind, longestBody: Int, unless interruption: Interruption) {
        self.kind = kind
        self.longestBody = longestBody
        self.interruption = interruption
    }

    var isWanted: Bool { refusal == nil && !interruption.hasFired }

    /// A line of headers; a status line begins another answer.
    func take(header bytes: some Collection<UInt8>) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= Self.longestHeaders else {
            return refuse(.tooLarge, "the answer's headers are longer than 64 KiB")
        }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            status = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
            contentType = ""
        } else if let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "content-type" {
            contentType = line[line.index(after: colon)...].filter { !$0.isNewline }
        }
        return isWanted
    }

    /// A part of the body.
    func take(body bytes: some Collection<UInt8>) -> Bool {
        guard isWanted else { return false }
        if !isOfUse { return refuse() }
        guard body.count + bytes.count <= longestBody else {
            return refuse(
                .tooLarge, "the document is longer than \(longestBody) bytes: max_body allows no more")
        }
        body += bytes
        return true
    }

    /// The body where it is of use; a server that says that it is unwell has still said it.
    func usefulBody() throws(ScrapeFailure) -> [UInt8] {
        if !isOfUse || body.isEmpty && status >= 300 { _ = refuse() }
        if let refusal { throw refusal }
        return body
    }

    // MARK: -

    private var isOfUse: Bool {
        (200..<300).contains(status) || (500..<600).contains(status)
            ? kind.isNamed(by: contentType) : false
    }

    /// The type alone, and no more of it than a type needs: it is the stranger's word.
    private var typeInWords: String {
        let type = contentType.prefix { $0 != ";" }.filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || "/+.-_".contains($0))
        }
        return type.isEmpty ? "has no Content-Type" : "is \(type.prefix(Self.longestType))"
    }

    private static let longestType = 64

    private func refuse(_ reason: ScrapeFailure.Reason, _ text: String) -> Bool {
        refusal = refusal ?? ScrapeFailure(reason, text)
        return false
    }

    /// Says why the answer is of no use.
    private func refuse() -> Bool {
        switch status {
        case 200..<300:
            refuse(.contentType, "the answer \(typeInWords), not \(kind.words)")
        case 300..<400:
            refuse(.redirect, "the answer is a redirect (\(status)), and no more of them are allowed")
        default:
            refuse(.status, "the answer is HTTP \(status)")
        }
    }
}
