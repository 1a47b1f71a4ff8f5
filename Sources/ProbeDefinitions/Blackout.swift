/// A span of each week in UTC, in seconds since Monday 00:00; where it ends before it starts, it goes on over
/// the week's end.
package struct Blackout: Sendable, Equatable {
    package var start: Int
    package var end: Int

    package init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}
