/// A Prometheus that asks for the page again and again, almost on time.
struct Scraper {
    let interval: Duration
    let phase: Duration

    init(every interval: Duration = .seconds(15), at phase: Duration) {
        self.interval = interval
        self.phase = phase
    }

    /// When its scrapes arrive, each up to 200 ms early or late.
    func arrivals(_ count: Int, using random: inout SplitMix) -> [Duration] {
        (1...count).map { phase + interval * $0 + random.duration(in: -200...200) }
    }
}

/// What one scrape saw.
struct Sighting {
    let time: Duration
    /// Of the latest poll that had ended.
    let poll: Int
    /// A counter that grows by 100 a second, as that poll read it at its end.
    let value: Double
}
