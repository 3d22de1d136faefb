#include "tmpl/zone.h"

#include <ctime>

#include "base/files.h"
#include "tmpl/zone_rule_impl.h"

namespace step::tmpl {
namespace {

class FixedZone final : public Zone {
public:
    FixedZone(std::string name, std::int64_t seconds) : name_(std::move(name)), seconds_(seconds) {}
    Offset at(std::int64_t) const override { return {seconds_, name_, false}; }
    std::string_view name() const override { return name_; }

private:
    std::string name_;
    std::int64_t seconds_;
};

class LocalZone final : public Zone {
public:
    Offset at(std::int64_t unix_seconds) const override {
        const std::time_t seconds = unix_seconds;
        std::tm local{};
        if (::localtime_r(&seconds, &local) == nullptr) {
            return {0, "UTC", false};
        }
        return {local.tm_gmtoff, local.tm_zone, local.tm_isdst > 0};
    }
    std::string_view name() const override { return "Local"; }
};

/// The transitions of a TZif file and the rule for what comes after the last one.
class FileZone final : public Zone {
public:
    struct Transition {
        std::int64_t when = 0;
        std::size_t kind = 0;
    };

    FileZone(std::string name, std::vector<Offset> kinds, std::vector<Transition> transitions,
             std::optional<ZoneRule> rule)
        : name_(std::move(name)),
          kinds_(std::move(kinds)),
          transitions_(std::move(transitions)),
          rule_(std::move(rule)) {}

    Offset at(std::int64_t unix_seconds) const override {
        if (transitions_.empty() || unix_seconds < transitions_.front().when) {
            if (transitions_.empty() && rule_) {
                return rule_->at(unix_seconds);
            }
            const auto standard = std::find_if(kinds_.begin(), kinds_.end(),
                                               [](const Offset& kind) { return !kind.daylight; });
            return standard == kinds_.end() ? kinds_.front() : *standard;
        }
        if (rule_ && unix_seconds >= transitions_.back().when) {
            return rule_->at(unix_seconds);
        }
        const auto after = std::upper_bound(
            transitions_.begin(), transitions_.end(), unix_seconds,
            [](std::int64_t when, const Transition& transition) { return when < transition.when; });
        return kinds_[std::prev(after)->kind];
    }

    std::optional<std::int64_t> offset_of(std::string_view name,
                                          std::int64_t unix_seconds) const override {
        for (const Offset& kind : kinds_) {
            if (kind.name == name && at(unix_seconds - kind.seconds).name == name) {
                return kind.seconds;
            }
        }
        for (const Offset& kind : kinds_) {
            if (kind.name == name) {
                return kind.seconds;
            }
        }
        return std::nullopt;
    }

    std::string_view name() const override { return name_; }

private:
    std::string name_;
    std::vector<Offset> kinds_;
    std::vector<Transition> transitions_;
    std::optional<ZoneRule> rule_;
};

/// Reads big-endian numbers; after the end all of them are 0 and ok() is false.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    ByteView take(std::size_t count) {
        ok_ = ok_ && count <= rest_.size();
        const ByteView part = ok_ ? rest_.substr(0, count) : ByteView{};
        rest_.remove_prefix(part.size());
        return part;
    }
    std::int64_t number(std::size_t size) {
        const ByteView part = take(size);
        if (part.empty()) {
            return 0;
        }
        std::uint64_t value =
            (static_cast<unsigned char>(part[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
        for (const char c : part) {
            value = value << 8U | static_cast<unsigned char>(c);
        }
        return static_cast<std::int64_t>(value);
    }
    bool ok() const { return ok_; }
    ByteView rest() const { return rest_; }

private:
    ByteView rest_;
    bool ok_ = true;
};

struct Header {
    char version = 0;
    std::size_t utc = 0, standard = 0, leap = 0, times = 0, types = 0, chars = 0;

    std::size_t body(std::size_t time_size) const {
        return times * (time_size + 1) + types * 6 + chars + leap * (time_size + 4) + standard +
               utc;
    }
};

std::optional<Header> read_header(Reader& reader) {
    if (reader.take(4) != "TZif") {
        return std::nullopt;
    }
    Header header;
    const ByteView version = reader.take(16);
    header.version = version.empty() ? '\0' : version[0];
    constexpr std::int64_t kMost = 100'000;
    for (std::size_t* count : {&header.utc, &header.standard, &header.leap, &header.times,
                               &header.types, &header.chars}) {
        const std::int64_t value = reader.number(4);
        if (value < 0 || value > kMost) {
            return std::nullopt;
        }
        *count = static_cast<std::size_t>(value);
    }
    return reader.ok() ? std::optional(header) : std::nullopt;
}

Error not_a_zone() {
    return Error{.code = Code::kInvalidArgument, .detail = "malformed time zone information"};
}

}  // namespace

Result<ZonePtr> parse_zone(std::string name, ByteView file) {
    Reader reader(file);
    auto header = read_header(reader);
    std::size_t time_size = 4;
    if (header && header->version >= '2') {
        reader.take(header->body(4));
        header = read_header(reader);
        time_size = 8;
    }
    if (!header || header->types == 0) {
        return not_a_zone();
    }
    std::vector<FileZone::Transition> transitions(header->times);
    for (auto& transition : transitions) {
        transition.when = reader.number(time_size);
    }
    for (auto& transition : transitions) {
        transition.kind = static_cast<std::size_t>(reader.number(1)) & 0xffU;
        if (transition.kind >= header->types) {
            return not_a_zone();
        }
    }
    std::vector<Zone::Offset> kinds(header->types);
    std::vector<std::size_t> names;
    for (auto& kind : kinds) {
        kind.seconds = reader.number(4);
        kind.daylight = reader.number(1) != 0;
        names.push_back(static_cast<std::size_t>(reader.number(1)) & 0xffU);
    }
    const ByteView chars = reader.take(header->chars);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const ByteView from = chars.substr(std::min(names[i], chars.size()));
        kinds[i].name = std::string(from.substr(0, from.find('\0')));
    }
    reader.take(header->leap * (time_size + 4) + header->standard + header->utc);
    if (!reader.ok()) {
        return not_a_zone();
    }
    std::optional<ZoneRule> rule;
    const ByteView footer = reader.rest();
    if (time_size == 8 && footer.size() > 2 && footer.front() == '\n') {
        rule = ZoneRule::parse(footer.substr(1, footer.find('\n', 1) - 1));
    }
    return ZonePtr(std::make_shared<FileZone>(std::move(name), std::move(kinds),
                                              std::move(transitions), std::move(rule)));
}

std::optional<std::int64_t> Zone::offset_of(std::string_view name,
                                            std::int64_t unix_seconds) const {
    const Offset now = at(unix_seconds);
    return now.name == name ? std::optional(now.seconds) : std::nullopt;
}

ZonePtr utc_zone() {
    return std::make_shared<FixedZone>("UTC", 0);
}

ZonePtr local_zone() {
    return std::make_shared<LocalZone>();
}

ZonePtr fixed_zone(std::string name, std::int64_t seconds) {
    return std::make_shared<FixedZone>(std::move(name), seconds);
}

Result<ZonePtr> load_zone(std::string_view name) {
    if (name.empty() || name == "UTC") {
        return utc_zone();
    }
    if (name == "Local") {
        return local_zone();
    }
    const bool leaves = name.find("..") != std::string_view::npos || name.front() == '/' ||
                        name.find('\\') != std::string_view::npos ||
                        name.find('\0') != std::string_view::npos;
    if (leaves) {
        return Error{.code = Code::kInvalidArgument, .detail = "time: invalid location name"};
    }
    constexpr std::size_t kLargest = std::size_t{256} << 10;
    const auto file = read_file("/usr/share/zoneinfo/" + std::string(name), kLargest);
    if (!file) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "unknown time zone " + std::string(name)};
    }
    return parse_zone(std::string(name), *file);
}

}  // namespace step::tmpl
