/// What a document's own utilization is.
package enum UtilizationUnit: String, Sendable, CaseIterable {
    case ratio
    /// 0 to 100.
    case percent
}
