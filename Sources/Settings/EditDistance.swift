/// How many characters to insert, delete or replace to make `b` out of `a`.
func editDistance(_ a: String, _ b: String) -> Int {
    let target = Array(b.unicodeScalars)
    var row = Array(0...target.count)
    for (index, character) in a.unicodeScalars.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in target.indices {
            let replaced = diagonal + (character == target[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[target.count]
}
