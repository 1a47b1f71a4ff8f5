import CCurl
import Glibc
import PoolDefinitions

extension HTTPRequest {
    /// Asks, and returns by the timeout; the thread blocks meanwhile.
    ///
    /// `body` fails where the answer is of no use as a document of this kind; the status is nil without any.
    func send(
        for kind: DocumentKind, unless interruption: Interruption
    ) -> (body: Result<[UInt8], ScrapeFailure>, status: Int?) {
        let incoming = Incoming(kind, longestBody: access.longestBody, unless: interruption)
        let body = Result { () throws(ScrapeFailure) in
            if interruption.hasFired { throw Self.interrupted }
            guard Self.isReady else { throw ScrapeFailure(.connect, "libcurl does not start") }
            let secrets = try Secrets(access.credentials)
            var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
            let result = perform(kind, secrets, incoming, &message)
            if let refusal = incoming.refusal { throw refusal }
            if let failure = failure(result, incoming.status, Self.text(message)) { throw failure }
            return try incoming.usefulBody()
        }
        return (body, incoming.status > 0 ? incoming.status : nil)
    }

    private struct Secrets {
        var username: String?
        var password: String?
        var bearerToken: String?

        init(_ credentials: DocumentAccess.Credentials) throws(ScrapeFailure) {
            switch credentials {
            case .none:
                break
            case .basic(let username, let file):
                self.username = username
                password = try CredentialFile.firstLine(of: file, "password_file")
            case .bearer(let file):
                bearerToken = try CredentialFile.firstLine(of: file, "bearer_token_file")
            }
        }
    }

    private func perform(
        _ kind: DocumentKind, _ secrets: Secrets, _ incoming: Incoming, _ message: inout [CChar]
    ) -> curl_result {
        Self.ignoreBrokenPipes()
        // The texts live as long as the arena.
        let texts = CTexts()
        defer { withExtendedLifetime((texts, incoming)) {} }
        return unsafe message.withUnsafeMutableBufferPointer { message in
            var request = unsafe curl_request()
            unsafe request.url = texts.add(url)
            unsafe request.scheme = texts.add(scheme)
            unsafe request.accept = texts.add(kind.accept)
            unsafe request.agent = texts.add("pgvigil")
            unsafe request.username = texts.add(secrets.username)
            unsafe request.password = texts.add(secrets.password)
            unsafe request.bearer_token = texts.add(secrets.bearerToken)
            unsafe request.ca_file = texts.add(access.caFile)
            unsafe request.certificate_file = texts.add(access.certificateFile)
            unsafe request.key_file = texts.add(access.keyFile)
            unsafe request.verifies = access.isInsecure ? 0 : 1
            unsafe request.redirects = access.redirects
            let milliseconds = max(1, Int(timeout / .milliseconds(1)))
            unsafe request.connect_milliseconds = milliseconds
            unsafe request.milliseconds = milliseconds
            unsafe request.take_body = takeBody
            unsafe request.take_header = takeHeader
            unsafe request.go_on = goOn
            unsafe request.context = Unmanaged.passUnretained(incoming).toOpaque()
            unsafe request.message = message.baseAddress
            return unsafe curl_get(&request)
        }
    }

    /// Once for the process; libcurl counts on that.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE, which OpenSSL may cause, to us.
    private static func ignoreBrokenPipes() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: - What went wrong

    private func failure(_ result: curl_result, _ status: Int, _ message: String) -> ScrapeFailure? {
        switch result.code {
        case CURLE_OK:
            nil
        case CURLE_OPERATION_TIMEDOUT:
            ScrapeFailure(.timeout, "no complete answer within \(timeout / .seconds(1)) s")
        case CURLE_COULDNT_RESOLVE_HOST:
            ScrapeFailure(.nameResolution, "the host's name does not resolve")
        case CURLE_COULDNT_CONNECT:
            ScrapeFailure(.connect, "cannot connect: \(Self.words(result.system_error))")
        case CURLE_TOO_MANY_REDIRECTS:
            ScrapeFailure(.redirect, "more redirects than \(access.redirects)")
        case CURLE_UNSUPPORTED_PROTOCOL where (300..<400).contains(status):
            ScrapeFailure(.redirect, "a redirect leads to another scheme than \(scheme)")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            ScrapeFailure(.tls, message.isEmpty ? Self.words(result.code) : message)
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            // In TLS 1.3 who wants a certificate of ours says so only after the handshake, if at all.
            scheme == "https" && status == 0
                ? ScrapeFailure(
                    .tls,
                    "the connection was closed once encrypted"
                        + (access.certificateFile == nil ? ", perhaps for want of a certificate_file" : ""))
                : ScrapeFailure(.connect, Self.words(result.code))
        case CURLE_ABORTED_BY_CALLBACK:
            Self.interrupted
        case CURLE_URL_MALFORMAT:
            ScrapeFailure(.connect, "the URL is none")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
            CURLE_PARTIAL_FILE:
            ScrapeFailure(.malformed, Self.words(result.code))
        default:
            ScrapeFailure(.connect, Self.words(result.code))
        }
    }

    private static let interrupted = ScrapeFailure(.timeout, "interrupted")

    private static func words(_ code: CURLcode) -> String {
        unsafe String(cString: curl_easy_strerror(code))
    }

    private static func words(_ systemError: Int) -> String {
        unsafe systemError == 0 ? "nobody answers" : String(cString: strerror(CInt(systemError)))
    }
}

/// Texts as C wants them, freed together.
@safe
private final class CTexts {
    private var texts: [UnsafeMutablePointer<CChar>] = unsafe []

    func add(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text, let copy = unsafe strdup(text) else { return nil }
        unsafe texts.append(copy)
        return unsafe UnsafePointer(copy)
    }

    deinit {
        unsafe texts.forEach { unsafe free($0) }
    }
}
