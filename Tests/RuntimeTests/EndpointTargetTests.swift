import Dispatch
import Exposition
import Synchronization
import Testing

@testable import Runtime

@Suite struct EndpointTargetTests {
    private let registry = Registry()
    private let captured = CapturedLog()
    private let answers = Answers()

    /// What the endpoint says next; nil for a failure.
    private final class Answers: Sendable {
        let next = Mutex<Int?>(nil)
        let interruptions = Mutex(0)
    }

    private func target(
        timeout: Duration = .seconds(5), on thread: EndpointThread = EndpointThread(),
        ask: (@Sendable () -> Int?)? = nil
    ) -> EndpointTarget<Int?> {
        let asking: @Sendable () -> Int? = { [answers] in answers.next.withLock { $0 } }
        let questions = EndpointTarget<Int?>.Questions(
            timeout: timeout, ask: ask ?? asking,
            conclude: { answer, _ in
                let value = answer ?? nil
                return EndpointReport(
                    value.map { [MetricFamily("x", .gauge, help: "X.", samples: [Sample($0)])] } ?? [],
                    ofReading: [
                        MetricFamily("x_success", .gauge, help: "Y.", samples: [Sample(value != nil)])
                    ],
                    failure: value == nil
                        ? .init(answer == nil ? "overdue" : "mapping", "it does not fit") : nil)
            },
            interrupt: { [answers] in answers.interruptions.withLock { $0 += 1 } })
        return EndpointTarget(
            "web", labels: ["stage": "test"], interval: .seconds(15), questions, on: thread,
            registry: registry, timeline: Timeline(TestClock()), log: captured.logger)
    }

    private var page: String {
        registry.contents(of: "web").families.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }
            .joined()
    }

    @Test func `what was found is shown until a poll fails, and how reading went always`() async {
        let target = target()
        #expect(target.isUp == nil)
        answers.next.withLock { $0 = 7 }
        await target.poll()
        #expect(
            page == "x_success{server=\"web\",stage=\"test\"} 1\nx{server=\"web\",stage=\"test\"} 7\n")
        #expect(target.isUp == true)
        answers.next.withLock { $0 = nil }
        await target.poll()
        #expect(page == "x_success{server=\"web\",stage=\"test\"} 0\n")
        #expect(target.reasonDown == "mapping")
        #expect(target.record.polls == 2)
    }

    @Test func `a failure is logged when it begins and when it ends`() async {
        let target = target()
        for value in [nil, nil, 1, 2] {
            answers.next.withLock { $0 = value }
            await target.poll()
        }
        #expect(
            captured.lines == [
                "warning the endpoint cannot be read error=it does not fit reason=mapping server=web",
                "notice the endpoint can be read server=web",
            ])
    }

    @Test func `a thread that is stuck costs its own polls, and is not doubled`() async {
        let gate = DispatchSemaphore(value: 0)
        let asked = Mutex(0)
        let count: @Sendable () -> Int = { asked.withLock { $0 } }
        let target = target(timeout: .milliseconds(1)) {
            asked.withLock { $0 += 1 }
            gate.wait()
            return 5
        }
        await target.poll()
        await target.poll()
        #expect(target.reasonDown == "overdue")
        #expect(target.record.stuckThreads == 1)
        #expect(target.record.polls == 1)
        #expect(target.record.skips == 1)
        #expect(target.record.overruns == 1)
        #expect(count() == 1)
        gate.signal()
    }

    @Test func `a target whose predecessor is stuck asks once that is over, on the same thread`() async {
        let threads = EndpointThreads()
        let gate = DispatchSemaphore(value: 0)
        let asked = Mutex<[String]>([])
        let (first, second) = (threads.thread(for: "a"), threads.thread(for: "a"))
        #expect(first !== second, "two that are watched at once have a thread each")
        let old = target(timeout: .milliseconds(1), on: first) {
            asked.withLock { $0.append("old") }
            gate.wait()
            return nil
        }
        await old.poll()
        old.stop()
        threads.leave(first, of: "a")
        #expect(threads.thread(for: "b") !== first)
        let same = threads.thread(for: "a")
        #expect(same === first)
        #expect(threads.thread(for: "a") !== first, "it is taken")
        let turn = Gate()
        let new = target(timeout: .milliseconds(1), on: same) {
            asked.withLock { $0.append("new") }
            turn.open()
            return 7
        }
        await new.poll()
        #expect(new.reasonDown == "overdue")
        #expect(asked.withLock { $0 } == ["old"])
        gate.signal()
        await turn.wait()
        #expect(asked.withLock { $0 } == ["old", "new"])
    }

    @Test func `a thread that has nothing to do is not kept`() {
        let threads = EndpointThreads()
        weak var left: EndpointThread?
        do {
            let thread = threads.thread(for: "a")
            threads.leave(thread, of: "a")
            left = thread
        }
        #expect(left == nil)
    }

    @Test func `what ends after the stop leaves no trace on the page or in the log`() async {
        let target = target()
        answers.next.withLock { $0 = 1 }
        await target.poll()
        target.stop()
        await target.poll()
        #expect(registry.sizes.isEmpty)
        #expect(captured.lines.isEmpty)
        #expect(answers.interruptions.withLock { $0 } == 1)
    }
}
