package import Postgres

/// One way of running a probe's search: with some settings of the server changed.
package struct Variant: Sendable, Equatable {
    package var name = "default"
    /// In the order of the settings file.
    package var settings: [LocalSetting] = []
    /// Every how many ticks.
    package var every = 1

    package init() {}

    package init(_ name: String, settings: [LocalSetting], every: Int) {
        self.name = name
        self.settings = settings
        self.every = every
    }
}
