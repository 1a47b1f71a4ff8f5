/// Where a row is: its `ctid` in a heap.
struct Place: Sendable {
    let heap: Heap
    let text: String
}
