#include <sys/resource.h>

#include <csignal>
#include <exception>

#include "base/process.h"
#include "base/system.h"
#include "ca/daemon.h"
#include "cli/system_console.h"
#include "crypto/random.h"

namespace {

/// As many descriptors as we may have: the usual 1,024 are a few clients that never say a word.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace

int main(int count, char** words) {
    step::cli::SystemConsole console;
    try {
        (void)std::signal(SIGPIPE, SIG_IGN);
        raise_descriptor_limit();
        step::forbid_core_dumps();
        const step::SystemClock clock;
        step::crypto::SystemRandom random;
        const step::SystemEnvironment environment;
        step::ca::DescriptorSink log(/*descriptor=*/2);
        return step::ca::run({words + 1, words + count},
                             {console, clock, random, environment, log});
    } catch (const std::exception& error) {
        console.err(std::string(error.what()) + "\n");
        return 2;
    }
}
