#include <charconv>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/text.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "commands/fingerprint_format.h"
#include "commands/random_text.h"
#include "crypto/prime.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/rand.md.inc"
    ;

constexpr std::int64_t kDefault = 32, kDefaultSides = 6, kDefaultWords = 6;
constexpr std::int64_t kMost = std::int64_t{64} << 20;  // What we are ready to hold in memory.

constexpr std::string_view kLetters = kAlphanumeric.substr(10);
constexpr std::string_view kUpper = kLetters.substr(0, 26), kLower = kLetters.substr(26);
constexpr std::string_view kDigits = kAlphanumeric.substr(0, 10), kHex = "0123456789abcdef";

/// The printable characters of ASCII but the blank.
std::string printable() {
    std::string all;
    for (char c = '!'; c <= '~'; ++c) {
        all += c;
    }
    return all;
}

/// RFC 9562 5.4.
std::string random_uuid(Random& random) {
    Bytes octets = random.bytes(16);
    octets[6] = static_cast<char>((static_cast<unsigned char>(octets[6]) & 0x0fU) | 0x40U);
    octets[8] = static_cast<char>((static_cast<unsigned char>(octets[8]) & 0x3fU) | 0x80U);
    std::string text = encode_hex(octets);
    for (const std::size_t at : {8U, 13U, 18U, 23U}) {
        text.insert(at, 1, '-');
    }
    return text;
}

/// The number in the argument; none without one.
Result<std::optional<std::int64_t>> length_of(const cli::Args& args) {
    const std::string text = args.positional(0);
    if (args.positionals().empty()) {
        return std::optional<std::int64_t>();
    }
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        return invalid(
            fmt::format("positional argument <length> {} is not a valid number", quote(text)));
    }
    if (value <= 0) {
        return invalid(
            fmt::format("positional argument <length> {} must be greater than 0", quote(text)));
    }
    if (value > kMost) {
        return invalid(
            fmt::format("positional argument <length> {} must be at most {}", quote(text), kMost));
    }
    return std::optional(value);
}

Result<std::string> random_words(Random& random, const std::string& file, std::size_t count) {
    STEP_ASSIGN(const Bytes text, read_file(file));
    std::vector<std::string> lines;
    for (const std::string& line : split(text, '\n')) {
        if (const std::string_view word = trim(line); !word.empty()) {
            lines.emplace_back(word);
        }
    }
    if (lines.empty()) {
        return invalid(fmt::format("error reading {}: there are no words", file));
    }
    std::vector<std::string> words;
    while (words.size() < count) {
        words.push_back(lines[random_below(random, lines.size())]);
    }
    return join(words, "-");
}

Result<std::string> random_of(Random& random, const std::string& format,
                              std::optional<std::int64_t> length) {
    const auto count = static_cast<std::size_t>(length.value_or(kDefault));
    const std::pair<std::string_view, std::string_view> alphabets[] = {
        {"alphanumeric", kAlphanumeric},
        {"alphabet", kLetters},
        {"hex", kHex},
        {"dec", kDigits},
        {"lower", kLower},
        {"upper", kUpper}};
    for (const auto& [name, alphabet] : alphabets) {
        if (format == name) {
            return random_text(random, alphabet, count) + "\n";
        }
    }
    if (format.empty() || format == "ascii") {
        return random_text(random, printable(), count) + "\n";
    }
    if (format == "raw") {
        return random.bytes(count);
    }
    if (format == "emoji") {
        return encode_emoji(random.bytes(count)) + "\n";
    }
    if (format == "uuid") {
        return random_uuid(random) + "\n";
    }
    if (format == "die") {
        const auto sides = static_cast<std::uint64_t>(length.value_or(kDefaultSides));
        return fmt::format("{}\n", random_below(random, sides) + 1);
    }
    if (format == "prime") {
        STEP_ASSIGN(const std::string prime, crypto::random_prime(static_cast<unsigned>(count)));
        return prime + "\n";
    }
    return invalid_flag("format", format);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    STEP_ASSIGN(const auto length, length_of(args));
    if (const std::string file = args.get("dictionary"); !file.empty()) {
        if (!args.get("format").empty()) {
            return exclusive("dictionary", "format");
        }
        STEP_ASSIGN(const std::string words,
                    random_words(context.random, file,
                                 static_cast<std::size_t>(length.value_or(kDefaultWords))));
        context.console.out(words + "\n");
        return 0;
    }
    STEP_ASSIGN(std::string text, random_of(context.random, args.get("format"), length));
    const Secret secret(std::move(text));
    context.console.out(secret.view());
    return 0;
}

}  // namespace

cli::Command crypto_rand() {
    return {.path = "crypto rand",
            .brief = "make random texts and numbers",
            .usage = "[<length>] [--format=<format>] [--dictionary=<file>]",
            .manual = kManual,
            .flags = {{.name = "format",
                       .value = "format",
                       .help = "what to make",
                       .values = "ascii alphanumeric alphabet hex dec lower upper uuid emoji die "
                                 "prime raw"},
                      {.name = "dictionary/dict",
                       .value = "file",
                       .help = "pick lines of this file and join them with dashes"}},
            .run = run};
}

}  // namespace step::commands
