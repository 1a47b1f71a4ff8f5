/// What a request gets: at once, or when somebody has it ready.
package enum Answer: Sendable {
    case now(Response)

    /// The closure starts the work and returns at once; `reply` may be called from any thread.
    ///
    /// The first call of `reply` counts. If nobody calls it and everybody lets go of it, the client gets 500.
    case later(@Sendable (_ reply: @escaping @Sendable (Response) -> Void) -> Void)
}
