#pragma once

#include <atomic>
#include <cstdint>

#include "base/runtime.h"

namespace step::test {

/// A reproducible stream (SplitMix64), as long as one thread asks; several never get the same part
/// of it. Never use it for anything but tests.
struct FakeRandom final : Random {
    explicit FakeRandom(std::uint64_t seed = 1) : state(seed) {}
    std::atomic<std::uint64_t> state;

    void fill(std::span<std::byte> out) override {
        for (std::byte& byte : out) {
            constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
            std::uint64_t z = state.fetch_add(kStep) + kStep;
            z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
            byte = static_cast<std::byte>((z ^ (z >> 31U)) & 0xffU);
        }
    }
};

}  // namespace step::test
