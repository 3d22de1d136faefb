#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"

namespace step::test {

/// Records what is printed and answers prompts from a list. A prompt without an answer fails
/// as on a machine without a terminal.
struct FakeConsole final : cli::Console {
    std::string printed{}, told{}, input{};
    std::deque<std::string> answers{};
    std::vector<std::string> questions{};

    void out(std::string_view text) override { printed += text; }
    void err(std::string_view text) override { told += text; }
    bool colours() const override { return false; }
    bool out_colours() const override { return false; }
    Result<Bytes> read_stdin(std::size_t max_bytes) override {
        return input.size() > max_bytes ? Result<Bytes>(Error{.code = Code::kTooLarge})
                                        : Result<Bytes>(input);
    }
    bool has_input() const override { return !input.empty(); }
    using Console::ask;
    Result<std::string> ask(std::string_view label, const Validate& validate,
                            std::string_view initial) override {
        STEP_ASSIGN(const std::string answer, next(label));
        const std::string& value = answer.empty() ? std::string(initial) : answer;
        if (validate) {
            STEP_TRY(validate(value));
        }
        return value;
    }
    Result<Secret> ask_password(std::string_view label, const Validate& validate) override {
        STEP_ASSIGN(const std::string answer, ask(label, validate, {}));
        return Secret(answer);
    }
    Result<bool> ask_yes_no(std::string_view label) override {
        STEP_ASSIGN(const std::string answer, next(label));
        return answer == "y";
    }
    Result<std::size_t> choose(std::string_view label,
                               const std::vector<std::string>& items) override {
        STEP_ASSIGN(const std::string answer, next(label));
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i] == answer) {
                return i;
            }
        }
        return Error{.code = Code::kNotFound, .detail = "no such item: " + answer};
    }

private:
    Result<std::string> next(std::string_view label) {
        questions.emplace_back(label);
        if (answers.empty()) {
            return Error{.code = Code::kUnavailable,
                         .detail =
                             "error allocating terminal: open /dev/tty: no such device or "
                             "address"};
        }
        std::string answer = std::move(answers.front());
        answers.pop_front();
        return answer;
    }
};

}  // namespace step::test
