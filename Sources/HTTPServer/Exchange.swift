/// What we remember of a request, from its headers to the end of its answer.
///
/// Only libmicrohttpd's thread touches it.
final class Exchange {
    /// Bytes of its body that we have read and thrown away.
    var ignored = 0

    /// Set while and after the request waits for its answer.
    var ticket: Waiting.Ticket?
}
