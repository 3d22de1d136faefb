#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/runtime.h"
#include "tmpl/value.h"

namespace step::tmpl {

/// Stable reasons of errors from templates.
inline constexpr char kFailCalled[] = "tmpl.fail";  ///< {{ fail "…" }}: detail is its text.
inline constexpr char kLimit[] = "tmpl.limit";      ///< A limit of Limits was reached.

/// What one execution may use up.
struct Limits {
    std::size_t output = std::size_t{1} << 20;   ///< Octets of the result and of any one string.
    std::size_t memory = std::size_t{64} << 20;  ///< Octets of all values made on the way.
    std::uint64_t steps = 2'000'000;             ///< Nodes run, items and texts looked at.
    std::chrono::nanoseconds time = std::chrono::seconds(1);
    unsigned depth = 2000;  ///< Of nodes within nodes and templates within templates.
};

/// Looks up addresses for getHostByName; none: the function fails.
using Resolver = std::function<std::vector<std::string>(std::string_view host)>;

/// What templates learn from outside. All references outlive the execution.
struct Surroundings {
    const Clock& clock;
    Random& random;
    Limits limits{};
    Resolver resolve{};
};

/// One execution's clock, randomness and what is left of its limits.
class Context {
public:
    explicit Context(const Surroundings& around);

    SysTime now() const { return around_.clock.now(); }
    Random& random() const { return around_.random; }
    const Resolver& resolve() const { return around_.resolve; }
    const Limits& limits() const { return around_.limits; }

    /// Counts work. Fails with reason kLimit when the steps or the time are used up.
    Status spend(std::uint64_t steps = 1);
    /// More time, for work that takes long by its nature; what it costs must be spent, too.
    void allow(std::chrono::nanoseconds time) { deadline_ += time; }
    /// Counts memory that is going to be used, before it is.
    Status reserve(std::size_t octets);
    /// Whether one string may be that long, and counts it.
    Status reserve_text(std::size_t octets);

private:
    const Surroundings& around_;
    std::chrono::nanoseconds deadline_;
    std::uint64_t steps_ = 0;
    std::uint64_t looked_ = 0;
    std::size_t memory_ = 0;
};

/// What a function takes: written "int string any...", checked when the program is compiled.
class Signature {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): tables should read like tables.
    consteval Signature(const char* text) {
        std::string_view rest = text;
        while (!rest.empty()) {
            const std::size_t space = rest.find(' ');
            std::string_view word = rest.substr(0, space);
            if (word.ends_with("...")) {
                word.remove_suffix(3);
                variadic_ = true;
            }
            params_[count_++] = named(word);
            rest = space == std::string_view::npos ? "" : rest.substr(space + 1);
        }
    }

    std::size_t size() const { return count_; }
    bool variadic() const { return variadic_; }
    /// The type of argument `i`, the variadic one repeated.
    const Type& at(std::size_t i) const { return *params_[std::min<std::size_t>(i, count_ - 1U)]; }

private:
    static consteval const Type* named(std::string_view word);

    std::array<const Type*, 8> params_{};
    unsigned char count_ = 0;
    bool variadic_ = false;
};

namespace types {
/// Go's reflect.Value: tells a nil that sits in an interface, a nil of kAny, from no value at all.
inline constexpr Type kReflect{Kind::kInterface, "reflect.Value"};
// tmpl/moment.h
extern const Type kTime;      ///< time.Time
extern const Type kDuration;  ///< time.Duration
extern const Type kVersion;   ///< *semver.Version
}  // namespace types

void unknown_type_in_signature();

consteval const Type* Signature::named(std::string_view word) {
    constexpr std::pair<std::string_view, const Type*> kNames[] = {
        {"any", &types::kAny},           {"string", &types::kString},
        {"int", &types::kInt},           {"int64", &types::kInt64},
        {"bool", &types::kBool},         {"float64", &types::kFloat64},
        {"reflect", &types::kReflect},   {"map", &types::kMap},
        {"list", &types::kList},         {"uint32", &types::kUint32},
        {"strings", &types::kStrings},   {"time", &types::kTime},
        {"duration", &types::kDuration}, {"version", &types::kVersion}};
    for (const auto& [name, type] : kNames) {
        if (name == word) {
            return type;
        }
    }
    unknown_type_in_signature();  // Not constexpr: such a signature does not compile.
    return nullptr;
}

/// The arguments of one call. They have the types of the signature.
class Call {
public:
    Call(Context& context, std::span<const Value> args) : context_(context), args_(args) {}

    Context& context() const { return context_; }
    std::size_t size() const { return args_.size(); }
    const Value& operator[](std::size_t i) const { return args_[i]; }
    std::span<const Value> from(std::size_t first) const {
        return args_.subspan(std::min(first, args_.size()));
    }

    std::string_view text(std::size_t i) const { return args_[i].as_text(); }
    std::int64_t integer(std::size_t i) const { return args_[i].as_int(); }
    double real(std::size_t i) const { return args_[i].as_float(); }
    bool flag(std::size_t i) const { return args_[i].as_bool(); }
    /// Null for a nil map.
    std::shared_ptr<Map> map(std::size_t i) const {
        const auto* map = args_[i].as_map();
        return map == nullptr ? nullptr : *map;
    }

private:
    Context& context_;
    std::span<const Value> args_;
};

using Run = Result<Value> (*)(Call&);

/// A function or method in a constant table.
struct Entry {
    std::string_view name;
    Signature signature;
    Run run;
};

/// A function that templates can call. It must not keep the Call, and fails with a detail that
/// appears after "error calling NAME: ".
struct Function {
    std::string name{};
    Signature signature{""};
    std::function<Result<Value>(Call&)> run{};
    bool builtin = false;  ///< Of text/template itself: `and`, `or` and `call` are special.
};

/// The functions by name. Other modules add their own to those of this one.
class Functions {
public:
    /// A function of the same name is replaced.
    void add(Function function);
    void add(std::span<const Entry> entries);
    void remove(std::string_view name);
    /// Null if there is none. Valid until the set changes.
    const Function* find(std::string_view name) const;

private:
    friend Functions builtin_functions();
    std::map<std::string, Function, std::less<>> functions_{};
};

/// Those of text/template: and, call, html, index, slice, js, len, not, or, print, printf, println,
/// urlquery, eq, ge, gt, le, lt, ne.
Functions builtin_functions();
/// With sprig v3's text functions except env, expandenv and those that make keys and certificates,
/// and the time functions of certificate templates (toTime, parseTime, …).
Functions all_functions();
/// What templates of X.509 certificates have besides: asn1Enc, asn1Marshal, asn1Seq, asn1Set. They
/// give DER in base64.
std::span<const Entry> asn1_functions();

/// An error of a function, for a template's author.
Error failure(std::string text);
Error limit_reached(std::string text);

}  // namespace step::tmpl
