#include "cli/args.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "base/time.h"

namespace step::cli {
namespace {

struct Setting {
    std::vector<std::string> names{};
    const Flag* flag = nullptr;
    Source source = Source::kNone;
    std::vector<std::string> values{};
    std::string spelling{};  ///< The alias used on the command line.
};

Error usage_error(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail), .reason = kUsageError};
}

/// True if a flag of this type can take the text.
bool fits(FlagType type, std::string_view text) {
    switch (type) {
        case FlagType::kBool:
            return parse_go_bool(text).has_value();
        case FlagType::kInt:
            return parse_go_int(text).has_value();
        case FlagType::kUint:
            return parse_go_int(text).value_or(-1) >= 0 && !text.starts_with("+");
        case FlagType::kDuration:
            return static_cast<bool>(parse_duration(text));
        default:
            return true;
    }
}

class ParsedArgs final : public Args {
public:
    ParsedArgs(const Command& command, std::vector<Setting> settings,
               std::vector<std::string> positionals, std::string stray)
        : command_(command),
          settings_(std::move(settings)),
          positionals_(std::move(positionals)),
          stray_(std::move(stray)) {}

    bool declared(std::string_view flag) const override { return find(flag) != nullptr; }
    Source source(std::string_view flag) const override { return at(flag).source; }
    std::string get(std::string_view flag) const override {
        const auto& values = at(flag).values;
        return values.empty() ? std::string() : values.back();
    }
    bool flag(std::string_view flag) const override {
        return parse_go_bool(get(flag)).value_or(false);
    }
    std::int64_t integer(std::string_view flag) const override {
        return parse_go_int(get(flag)).value_or(0);
    }
    std::vector<std::string> list(std::string_view flag) const override { return at(flag).values; }
    const std::vector<std::string>& positionals() const override { return positionals_; }
    /// The first positional that looks like a flag, with no "--" before it; "" if there is none.
    const std::string& stray() const { return stray_; }
    std::string usage() const override {
        return command_.usage.empty() ? command() : fmt::format("{} {}", command(), command_.usage);
    }
    std::string command() const override { return fmt::format("step {}", command_.path); }

private:
    const Setting* find(std::string_view flag) const {
        for (const Setting& setting : settings_) {
            if (std::ranges::find(setting.names, flag) != setting.names.end()) {
                return &setting;
            }
        }
        return nullptr;
    }
    const Setting& at(std::string_view flag) const {
        const Setting* setting = find(flag);
        STEP_CHECK(setting != nullptr);
        return *setting;
    }

    const Command& command_;
    std::vector<Setting> settings_;
    std::vector<std::string> positionals_;
    std::string stray_;
};

std::string_view type_name(FlagType type) {
    switch (type) {
        case FlagType::kBool:
            return "bool";
        case FlagType::kUint:
            return "uint";
        default:
            return "int";
    }
}

Status read_environment(Setting& setting, const Environment& environment) {
    std::string variable = "STEP_" + to_upper(setting.names.front());
    std::ranges::replace(variable, '-', '_');
    const std::optional<std::string> value = environment.get(variable);
    if (!value) {
        return ok();
    }
    const FlagType type = setting.flag->type;
    setting.source = Source::kEnvironment;
    if (type == FlagType::kList) {
        setting.values.clear();
        for (const std::string& part : split(*value, ',')) {
            setting.values.emplace_back(trim(part));
        }
        return ok();
    }
    if (type == FlagType::kBool && value->empty()) {
        setting.values = {"false"};
        return ok();
    }
    if (!fits(type, *value)) {
        const std::string name = join(setting.names, ",");
        if (type == FlagType::kDuration) {
            return usage_error(fmt::format("could not parse {} as duration for flag {}: {}", *value,
                                           name, parse_duration(*value).error().detail));
        }
        return usage_error(fmt::format(
            "could not parse {} as {} value for flag {}: strconv.{}: parsing {}: invalid syntax",
            *value, type_name(type), name, type == FlagType::kBool ? "ParseBool" : "ParseInt",
            quote(*value)));
    }
    setting.values = {*value};
    return ok();
}

/// One value of defaults.json as text; none for what no flag can take.
std::optional<std::string> as_text(const json::Value& value) {
    if (const auto* text = value.as_string()) {
        return *text;
    }
    if (const auto* number = value.as_number()) {
        return number->text;
    }
    if (const auto* truth = value.as_bool()) {
        return *truth ? "true" : "false";
    }
    return std::nullopt;
}

void read_defaults(Setting& setting, const json::Value& defaults) {
    const json::Value* value = nullptr;
    for (const std::string& name : setting.names) {
        if (value = defaults.find_exact(name); value != nullptr) {
            break;
        }
    }
    if (value == nullptr) {
        return;
    }
    std::vector<std::string> texts;
    if (const auto* items = value->as_array(); items != nullptr) {
        for (const json::Value& item : *items) {
            if (auto text = as_text(item)) {
                texts.push_back(std::move(*text));
            }
        }
    } else if (auto text = as_text(*value)) {
        texts.push_back(std::move(*text));
    }
    // One file serves every command, and the same name may mean another type elsewhere: what
    // does not fit here is meant for somebody else.
    if (texts.empty() || (texts.size() > 1 && setting.flag->type != FlagType::kList) ||
        !fits(setting.flag->type, texts.front())) {
        return;
    }
    setting.source = Source::kDefaults;
    setting.values = std::move(texts);
}

/// A word that looks like a flag, taken apart: "--n=v" is n and v.
struct Word {
    std::string_view name{};
    std::optional<std::string_view> value{};
};
std::optional<Word> flag_word(std::string_view word) {
    if (word.size() < 2 || word[0] != '-' || word == "--") {
        return std::nullopt;
    }
    word.remove_prefix(word[1] == '-' ? 2 : 1);
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
        return Word{.name = word};
    }
    return Word{.name = word.substr(0, equals), .value = word.substr(equals + 1)};
}

/// The command line itself.
class Reader {
public:
    Reader(std::vector<Setting>& settings, std::span<const std::string> words)
        : settings_(settings), words_(words) {}

    Status read() {
        for (; index_ < words_.size(); ++index_) {
            const std::string& word = words_[index_];
            if (word == "--") {
                positionals.insert(positionals.end(),
                                   words_.begin() + static_cast<std::ptrdiff_t>(index_) + 1,
                                   words_.end());
                return ok();
            }
            const auto parts = flag_word(word);
            Setting* setting = parts ? find(parts->name) : nullptr;
            if (setting != nullptr) {
                STEP_TRY(take(*setting, *parts));
            } else if (parts && (parts->name == "h" || parts->name == "help")) {
                help = parts->value ? parse_go_bool(*parts->value).value_or(true) : true;
            } else if (parts && positionals.empty()) {
                return unknown(word, *parts);
            } else {
                if (parts && stray.empty()) {
                    stray = parts->name;
                }
                positionals.push_back(word);
            }
        }
        return ok();
    }

    std::vector<std::string> positionals{};
    std::string stray{};
    bool help = false;

private:
    Setting* find(std::string_view name) {
        for (Setting& setting : settings_) {
            if (std::ranges::find(setting.names, name) != setting.names.end()) {
                return &setting;
            }
        }
        return nullptr;
    }

    static Error unknown(const std::string& word, const Word& parts) {
        if (parts.name.empty() || parts.name.front() == '-') {
            return usage_error(fmt::format("bad flag syntax: {}", word));
        }
        return usage_error(fmt::format("flag provided but not defined: -{}", parts.name));
    }

    Status take(Setting& setting, const Word& parts) {
        const FlagType type = setting.flag->type;
        std::string value = "true";
        if (parts.value) {
            value = *parts.value;
        } else if (type != FlagType::kBool) {
            if (index_ + 1 == words_.size()) {
                return usage_error(fmt::format("flag needs an argument: -{}", parts.name));
            }
            value = words_[++index_];
        }
        if (!fits(type, value)) {
            return usage_error(type == FlagType::kBool
                                   ? fmt::format("invalid boolean value {} for -{}: parse error",
                                                 quote(value), parts.name)
                                   : fmt::format("invalid value {} for flag -{}: parse error",
                                                 quote(value), parts.name));
        }
        if (!setting.spelling.empty() && setting.spelling != parts.name) {
            return usage_error(fmt::format("Cannot use two forms of the same flag: {} {}",
                                           setting.names.back(), setting.names.front()));
        }
        if (setting.source != Source::kCommandLine || type != FlagType::kList) {
            setting.values.clear();
        }
        setting.spelling = parts.name;
        setting.source = Source::kCommandLine;
        setting.values.push_back(std::move(value));
        return ok();
    }

    std::vector<Setting>& settings_;
    std::span<const std::string> words_;
    std::size_t index_ = 0;
};

std::optional<unsigned> digit_value(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    const char lower = to_lower(c);
    if (lower >= 'a' && lower <= 'f') {
        return static_cast<unsigned>(lower - 'a') + 10;
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> names_of(const Flag& flag) {
    return split(flag.name, '/');
}

std::optional<bool> parse_go_bool(std::string_view text) {
    for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"}) {
        if (text == yes) {
            return true;
        }
    }
    for (const char* no : {"0", "f", "F", "FALSE", "false", "False"}) {
        if (text == no) {
            return false;
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> parse_go_int(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    unsigned base = 10;
    bool digit_before = false;  // An underscore stands between digits or after the prefix.
    if (text.size() > 1 && text[0] == '0') {
        const char kind = to_lower(text[1]);
        base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
        text.remove_prefix(kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1);
        digit_before = true;
    }
    if (text.empty() || text.back() == '_') {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c == '_') {
            if (!digit_before) {
                return std::nullopt;
            }
            digit_before = false;
            continue;
        }
        const auto digit = digit_value(c);
        constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;
        if (!digit || *digit >= base || value > (kLimit - *digit) / base) {
            return std::nullopt;
        }
        value = value * base + *digit;
        digit_before = true;
    }
    if (!negative && value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(negative ? 0 - value : value);
}

Result<Parsed> parse_args(const Command& command, std::span<const std::string> words,
                          const Environment& environment, const json::Value& defaults) {
    std::vector<Setting> settings;
    for (const Flag& flag : command.flags) {
        Setting setting{.names = names_of(flag), .flag = &flag};
        if (!flag.fallback.empty()) {
            setting.source = Source::kFallback;
            setting.values = {std::string(flag.fallback)};
        }
        if (!flag.no_environment) {
            STEP_TRY(read_environment(setting, environment));
        }
        settings.push_back(std::move(setting));
    }
    Reader reader(settings, words);
    STEP_TRY(reader.read());

    const auto skips = [&](const Setting& setting) {
        return setting.names.front() == "no-context" &&
               setting.values == std::vector<std::string>{"true"};
    };
    if (std::ranges::none_of(settings, skips)) {
        for (Setting& setting : settings) {
            if (!setting.flag->no_environment && setting.source <= Source::kFallback) {
                read_defaults(setting, defaults);
            }
        }
    }
    Parsed parsed{.help = reader.help};
    parsed.args = std::make_unique<ParsedArgs>(
        command, std::move(settings), std::move(reader.positionals), std::move(reader.stray));
    return parsed;
}

std::string Args::positional(std::size_t index) const {
    return index < positionals().size() ? positionals()[index] : std::string();
}

Status Args::expect_positionals(std::size_t count) const {
    return expect_positionals(count, count);
}

Status Args::expect_positionals(std::size_t least, std::size_t most) const {
    const std::size_t count = positionals().size();
    if (count >= least && count <= most) {
        // A mistyped flag that would be taken for the name of a file, perhaps of a key.
        const auto* const parsed = dynamic_cast<const ParsedArgs*>(this);
        return parsed == nullptr || parsed->stray().empty()
                   ? ok()
                   : Status(usage_error("flag provided but not defined: -" + parsed->stray()));
    }
    return Error{.code = Code::kInvalidArgument,
                 .detail = fmt::format("{} positional arguments were provided in '{}'",
                                       count < least ? "not enough" : "too many", usage())};
}

Error Args::missing_flag(std::string_view flag) const {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("'{}' requires the '--{}' flag", command(), flag)};
}

}  // namespace step::cli
