import Testing

@testable import Runtime

@Suite struct FirstAnswerTests {
    @Test func `an answer in time is the answer`() async {
        #expect(await firstAnswer(within: .seconds(60)) { 1 } == 1)
    }

    @Test func `a late answer is dropped, and the work goes on to its end`() async {
        let (gate, events) = (Gate(), Journal<String>())
        await withCheckedContinuation { done in
            Task {
                let answer = await firstAnswer(within: .milliseconds(1)) {
                    await gate.wait()
                    events.note("work ended")
                    done.resume()
                    return 1
                }
                events.note("answer \(String(describing: answer))")
                gate.open()
            }
        }
        #expect(events.entries == ["answer nil", "work ended"])
    }

    @Test func `who is cancelled waits no longer`() async {
        let gate = Gate()
        let task = Task {
            await firstAnswer(within: .seconds(3600)) {
                await gate.wait()
                return 1
            }
        }
        await gate.waiter()
        task.cancel()
        #expect(await task.value == nil)
        gate.open()
    }

    @Test func `who is cancelled before waits not at all`() async {
        let gate = Gate()
        await withTaskGroup(of: Int?.self) { group in
            group.cancelAll()
            group.addTask {
                await firstAnswer(within: .seconds(3600)) {
                    await gate.wait()
                    return 1
                }
            }
            for await answer in group { #expect(answer == nil) }
        }
        gate.open()
    }
}
