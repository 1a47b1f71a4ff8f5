/// Why a value is not allowed.
struct Refusal: Error {
    /// What was found, in words that hold nothing of the value.
    let found: String
}
