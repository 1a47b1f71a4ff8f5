/// A thread for work that blocks, one piece after the other.
package actor EndpointThread {
    private nonisolated let executor = ThreadExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    package init() {}

    func run<Answer: Sendable>(_ work: @Sendable () -> Answer) -> Answer { work() }
}
