#include "cli/help.h"

#include <doctest/doctest.h>

namespace step::cli {

TEST_CASE("text is wrapped at 80 columns behind an indent of 6, code stands at 10 as it is") {
    const std::string page = render_manual(
        "# NAME\n\none two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen\n\n```\n$ step   x\n```\n\nend\n",
        false);
    CHECK(page ==
          "NAME\n\n"
          "      one two three four five six seven eight nine ten eleven twelve thirteen\n"
          "      fourteen fifteen\n\n"
          "          $ step   x\n\n"
          "      end\n");
}

TEST_CASE("marks vanish without colours and become escapes with them") {
    CHECK(render_manual("a **b** `c` <d>", false) == "      a b c <d>\n");
    CHECK(render_manual("a **b** `c` <d>", true) ==
          "      a \x1b[1mb\x1b[0m \x1b[4mc\x1b[0m \x1b[4m<d>\x1b[0m\n");
}

TEST_CASE("a flag stands on a line of its own, what it does below") {
    CHECK(render_manual("**--a**=<b>\nwhat\nit does.\n", false) ==
          "      --a=<b>\n          what it does.\n");
}

TEST_CASE("a flag is headed by all its names") {
    CHECK(flag_heading({.name = "provisioner/issuer", .value = "name"}) ==
          "**--provisioner**=<name>, **--issuer**=<name>");
    CHECK(flag_heading({.name = "f/force", .type = FlagType::kBool}) == "**-f**, **--force**");
}

}  // namespace step::cli
