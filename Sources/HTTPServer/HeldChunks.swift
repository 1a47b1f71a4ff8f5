/// A body in pieces, for as long as C reads from it.
final class HeldChunks: Sendable {
    private let chunks: [[UInt8]]
    /// Where each chunk ends, counted from the start of the body.
    private let ends: [Int]

    init(_ chunks: [[UInt8]]) {
        self.chunks = chunks.filter { !$0.isEmpty }
        var end = 0
        ends = self.chunks.map { chunk in
            end += chunk.count
            return end
        }
    }

    /// Fills the buffer with the body's bytes from `position` on, and returns how many there were.
    func copy(from position: Int, to buffer: UnsafeMutableRawBufferPointer) -> Int {
        var index = chunk(at: position)
        var copied = 0
        while index < chunks.count, copied < buffer.count {
            let chunk = chunks[index]
            let skipped = position + copied - (ends[index] - chunk.count)
            let part = chunk[skipped...].prefix(buffer.count - copied)
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[copied...]).copyBytes(from: part)
            copied += part.count
            index += 1
        }
        return copied
    }

    /// The first chunk that ends after `position`.
    private func chunk(at position: Int) -> Int {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
