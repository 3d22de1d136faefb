#include "base/text.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "jose/encrypted_message.h"
#include "jose/signed_message.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jose_format.md.inc"
    ;

constexpr std::size_t kMaxText = std::size_t{8} << 20;

Error explain(const Error& error, std::string_view doing) {
    return invalid("error " + std::string(doing) + " data: " + error.detail);
}

Result<std::string> convert(std::string_view text) {
    const bool is_json = trim(text).starts_with('{');
    if (const auto message = jose::parse_encrypted(text)) {
        auto compact = is_json ? jose::encode_compact(*message)
                               : Result<std::string>(json::encode(jose::to_json(*message)));
        return compact ? std::move(compact)
                       : Result<std::string>(explain(compact.error(), "serializing"));
    }
    const auto message = jose::parse_signed(text);
    if (!message) {
        return explain(message.error(), "parsing");
    }
    auto compact =
        is_json ? jose::encode_compact(*message) : Result<std::string>(jose::encode_json(*message));
    return compact ? std::move(compact)
                   : Result<std::string>(explain(compact.error(), "serializing"));
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_ASSIGN(const Bytes text, context.console.read_stdin(kMaxText));
    STEP_ASSIGN(const std::string converted, convert(text));
    context.console.out(converted + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_jose_format() {
    return {.path = "crypto jose format",
            .brief = "turn a JWS or JWE from its compact form into JSON, and back",
            .manual = kManual,
            .run = run};
}

}  // namespace step::commands
