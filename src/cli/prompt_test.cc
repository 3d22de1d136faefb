#include "cli/prompt.h"

#include <deque>

#include <doctest/doctest.h>

namespace step::cli {
namespace {

struct Script final : Screen {
    std::deque<KeyPress> keys{};
    std::string drawn{};

    Script& type(std::string_view text) {
        for (const char c : text) {
            keys.push_back({.key = Key::kText, .text = std::string(1, c)});
        }
        return *this;
    }
    Script& press(Key key) {
        keys.push_back({.key = key});
        return *this;
    }
    KeyPress read() override {
        if (keys.empty()) {
            return {.key = Key::kEof};
        }
        KeyPress next = keys.front();
        keys.pop_front();
        return next;
    }
    void draw(std::string_view text) override { drawn += text; }
    std::size_t columns() const override { return 80; }
};

Status not_empty(std::string_view text) {
    return text.empty() ? Error{.code = Code::kInvalidArgument, .detail = "value is empty"} : ok();
}

}  // namespace

TEST_CASE("a line is edited with arrows, backspace and the control keys") {
    Script screen;
    screen.type("bc").press(Key::kHome).type("xa").press(Key::kLeft).press(Key::kBackspace);
    screen.press(Key::kEnd).type(" two").press(Key::kDeleteWord).type("d").press(Key::kEnter);
    CHECK(*ask_line(screen, "Name", {}, "") == "abc d");
    CHECK(screen.drawn.ends_with("Name: abc d\n"));
}

TEST_CASE("backspace takes a whole character") {
    Script screen;
    screen.keys.push_back({.key = Key::kText, .text = "é"});
    screen.press(Key::kBackspace).type("e").press(Key::kEnter);
    CHECK(*ask_line(screen, "Name", {}, "") == "e");
}

TEST_CASE("an answer that is refused is asked again with the reason") {
    Script screen;
    screen.press(Key::kEnter).type("x").press(Key::kEnter);
    CHECK(*ask_line(screen, "Name", not_empty, "") == "x");
    CHECK(screen.drawn.find("value is empty") != std::string::npos);
}

TEST_CASE("giving up names the key") {
    Script screen;
    screen.type("x").press(Key::kInterrupt);
    CHECK(ask_line(screen, "Name", {}, "").error().detail == "error running prompt: ^C");
    CHECK(ask_line(screen, "Name", {}, "").error().detail == "error running prompt: ^D");
    CHECK(ask_hidden(screen, "Password", {}).error().detail == "error reading password: ^D");
}

TEST_CASE("a password is not drawn and loses white space at its end") {
    Script screen;
    screen.type(" secret \t").press(Key::kEnter);
    CHECK(ask_hidden(screen, "Password", {})->view() == " secret");
    CHECK(screen.drawn.find("secret") == std::string::npos);
}

TEST_CASE("yes and no come in any case, anything else is asked again") {
    Script screen;
    screen.type("maybe").press(Key::kEnter).press(Key::kClearLine).type("YES").press(Key::kEnter);
    CHECK(*ask_yes_no(screen, "Overwrite [y/n]"));
    screen.type("n").press(Key::kEnter);
    CHECK(!*ask_yes_no(screen, "Overwrite [y/n]"));
}

TEST_CASE("a choice is made with arrows, letters and a search") {
    const std::vector<std::string> items{"alpha", "beta", "gamma"};
    Script screen;
    screen.press(Key::kDown).press(Key::kDown).press(Key::kDown).press(Key::kUp).press(Key::kEnter);
    CHECK(*choose_item(screen, "Which", items) == 1);
    screen.type("jj").press(Key::kEnter);
    CHECK(*choose_item(screen, "Which", items) == 2);
    screen.type("/GAM").press(Key::kEnter);
    CHECK(*choose_item(screen, "Which", items) == 2);
    screen.type("/zz").press(Key::kEnter).press(Key::kEscape).press(Key::kEnter);
    CHECK(*choose_item(screen, "Which", items) == 0);
}

TEST_CASE("names from a server cannot steer the terminal") {
    Script screen;
    screen.press(Key::kEnter);
    CHECK(choose_item(screen, "Which", {"evil\x1b]0;title\x07"}));
    CHECK(screen.drawn.find("\x1b]0;") == std::string::npos);
}

}  // namespace step::cli
