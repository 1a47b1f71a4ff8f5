/// Names from elsewhere in the program that the settings refer to or keep clear of.
struct KnownNames {
    /// The collectors of the catalogue.
    let collectors: [String]
    /// Labels that the views use, which a target may not set.
    let reservedLabels: Set<String>
}
