#include "tmpl/function.h"

namespace step::tmpl {

Error failure(std::string text) {
    return Error{.code = Code::kInvalidArgument, .detail = std::move(text)};
}

Error limit_reached(std::string text) {
    return Error{.code = Code::kInvalidArgument, .detail = std::move(text), .reason = kLimit};
}

Context::Context(const Surroundings& around)
    : around_(around), deadline_(around.clock.monotonic() + around.limits.time) {}

Status Context::spend(std::uint64_t steps) {
    steps_ += steps;
    if (steps_ > around_.limits.steps) {
        return limit_reached(
            fmt::format("template takes more than {} steps", around_.limits.steps));
    }
    constexpr std::uint64_t kLookEvery = 64;
    if (steps_ - looked_ >= kLookEvery) {
        looked_ = steps_;
        if (around_.clock.monotonic() > deadline_) {
            return limit_reached("template takes too long");
        }
    }
    return ok();
}

Status Context::reserve(std::size_t octets) {
    if (octets > around_.limits.memory - memory_) {
        return limit_reached(
            fmt::format("template uses more than {} bytes of memory", around_.limits.memory));
    }
    memory_ += octets;
    return ok();
}

Status Context::reserve_text(std::size_t octets) {
    if (octets > around_.limits.output) {
        return limit_reached(
            fmt::format("template makes a text of more than {} bytes", around_.limits.output));
    }
    return reserve(octets);
}

void Functions::add(Function function) {
    std::string name = function.name;
    functions_.insert_or_assign(std::move(name), std::move(function));
}

void Functions::add(std::span<const Entry> entries) {
    for (const Entry& entry : entries) {
        add(Function{
            .name = std::string(entry.name), .signature = entry.signature, .run = entry.run});
    }
}

void Functions::remove(std::string_view name) {
    const auto found = functions_.find(name);
    if (found != functions_.end()) {
        functions_.erase(found);
    }
}

const Function* Functions::find(std::string_view name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : &found->second;
}

}  // namespace step::tmpl
