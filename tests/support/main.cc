// The main of every unit test program: whoever runs it, it is in the time zone of the recorded
// vectors, and files get the modes that tests expect.
#define DOCTEST_CONFIG_IMPLEMENT
#include <sys/stat.h>

#include <cstdlib>

#include <doctest/doctest.h>

int main(int argc, char** argv) {
    ::setenv("TZ", "UTC", 1);
    ::umask(022);
    return doctest::Context(argc, argv).run();
}
