/// One point of a beat's grid.
package struct Tick: Sendable, Equatable {
    /// How many points of the grid lie before it.
    package let number: Int
    /// When it is due, on the schedule's timeline.
    package let due: Duration
}
