#include <charconv>

#include "base/text.h"
#include "profile/decode_impl.h"
#include "profile/ssh_plan.h"

namespace step::profile {
namespace {

Result<SshType> read_type(const json::Value& value) {
    Result<std::string> text = impl::read_string(value, "Go value of type string");
    if (!text) {
        return impl::mistake(value, "error unmarshaling certificate type: " + text.error().detail);
    }
    Result<SshType> type = parse_ssh_type(*text);
    return type ? std::move(type)
                : impl::mistake(value, fmt::format("error unmarshaling '{}' as a certificate type",
                                                   value.is_null() ? "" : *text));
}

Result<std::vector<std::string>> read_principals(const json::Value& value) {
    std::vector<std::string> principals;
    if (value.is_null()) {
        return principals;
    }
    constexpr std::string_view kField = "Go struct field Certificate.principals of type ";
    if (value.as_array() == nullptr) {
        return impl::cannot_unmarshal(value, std::string(kField) + "[]string");
    }
    for (const json::Value& element : *value.as_array()) {
        STEP_ASSIGN(std::string text, impl::read_string(element, std::string(kField) + "string"));
        principals.push_back(std::move(text));
    }
    return principals;
}

using Options = std::map<std::string, std::string>;

Result<Options> read_options(const json::Value& value, std::string_view key) {
    Options options;
    if (value.is_null()) {
        return options;
    }
    const std::string field = fmt::format("Go struct field Certificate.{} of type ", key);
    if (value.as_object() == nullptr) {
        return impl::cannot_unmarshal(value, field + "map[string]string");
    }
    for (const json::Member& member : *value.as_object()) {
        STEP_ASSIGN(options[member.name], impl::read_string(member.value, field + "string"));
    }
    return options;
}

Result<std::uint64_t> read_ssh_serial(const json::Value& value) {
    if (value.is_null()) {
        return 0;
    }
    const json::Number* number = value.as_number();
    std::uint64_t serial = 0;
    if (number != nullptr) {
        const char* end = number->text.data() + number->text.size();
        const auto [stop, problem] = std::from_chars(number->text.data(), end, serial);
        if (problem == std::errc{} && stop == end) {
            return serial;
        }
    }
    return impl::mistake(value,
                         fmt::format("json: cannot unmarshal {}{} into Go struct field "
                                     "Certificate.serial of type uint64",
                                     value.kind(), number == nullptr ? "" : " " + number->text));
}

Result<SshPlan> read_ssh_certificate(const json::Value& value) {
    SshPlan plan;
    if (value.is_null()) {
        return plan;
    }
    if (value.as_object() == nullptr) {
        return impl::cannot_unmarshal(value, "Go value of type sshutil.Certificate");
    }
    STEP_TRY(impl::get(value, "nonce", plan.nonce, [](const json::Value& octets) {
        return impl::read_octets(octets, "Go struct field Certificate.nonce of type []uint8");
    }));
    STEP_TRY(impl::get(value, "serial", plan.serial, read_ssh_serial));
    STEP_TRY(impl::get(value, "type", plan.type, read_type));
    STEP_TRY(impl::get(value, "keyId", plan.key_id, [](const json::Value& text) {
        return impl::read_string(text, "Go struct field Certificate.keyId of type string");
    }));
    STEP_TRY(impl::get(value, "principals", plan.principals, read_principals));
    STEP_TRY(impl::get(value, "validAfter", plan.valid_after, impl::read_time));
    STEP_TRY(impl::get(value, "validBefore", plan.valid_before, impl::read_time));
    STEP_TRY(impl::get(value, "criticalOptions", plan.critical_options, [](const json::Value& map) {
        return read_options(map, "criticalOptions");
    }));
    STEP_TRY(impl::get(value, "extensions", plan.extensions,
                       [](const json::Value& map) { return read_options(map, "extensions"); }));
    STEP_TRY(impl::get(value, "reserved", plan.reserved, [](const json::Value& octets) {
        return impl::read_octets(octets, "Go struct field Certificate.reserved of type []uint8");
    }));
    return plan;
}

}  // namespace

std::string_view ssh_type_name(SshType type) {
    switch (type) {
        case SshType::kUser:
            return "user";
        case SshType::kHost:
            return "host";
        default:
            return "";
    }
}

Result<SshType> parse_ssh_type(std::string_view name) {
    for (const SshType type : {SshType::kUser, SshType::kHost}) {
        if (equal_fold(name, ssh_type_name(type))) {
            return type;
        }
    }
    return Error{.code = Code::kInvalidArgument,
                 .detail = fmt::format("unknown certificate type '{}'", name)};
}

Result<SshPlan> decode_ssh_certificate(std::string_view json) {
    Result<json::Value> value = impl::parse_output(json);
    if (!value) {
        return impl::show(std::move(value).error(), json);
    }
    Result<SshPlan> plan = read_ssh_certificate(*value);
    return plan ? std::move(plan) : impl::show(std::move(plan).error(), json);
}

std::map<std::string, std::string> default_ssh_extensions(SshType type) {
    if (type != SshType::kUser) {
        return {};
    }
    return {{"permit-X11-forwarding", ""},
            {"permit-agent-forwarding", ""},
            {"permit-port-forwarding", ""},
            {"permit-pty", ""},
            {"permit-user-rc", ""}};
}

}  // namespace step::profile
