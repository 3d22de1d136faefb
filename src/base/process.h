#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step {

/// Whose business Ctrl-C and Ctrl-\\ are while a program runs: the keyboard signals everybody.
enum class Keyboard : unsigned char { kBoth, kProgram };

/// Runs a program with our environment, standard streams and working folder, and waits for it.
/// `words` is its argv; a first word without "/" is looked for on $PATH. Gives its exit code, or
/// 256 + N if signal N ended it.
///
/// Fails with kUnavailable if it could not be started; the detail is the reason alone
/// ("no such file or directory").
Result<int> run_process(const std::vector<std::string>& words, Keyboard keyboard = Keyboard::kBoth);

/// What a program left behind.
struct Finished {
    int code = 0;    ///< As run_process() gives it.
    Bytes output{};  ///< Both its output streams, together; at most 1 MiB is kept.
};

/// The same with `input` as its standard input and with its output kept from the screen.
Result<Finished> run_captured(const std::vector<std::string>& words, ByteView input);

/// From now on this process leaves no core file, and only root can attach to it or read its memory
/// through /proc: it will hold private keys. What it starts is not concerned.
void forbid_core_dumps();

}  // namespace step
