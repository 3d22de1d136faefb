#pragma once

namespace step::crypto {

/// Readies OpenSSL for a program that lives for one command: no openssl.cnf is read, as the
/// original reads none, and random numbers come from the kernel instead of a generator of its own,
/// which takes as long to set up as several signatures. Call it before anything else of crypto/
/// and before the first thread. What never calls it works too. Ends the process if OpenSSL refuses.
void start_for_one_command();

}  // namespace step::crypto
