#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "base/system.h"

namespace step::cli {

/// What a flag takes. Durations are Go's; lists may be given several times.
enum class FlagType : unsigned char { kBool, kString, kList, kInt, kUint, kDuration };

struct Flag {
    std::string_view name{};  ///< "ca-url"; aliases after a slash: "provisioner/issuer".
    FlagType type = FlagType::kString;
    std::string_view value{};  ///< Placeholder in the help text: "url". Empty for a switch.
    std::string_view help{};
    std::string_view fallback{};  ///< Built-in default, as text; empty: none.
    std::string_view values{};    ///< All that it takes, with blanks between; empty: anything.
    bool hidden = false;
    bool no_environment = false;  ///< Neither STEP_… nor defaults.json.
};

/// Where a value came from. Everything but kFallback and kNone counts as "set".
enum class Source : unsigned char { kNone, kFallback, kDefaults, kEnvironment, kCommandLine };

/// Parsed flags and positionals of one run. A flag is named by any of its aliases; asking for
/// one that the command does not declare is a bug and ends the process.
class Args {
public:
    virtual ~Args() = default;
    virtual bool declared(std::string_view flag) const = 0;
    virtual Source source(std::string_view flag) const = 0;
    virtual std::string get(std::string_view flag) const = 0;  ///< "" if there is none.
    virtual bool flag(std::string_view flag) const = 0;        ///< kBool
    virtual std::int64_t integer(std::string_view flag) const = 0;
    virtual std::vector<std::string> list(std::string_view flag) const = 0;
    virtual const std::vector<std::string>& positionals() const = 0;
    /// "step ca certificate <subject> <crt-file> <key-file>": what errors quote.
    virtual std::string usage() const = 0;
    virtual std::string command() const = 0;  ///< "step ca certificate"

    bool is_set(std::string_view flag) const { return source(flag) > Source::kFallback; }
    std::string positional(std::size_t index) const;  ///< "" if absent.
    /// The original's errors: "not enough positional arguments were provided in '…'" and its kin.
    Status expect_positionals(std::size_t count) const;
    Status expect_positionals(std::size_t least, std::size_t most) const;
    /// `'step ca health' requires the '--ca-url' flag`
    Error missing_flag(std::string_view flag) const;
};

/// Standard streams and the terminal; a test passes one that records and answers.
class Console {
public:
    virtual ~Console() = default;
    virtual void out(std::string_view text) = 0;  ///< Data, on stdout.
    virtual void err(std::string_view text) = 0;  ///< For people, on stderr.
    virtual bool colours() const = 0;             ///< stderr is a terminal.
    virtual bool out_colours() const = 0;         ///< stdout is a terminal.
    /// Fails with kTooLarge above `max_bytes`.
    virtual Result<Bytes> read_stdin(std::size_t max_bytes) = 0;
    /// True if standard input is a pipe, or a file that is not empty: data meant for us, unlike a
    /// terminal or /dev/null.
    virtual bool has_input() const = 0;

    /// Prompts. All fail with "error allocating terminal: open /dev/tty: …"
    /// without a terminal, and with "error running prompt: ^C" if the person gives up. An
    /// answer that `validate` (may be empty) refuses is not accepted; the reason is shown.
    using Validate = std::function<Status(std::string_view)>;
    /// `initial` stands in the line, to be edited.
    virtual Result<std::string> ask(std::string_view label, const Validate& validate,
                                    std::string_view initial) = 0;
    Result<std::string> ask(std::string_view label, const Validate& validate) {
        return ask(label, validate, {});
    }
    /// Trailing white space is cut off, as it is from password files.
    virtual Result<Secret> ask_password(std::string_view label, const Validate& validate) = 0;
    /// `label` ends in "[y/n]" by custom.
    virtual Result<bool> ask_yes_no(std::string_view label) = 0;
    /// Index of the choice.
    virtual Result<std::size_t> choose(std::string_view label,
                                       const std::vector<std::string>& items) = 0;

    /// `✔ Name: value` on stderr, in colour on a terminal.
    void selected(std::string_view name, std::string_view value);
};

/// What a command runs with, besides its own arguments.
struct Context {
    const Args& args;
    Console& console;
    const Clock& clock;
    Random& random;
    const Environment& environment;
    std::string steppath{};  ///< The authority's folder; BASE/authorities/A in a context.
    std::string profile{};   ///< The profile's folder; BASE/profiles/P in a context.
    std::string base{};      ///< $STEPPATH or ~/.step; all three are one without contexts.
};

/// Exit code of a run that did what it should but answers "no".
using ExitCode = int;

/// Error::reason of an error that is followed by "Re-run with STEPDEBUG=1 for more info.":
/// what the CA answered. Error::cause is what STEPDEBUG=1 shows.
inline constexpr const char* kMoreWithDebug = "cli.more_with_debug";

/// A command that declares the hidden switch `no-context` does not read defaults.json while
/// that switch is true.
struct Command {
    std::string_view path{};   ///< "ca certificate"
    std::string_view brief{};  ///< One line, lower case, no full stop.
    std::string_view usage{};  ///< After the path: "<subject> <crt-file> <key-file>".
    std::string_view
        arguments{};            ///< Fixed words for positionals, for completion; see Flag::values.
    std::string_view manual{};  ///< Contents of the .md file beside the .cc file.
    std::vector<Flag> flags{};
    std::function<Result<ExitCode>(Context&)> run{};
};

}  // namespace step::cli
