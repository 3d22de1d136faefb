#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

namespace step::test {

/// The contents of tests/data/NAME; the test fails if there is no such file.
inline std::string data(const std::string& name) {
    std::ifstream file(std::string(STEP_TEST_DATA) + "/" + name, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), "tests/data/", name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace step::test
