/// The promise that a request will be answered; letting go of it unkept answers 500.
final class Reply: Sendable {
    private let ticket: Waiting.Ticket
    private let waiting: Waiting

    init(to ticket: Waiting.Ticket, in waiting: Waiting) {
        self.ticket = ticket
        self.waiting = waiting
    }

    deinit { waiting.answer(ticket, with: .unanswered) }

    func send(_ response: Response) {
        waiting.answer(ticket, with: response)
    }
}
