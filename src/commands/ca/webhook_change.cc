#include "commands/ca/webhook_change.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/ca_access.h"
#include "commands/ca/config_files.h"
#include "commands/ca/connect.h"
#include "commands/ca/provisioner_change.h"
#include "commands/errors.h"
#include "webhook/config.h"

namespace step::commands {
namespace {

/// Such a CA keeps its provisioners in its database, behind an API that this build does not have.
Error remote_management(std::string_view who) {
    return {.code = Code::kUnsupported,
            .detail = fmt::format("{} has remote management, which is not supported yet; nothing "
                                  "was changed",
                                  who)};
}

/// `options.webhooks` of an entry, made if it is not there.
Result<json::Array*> webhooks_of(json::Value& entry, const std::string& file) {
    json::Value* options = member_of(entry, "options");
    if (options == nullptr || options->is_null()) {
        set_member(entry, "options", json::Object{});
        options = member_of(entry, "options");
    }
    json::Value* list = options->as_object() != nullptr ? member_of(*options, "webhooks") : nullptr;
    if (options->as_object() != nullptr && (list == nullptr || list->is_null())) {
        set_member(*options, "webhooks", json::Array{});
        list = member_of(*options, "webhooks");
    }
    if (list == nullptr || list->as_array() == nullptr) {
        return Error{
            .code = Code::kInvalidArgument,
            .detail = fmt::format("error parsing {}: options.webhooks is not a JSON array", file)};
    }
    return list->as_array();
}

}  // namespace

Flags webhook_flags() {
    return {{.name = "url", .value = "url", .help = "where to call"},
            {.name = "kind", .value = "kind", .help = "when to call"},
            {.name = "bearer-token-file", .value = "file", .help = "token to log in with"},
            {.name = "basic-auth-username", .value = "name", .help = "name to log in with"},
            {.name = "basic-auth-password-file", .value = "file", .help = "its password"},
            {.name = "disable-tls-client-auth",
             .type = cli::FlagType::kBool,
             .help = "do not show who the CA is"},
            {.name = "cert-type", .value = "type", .help = "for which certificates to call"}};
}

json::Value* WebhookChange::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        webhooks, [&](const json::Value& one) { return text_member(one, "name") == name; });
    return found == webhooks.end() ? nullptr : &*found;
}

Status change_webhooks(cli::Context& context, const std::string& provisioner,
                       const std::function<Status(const WebhookChange&)>& change) {
    STEP_ASSIGN(const std::string file, ca_config_file(context));
    if (kind_of(file) == Kind::kNothing) {
        STEP_ASSIGN(const std::string url, require_ca_url(context));
        return remote_management("the CA at " + url);
    }
    context.console.selected("CA Configuration", file);
    STEP_ASSIGN(ConfigFiles files, ConfigFiles::open(file));
    if (files.config.remote_management()) {
        return remote_management("the CA of " + file);
    }
    json::Value* const entry = files.config.find(provisioner);
    if (entry == nullptr) {
        return Error{.code = Code::kNotFound,
                     .detail = fmt::format("provisioner '{}' not found", provisioner)};
    }
    STEP_ASSIGN(json::Array* const list, webhooks_of(*entry, file));
    STEP_ASSIGN(webhook::CredentialsFile* const credentials, files.credentials());

    STEP_TRY(change({provisioner, *list, *credentials}));
    STEP_TRY(files.config.check(provisioner));
    STEP_TRY(files.save());
    say_updated(context);
    return ok();
}

Status set_webhook_members(json::Value& entry, const cli::Args& args) {
    if (args.is_set("url")) {
        set_member(entry, "url", args.get("url"));
    }
    if (args.is_set("kind")) {
        set_member(entry, "kind", to_upper(args.get("kind")));
    }
    if (args.is_set("disable-tls-client-auth")) {
        if (args.flag("disable-tls-client-auth")) {
            set_member(entry, "disableTLSClientAuth", true);
        } else {
            remove_member(entry, "disableTLSClientAuth");
        }
    }
    if (args.is_set("cert-type")) {
        const std::string type = to_upper(args.get("cert-type"));
        if (type != "ALL" && type != "X509" && type != "SSH") {
            return invalid_flag("cert-type", args.get("cert-type"),
                                "options are ALL, X509, and SSH");
        }
        set_member(entry, "certType", type);
    }
    const json::Value list = json::Array{entry};
    std::vector<Error> unreadable;
    const std::vector<webhook::Entry> read = webhook::read_entries(list, "webhooks", unreadable);
    if (!unreadable.empty()) {
        return unreadable.front();
    }
    const Result<webhook::Webhook> made = webhook::to_webhook(read.front());
    if (!made && made.error().detail == "webhook kind is invalid") {
        return Error{.code = Code::kInvalidArgument, .detail = "invalid webhook kind"};
    }
    return made ? ok() : Status(made.error());
}

Result<webhook::CredentialsFile::Login> webhook_login(const cli::Args& args) {
    webhook::CredentialsFile::Login login;
    if (args.is_set("bearer-token-file")) {
        STEP_ASSIGN(const Secret token, cli::read_password_file(args.get("bearer-token-file")));
        login.bearer_token = std::string(token.view());
        return login;
    }
    if (args.is_set("basic-auth-username")) {
        login.username = args.get("basic-auth-username");
    }
    if (args.is_set("basic-auth-password-file")) {
        STEP_ASSIGN(const Secret password,
                    cli::read_password_file(args.get("basic-auth-password-file")));
        login.password = std::string(password.view());
    }
    return login;
}

}  // namespace step::commands
