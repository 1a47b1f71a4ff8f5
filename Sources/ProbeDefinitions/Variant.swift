package import SQL

/// One way of running a probe's search: with some settings of the server changed.
package struct Variant: Sendable, Equatable {
    package var name: String
    /// In the order of the settings file.
    package var settings: [LocalSetting]
    /// Every how many ticks.
    package var every: Int

    package init(_ name: String = "default", settings: [LocalSetting] = [], every: Int = 1) {
        self.name = name
        self.settings = settings
        self.every = every
    }

    /// The value of a setting that it changes.
    package subscript(setting: String) -> String? {
        settings.last { $0.name == setting }?.value
    }
}
