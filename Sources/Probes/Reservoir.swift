/// Some of many things that pass by, each as likely as any other (Vitter's algorithm R).
struct Reservoir {
    private let size: Int
    private var offered = 0
    private(set) var kept: [Place] = []

    init(size: Int) { self.size = size }

    var isFull: Bool { kept.count >= size }

    mutating func offer(_ place: Place, using generator: inout SplitMix) {
        offered += 1
        if kept.count < size {
            kept.append(place)
        } else {
            let position = Int.random(in: 0..<offered, using: &generator)
            if position < size { kept[position] = place }
        }
    }
}
