import Glibc

func setVariable(_ name: String, _ value: String) {
    _ = unsafe setenv(name, value, 1)
}

func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
}
