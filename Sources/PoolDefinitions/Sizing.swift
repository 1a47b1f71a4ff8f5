/// How the size of a pool is judged.
package struct Sizing: Sendable, Equatable {
    /// The share of its connections that a well-sized pool has in use.
    package var target = 0.75
    /// No fewer connections are advised.
    package var minimum = 5
    /// The share of the advised connections that are worth keeping open.
    package var minimumRatio = 0.3
    /// Mean utilization below which a smaller pool is advised.
    package var shrinkBelow = 0.3
    /// Over which rate and mean busy time are measured.
    package var window = Duration.seconds(300)
    /// Of the server behind; without them there is no advice for it.
    package var cores: Int?
    package var spindles = 1

    package init() {}
}
