/// An ANN index over what a probe searches, or over something made of it.
package struct IndexCandidate: Sendable, Equatable {
    package let name: String
    package let accessMethod: String
    package let match: IndexMatch
    /// Of IVFFlat, in effect; nil for others.
    package let lists: Int?
    /// The names under which it may stand in a plan: of a partitioned index, those of its parts.
    package let namesInPlans: Set<String>
    /// Of it and its parts; another one after each rebuild.
    let fileNodes: String

    package init(
        name: String, accessMethod: String, match: IndexMatch, lists: Int? = nil,
        namesInPlans: Set<String>, fileNodes: String = ""
    ) {
        self.name = name
        self.accessMethod = accessMethod
        self.match = match
        self.lists = lists
        self.namesInPlans = namesInPlans
        self.fileNodes = fileNodes
    }
}
