#include "commands/certificate/making.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/time.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

Result<std::optional<SysSeconds>> parse_moment(cli::Context& context, std::string_view flag) {
    const std::string text = context.args.get(flag);
    if (text.empty()) {
        return std::optional<SysSeconds>();
    }
    if (const auto time = parse_rfc3339(text)) {
        return std::optional(std::chrono::floor<std::chrono::seconds>(*time));
    }
    const auto duration = parse_duration(text);
    if (!duration) {
        return invalid_flag(flag, text);
    }
    return std::optional(std::chrono::floor<std::chrono::seconds>(
        context.clock.now() + std::chrono::floor<std::chrono::microseconds>(*duration)));
}

Error not_yet(std::string_view flag, std::string_view needs) {
    return {.code = Code::kUnsupported,
            .detail = fmt::format("flag '--{}' is not supported by this version: it needs {}", flag,
                                  needs)};
}

}  // namespace

Result<Validity> parse_validity(cli::Context& context) {
    Validity validity;
    STEP_ASSIGN(validity.from, parse_moment(context, "not-before"));
    STEP_ASSIGN(validity.to, parse_moment(context, "not-after"));
    if (validity.from && validity.to && *validity.from > *validity.to) {
        return flag_incompatible_value("not-before " + context.args.get("not-before"), "not-after",
                                       context.args.get("not-after"));
    }
    return validity;
}

Status apply_validity(cli::Context& context, const Validity& validity, std::chrono::hours lifetime,
                      x509::Draft& draft) {
    draft.not_before =
        validity.from.value_or(std::chrono::floor<std::chrono::seconds>(context.clock.now()));
    draft.not_after = validity.to.value_or(draft.not_before + lifetime);
    if (draft.not_before > draft.not_after) {
        return invalid(
            fmt::format("invalid value '{}' for flag '--not-after': certificate is already expired",
                        context.args.get("not-after")));
    }
    return ok();
}

void make_leaf(x509::Draft& draft, const crypto::PublicKey& key) {
    draft.key_usage = x509::key_usage::kDigitalSignature;
    if (key.kind() == crypto::KeyKind::kRsa) {
        draft.key_usage |= x509::key_usage::kKeyEncipherment;
    }
    draft.extended_key_usage = {x509::oid::kServerAuth, x509::oid::kClientAuth};
}

void make_ca(x509::Draft& draft, std::optional<std::uint32_t> path_length) {
    draft.key_usage = x509::key_usage::kCertSign | x509::key_usage::kCrlSign;
    draft.basic_constraints = x509::BasicConstraints{.ca = true, .path_length = path_length};
}

Bytes random_serial(Random& random) {
    constexpr std::size_t kOctets = 16;
    Bytes serial = random.bytes(kOctets);
    if (serial == Bytes(kOctets, '\0')) {
        serial.back() = '\1';
    }
    return serial;
}

Status refuse_later_flags(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(template_data(context));
    if (const std::string file = args.get("template"); !file.empty()) {
        if (args.is_set("profile")) {
            return incompatible("profile", "template");
        }
        STEP_TRY(read_file(file));
        return not_yet("template", "certificate templates");
    }
    for (const std::string_view flag : {"set", "set-file"}) {
        if (args.is_set(flag)) {
            return needs_flag(flag, "template");
        }
    }
    for (const std::string_view flag : {"kms", "ca-kms"}) {
        if (args.declared(flag) && !args.get(flag).empty()) {
            return not_yet(flag, "key stores");
        }
    }
    return ok();
}

}  // namespace step::commands
