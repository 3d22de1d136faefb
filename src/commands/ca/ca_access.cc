#include "commands/ca/ca_access.h"

#include <fmt/format.h>

#include "app/app.h"
#include "app/in_process.h"
#include "app/keys.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/ip.h"
#include "commands/ca/provisioner_file.h"
#include "commands/errors.h"
#include "commands/key_files.h"
#include "crypto/digest.h"

namespace step::commands {
namespace {

/// What a server would write into its log is told to who runs the command.
class ConsoleLog final : public Log {
public:
    explicit ConsoleLog(cli::Console& console) : console_(console) {}
    void write(Level level, std::string_view message, const Fields&) override {
        if (level >= Level::kWarning) {
            console_.err(std::string(message) + "\n");
        }
    }

private:
    cli::Console& console_;
};

std::string url_of(const setup::Config& config) {
    const std::string& name = config.dns_names.front();
    const bool v6 = name.find(':') != std::string::npos && parse_ip(name);
    return "https://" + (v6 ? "[" + name + "]" : name);
}

Result<app::KeyPassword> key_password(cli::Context& context) {
    app::KeyPassword password;
    if (const std::string file = context.args.get("password-file"); !file.empty()) {
        STEP_ASSIGN(password.given, read_password_flag(context, file));
    }
    password.ask = [&console = context.console](const std::string& path) {
        return console.ask_password("Please enter the password to decrypt " + path, {});
    };
    return password;
}

}  // namespace

/// The log is needed as long as the App.
struct CaAccess::Inside {
    ConsoleLog log;
    app::Runtime runtime;
    std::unique_ptr<app::App> app{};

    explicit Inside(const cli::Context& context)
        : log(context.console), runtime{context.clock, context.random, log, &context.environment} {}
};

Flags offline_flags() {
    return {{.name = "offline",
             .type = cli::FlagType::kBool,
             .help = "use the CA of --ca-config in this process"},
            {.name = "ca-config",
             .value = "file",
             .help = "configuration of that CA, $STEPPATH/config/ca.json without it"}};
}

Result<std::string> ca_config_file(const cli::Context& context) {
    std::string file = context.args.get("ca-config");
    if (!file.empty()) {
        return file;
    }
    if (context.args.is_set("ca-config")) {
        return invalid_flag("ca-config", file);
    }
    return join_path(context.steppath, "config/ca.json");
}

Result<TokenSource> tokens_of(const setup::Config& config) {
    STEP_ASSIGN(const std::vector<x509::Certificate> roots,
                app::read_certificates({config.roots.front()}));
    return TokenSource{.audience = url_of(config),
                       .root_digest = encode_hex(crypto::sha256(roots.front().der)),
                       .provisioners = [list = config.authority.provisioners]() { return list; },
                       .encrypted_key = [](const json::Value& provisioner) -> Result<std::string> {
                           std::string key = text_member(provisioner, "encryptedKey");
                           if (key.empty()) {
                               return invalid(fmt::format(
                                   "provisioner '{}' does not have an 'encryptedKey' property",
                                   key_id_of(provisioner)));
                           }
                           return key;
                       }};
}

Result<CaAccess> CaAccess::open(cli::Context& context) {
    CaAccess access;
    if (!context.args.flag("offline")) {
        STEP_ASSIGN(access.url_, require_ca_url(context));
        STEP_ASSIGN(access.roots_, root_certificates(context));
        return access;
    }
    STEP_ASSIGN(const std::string file, ca_config_file(context));
    STEP_ASSIGN(setup::Config config, setup::load_config(file));
    config.paths.base = context.steppath;
    access.url_ = url_of(config);
    access.inside_ = std::make_shared<Inside>(context);
    STEP_ASSIGN(const app::KeyPassword password, key_password(context));
    STEP_ASSIGN(access.inside_->app,
                app::App::open(std::move(config), password, access.inside_->runtime));
    return access;
}

Result<client::CaClient> CaAccess::connect(const cli::Context& context, const Identity* identity,
                                           Show show) const {
    std::vector<Bytes> chain = identity != nullptr ? identity->der() : std::vector<Bytes>();
    if (inside_ == nullptr) {
        client::Connection connection{.url = url_,
                                      .roots = roots_,
                                      .chain = std::move(chain),
                                      .key = identity != nullptr ? &identity->key : nullptr};
        return show == Show::kIdentity ? commands::connect(context, std::move(connection))
                                       : connect_as_is(context, std::move(connection));
    }
    auto transport = app::connect_in_process(std::shared_ptr<app::App>(inside_, inside_->app.get()),
                                             std::move(chain), inside_->runtime);
    if (!transport) {
        return explain(std::move(transport).error(), "failed to verify certificate: ");
    }
    return client::CaClient(url_, *std::move(transport), context.random);
}

Result<TokenSource> CaAccess::tokens(client::CaClient& ca) const {
    return inside_ == nullptr ? tokens_of(ca, roots_.front()) : tokens_of(inside_->app->config());
}

Status check_offline_flags(const cli::Args& args) {
    return args.flag("offline") && !args.get("token").empty()
               ? Status(incompatible("offline", "token"))
               : ok();
}

}  // namespace step::commands
