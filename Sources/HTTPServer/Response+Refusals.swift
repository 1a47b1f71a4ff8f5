/// What the room itself answers; none of it repeats what the client sent.
extension Response {
    static let badRequest = Response(.badRequest, text: "The address has characters that are not allowed.\n")
    static let contentTooLarge = Response(.contentTooLarge, text: "Requests have no body here.\n")
    static let headersTooLarge = Response(.headersTooLarge, text: "A header of the request is too long.\n")
    static let unanswered = Response(.internalError, text: "The request was not answered.\n")
    static let stopping = Response(.unavailable, text: "The server is stopping.\n")
    static let methodNotAllowed = Response(
        .methodNotAllowed, headers: [(name: "Allow", value: "GET, HEAD")],
        text: "Only GET and HEAD are allowed here.\n")
}
