#pragma once

#include "cli/command.h"

namespace step::cli {

/// The streams and the terminal of this process.
class SystemConsole final : public Console {
public:
    SystemConsole();
    void out(std::string_view text) override;
    void err(std::string_view text) override;
    bool colours() const override { return err_terminal_; }
    bool out_colours() const override { return out_terminal_; }
    Result<Bytes> read_stdin(std::size_t max_bytes) override;
    bool has_input() const override;
    using Console::ask;
    Result<std::string> ask(std::string_view label, const Validate& validate,
                            std::string_view initial) override;
    Result<Secret> ask_password(std::string_view label, const Validate& validate) override;
    Result<bool> ask_yes_no(std::string_view label) override;
    Result<std::size_t> choose(std::string_view label,
                               const std::vector<std::string>& items) override;

    /// The errno of the first write to stdout that failed; 0 if none did.
    int out_error() const { return out_error_; }

private:
    bool out_terminal_, err_terminal_;
    int out_error_ = 0;
};

}  // namespace step::cli
