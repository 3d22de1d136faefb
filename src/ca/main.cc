#include <csignal>
#include <exception>

#include "base/system.h"
#include "ca/daemon.h"
#include "cli/system_console.h"
#include "crypto/random.h"

int main(int count, char** words) {
    step::cli::SystemConsole console;
    try {
        (void)std::signal(SIGPIPE, SIG_IGN);
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
