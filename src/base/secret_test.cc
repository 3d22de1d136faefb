#include "base/secret.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <doctest/doctest.h>

namespace step {
namespace {

/// The octets of the object itself, where short strings live.
bool holds(const Secret& secret, std::string_view text) {
    std::array<char, sizeof(Secret)> memory{};
    std::memcpy(memory.data(), static_cast<const void*>(&secret), memory.size());
    return std::search(memory.begin(), memory.end(), text.begin(), text.end()) != memory.end();
}

TEST_CASE("a short secret that was moved leaves nothing behind") {
    Secret first(Bytes("hunter2-pass"));
    CHECK(holds(first, "unter2-pass"));
    Secret second(std::move(first));
    CHECK(!holds(first, "unter2-pass"));  // NOLINT(bugprone-use-after-move): that is the question.
    CHECK(second.view() == "hunter2-pass");
    Secret third;
    third = std::move(second);
    CHECK(!holds(second, "unter2-pass"));  // NOLINT(bugprone-use-after-move): that is the question.
    CHECK(third.view() == "hunter2-pass");
}

TEST_CASE("wiped bytes are empty, and what they held is gone") {
    Bytes bytes(100, 'x');
    const char* const at = bytes.data();
    wipe(bytes);
    CHECK(bytes.empty());
    CHECK(at == bytes.data());
    CHECK(std::all_of(at, at + 100, [](char c) { return c == '\0'; }));
}

}  // namespace
}  // namespace step
