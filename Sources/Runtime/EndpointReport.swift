package import Exposition

/// What one poll of an endpoint brought.
package struct EndpointReport: Sendable {
    package struct Failure: Sendable, Equatable {
        /// In a word.
        package let reason: String
        package let message: String

        package init(_ reason: String, _ message: String) {
            self.reason = reason
            self.message = message
        }
    }

    /// Shown until the next poll; nothing where it failed.
    let families: [MetricFamily]
    /// About reading itself, shown also where it failed.
    let ofReading: [MetricFamily]
    let failure: Failure?

    package init(_ families: [MetricFamily], ofReading: [MetricFamily], failure: Failure?) {
        self.families = families
        self.ofReading = ofReading
        self.failure = failure
    }
}
