import Exposition
import Testing

@testable import Runtime

@Suite struct RegistryTests {
    private let registry = Registry()

    private func family(_ name: MetricName, _ value: Int = 1) -> RenderedFamily {
        RenderedFamily(MetricFamily(name, .gauge, help: "", samples: [Sample(value)]))
    }

    private func publish(
        _ families: [RenderedFamily], job: String = "job", end: Duration = .seconds(60),
        to target: String = "a"
    ) {
        registry.apply([.publish(families, job: job, end: end)], to: target)
    }

    private func lines(of target: String? = nil) -> [String] {
        registry.contents(of: target).families.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }
    }

    @Test func `what is published is up, in the order of targets and jobs`() {
        publish([family("b1")], to: "b")
        publish([family("a2")], job: "two")
        publish([family("a1")], job: "one")
        #expect(lines() == ["a1 1\n", "a2 1\n", "b1 1\n"])
        #expect(lines(of: "b") == ["b1 1\n"])
        #expect(lines(of: "c").isEmpty)
    }

    @Test func `a job's new findings replace its old ones`() {
        publish([family("x"), family("y")])
        publish([family("x", 2)])
        #expect(lines() == ["x 2\n"])
    }

    @Test func `a job is withdrawn alone`() {
        publish([family("x")], job: "one")
        publish([family("y")], job: "two")
        registry.apply([.withdraw(job: "one")], to: "a")
        #expect(lines() == ["y 1\n"])
    }

    @Test func `all jobs of one target are withdrawn but some`() {
        publish([family("x")], job: "one")
        publish([family("y")], job: "two")
        publish([family("z")], to: "b")
        registry.apply([.withdrawAll(but: ["two"])], to: "a")
        #expect(lines() == ["y 1\n", "z 1\n"])
    }

    @Test func `what is too old goes, at its end and not before`() {
        publish([family("x")], job: "one", end: .seconds(60))
        publish([family("y")], job: "two", end: .seconds(90))
        registry.expire(at: .seconds(60) - .nanoseconds(1))
        #expect(lines() == ["x 1\n", "y 1\n"])
        registry.expire(at: .seconds(60))
        #expect(lines() == ["y 1\n"])
    }

    @Test func `a generation ends for the target and for all, not for another target`() {
        publish([family("x")])
        publish([family("z")], to: "b")
        let before = (
            registry.generation(of: nil), registry.generation(of: "a"), registry.generation(of: "b")
        )
        publish([family("x", 2)])
        #expect(registry.generation(of: nil) > before.0)
        #expect(registry.generation(of: "a") > before.1)
        #expect(registry.generation(of: "b") == before.2)
        #expect(registry.contents(of: "a").generation == registry.generation(of: "a"))
        #expect(registry.contents(of: nil).generation == registry.generation(of: nil))
    }

    @Test func `only what expires ends a generation`() {
        publish([family("x")], end: .seconds(60))
        publish([family("z")], end: .seconds(600), to: "b")
        let before = (registry.generation(of: "a"), registry.generation(of: "b"))
        registry.expire(at: .seconds(30))
        #expect(registry.generation(of: "a") == before.0)
        registry.expire(at: .seconds(61))
        #expect(registry.generation(of: "a") > before.0)
        #expect(registry.generation(of: "b") == before.1)
    }

    @Test func `several changes are one generation`() {
        let before = registry.generation(of: nil)
        registry.apply(
            [
                .withdrawAll(but: []), .publish([family("x")], job: "one", end: .seconds(60)),
                .publish([family("y")], job: "two", end: .seconds(60)),
            ], to: "a")
        #expect(registry.generation(of: nil) == before + 1)
    }

    @Test func `a removed target is gone and ends a generation`() {
        publish([family("x")])
        let before = registry.generation(of: nil)
        registry.remove("a")
        #expect(lines().isEmpty)
        #expect(registry.generation(of: nil) > before)
        #expect(registry.sizes.isEmpty)
    }

    @Test func `a family belongs to the job that published it first, until that withdraws`() {
        publish([family("x", 1)], job: "one")
        publish([family("x", 2), family("y", 2)], job: "two")
        #expect(lines() == ["x 1\n", "y 2\n"])
        #expect(registry.sizes["a"]?.conflicts == 1)
        publish([family("x", 3)], job: "one")
        #expect(lines() == ["x 3\n", "y 2\n"])
        registry.apply([.withdraw(job: "one")], to: "a")
        publish([family("x", 4)], job: "two")
        #expect(lines() == ["x 4\n"])
        #expect(registry.sizes["a"]?.conflicts == 1)
    }

    @Test func `targets may show the same family`() {
        publish([family("x")], to: "a")
        publish([family("x")], to: "b")
        #expect(lines() == ["x 1\n", "x 1\n"])
        #expect(registry.sizes["b"]?.conflicts == 0)
    }

    @Test func `sizes count series and bytes by target`() {
        publish([family("x"), family("yy")])
        publish([family("z")], to: "b")
        #expect(registry.sizes["a"]?.series == 2)
        #expect(registry.sizes["a"]?.bytes == "x 1\nyy 1\n".utf8.count)
        #expect(registry.sizes["b"]?.series == 1)
    }
}
