// Preloaded into a program, this library kills it with -9 right before a rename, so that a test
// can see what a crash between two files leaves.
//
//   STEP_DIE_AT_RENAME  which one, counted from 1
#include <dlfcn.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

extern "C" int rename(const char* from, const char* to) noexcept {
    static int count = 0;
    const char* const when = std::getenv("STEP_DIE_AT_RENAME");
    if (when != nullptr && ++count == std::atoi(when)) {
        std::raise(SIGKILL);
    }
    static const auto real =
        reinterpret_cast<int (*)(const char*, const char*)>(::dlsym(RTLD_NEXT, "rename"));
    return real(from, to);
}
