import Glibc

/// A value that several threads change, one at a time.
///
/// A pthread mutex: the thread sanitizer does not see how `Synchronization.Mutex` waits on Linux, and reports
/// races that are none.
final class Lock<Value: Sendable>: Sendable {
    // As numbers, since pointers are not Sendable; apart, since the mutex is never accessed exclusively.
    private let mutexAddress: UInt
    private let valueAddress: UInt

    init(_ value: Value) {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        let result = unsafe pthread_mutex_init(mutex, nil)
        precondition(result == 0, "no mutex")
        let stored = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        unsafe stored.initialize(to: value)
        mutexAddress = UInt(bitPattern: mutex)
        valueAddress = UInt(bitPattern: stored)
    }

    deinit {
        if let mutex = unsafe UnsafeMutablePointer<pthread_mutex_t>(bitPattern: mutexAddress) {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
        }
        if let stored = unsafe UnsafeMutablePointer<Value>(bitPattern: valueAddress) {
            unsafe stored.deinitialize(count: 1)
            unsafe stored.deallocate()
        }
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        guard let mutex = unsafe UnsafeMutablePointer<pthread_mutex_t>(bitPattern: mutexAddress),
            let stored = unsafe UnsafeMutablePointer<Value>(bitPattern: valueAddress)
        else { preconditionFailure("a lock without memory") }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return unsafe body(&stored.pointee)
    }
}
