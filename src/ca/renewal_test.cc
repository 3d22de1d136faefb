#include "ca/renewal.h"

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"

namespace step::ca {
namespace {

using namespace std::chrono_literals;

TEST_CASE("our certificate is renewed between 61 and 67 hundredths of its life") {
    test::FakeRandom random;
    const SysSeconds begin{}, end = begin + 24h;
    for (int i = 0; i < 1000; ++i) {
        const SysTime due = next_renewal(begin, end, random);
        CHECK(due <= end - 8h);
        CHECK(due > end - 8h - 72min);
    }
}

TEST_CASE("after a failure we wait between a fortieth and a twentieth of its life") {
    test::FakeRandom random;
    const SysSeconds begin{}, end = begin + 24h;
    for (int i = 0; i < 1000; ++i) {
        const Duration wait = retry_after(begin, end, random);
        CHECK(wait >= 36min);
        CHECK(wait < 72min);
    }
}

}  // namespace
}  // namespace step::ca
