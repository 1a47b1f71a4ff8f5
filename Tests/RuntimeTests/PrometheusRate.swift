/// `rate()` of a counter over `(end − window, end]`, a second, extrapolated as Prometheus does it.
///
/// Source: `extrapolatedRate` of Prometheus' `promql/functions.go`. nil with fewer than two samples.
func prometheusRate(of samples: [Sighting], over window: Duration, until end: Duration) -> Double? {
    let inside = samples.filter { $0.time > end - window && $0.time <= end }
    guard inside.count > 1, let first = inside.first, let last = inside.last else { return nil }
    var increase = last.value - first.value
    for (earlier, later) in zip(inside, inside.dropFirst()) where later.value < earlier.value {
        increase += earlier.value
    }
    let sampled = (last.time - first.time) / .seconds(1)
    let average = sampled / Double(inside.count - 1)
    var toStart = (first.time - (end - window)) / .seconds(1)
    var toEnd = (end - last.time) / .seconds(1)
    if toStart >= average * 1.1 { toStart = average / 2 }
    if increase > 0, first.value >= 0 { toStart = min(toStart, sampled * (first.value / increase)) }
    if toEnd >= average * 1.1 { toEnd = average / 2 }
    return increase * ((sampled + toStart + toEnd) / sampled) / (window / .seconds(1))
}
