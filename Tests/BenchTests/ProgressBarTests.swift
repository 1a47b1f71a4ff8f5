import Testing

@testable import Bench

@Suite struct ProgressBarTests {
    private let began = ContinuousClock.now

    @Test func `a bar shows the share of a count, or nothing but the time`() {
        var state = Progress.State(phase: "search-10", began: began, done: 30, total: 60)
        #expect(line(state) == "search-10        [############            ] 30/60  1.5 s")
        state.done = 90
        #expect(line(state) == "search-10        [########################] 90/60  1.5 s")
        state = Progress.State(phase: "index documents", began: began)
        #expect(line(state) == "index documents  1.5 s")
    }

    @Test func `progress counts within a phase`() {
        let progress = Progress()
        #expect(progress.current == nil)
        progress.begin("rows", of: 10)
        progress.advance(by: 3)
        progress.advance()
        progress.name("more rows")
        #expect(progress.current?.done == 4)
        #expect(progress.current?.phase == "more rows")
        progress.begin("index")
        #expect(progress.current?.done == 0)
        #expect(progress.current?.total == nil)
    }

    private func line(_ state: Progress.State) -> String {
        ProgressBar().line(for: state, at: began + .milliseconds(1500))
    }
}
