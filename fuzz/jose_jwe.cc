#include <cstdlib>

#include "fuzz/fuzz.h"
#include "jose/jwe.h"

FUZZ_TARGET(jose_jwe) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto opened = step::jose::decrypt_with_password(text, "password", 100);
    // Every failure is the fault of the message or of the password.
    if (!opened && opened.error().code != step::Code::kInvalidArgument &&
        opened.error().code != step::Code::kUnauthenticated) {
        std::abort();
    }
}
