#include "ca/db.h"

#include <unistd.h>

#include "app/database.h"
#include "base/files.h"
#include "ca/home.h"
#include "cli/args.h"
#include "cli/help.h"

namespace step::ca {
namespace {

constexpr std::string_view kDatabaseManual =
#include "ca/step-ca-db.md.inc"
    ;
constexpr int kDatabaseUsage = 1, kDatabaseFailed = 2;

using Work = Status (*)(const cli::Args& args, const std::string& path, cli::Console& console);

struct Subcommand {
    std::string_view name;
    std::string_view usage;  ///< Positionals; the configuration is the last.
    std::size_t files;       ///< Positionals before the configuration.
    std::vector<cli::Flag> flags;
    Work run;
};

Status run_stat(const cli::Args& args, const std::string& path, cli::Console& console) {
    const std::string format = args.get("format");
    if (format != "text" && format != "json") {
        return Error{Code::kInvalidArgument, "invalid value '" + format +
                                                 "' for flag '--format'; options are text or json"};
    }
    if (args.flag("verify")) {
        STEP_TRY(storage::verify_lmdb(path));
    }
    STEP_ASSIGN(const storage::FileUse use, storage::stat_lmdb(path));
    console.out(format == "json" ? format_stat_json(path, use) : format_stat(path, use));
    return ok();
}

Status run_backup(const cli::Args& args, const std::string& path, cli::Console& console) {
    const std::string target = args.positional(0);
    if (target == "-") {
        if (console.out_colours()) {
            return Error{Code::kInvalidArgument, "a backup is not written to a terminal"};
        }
        return storage::copy_lmdb(path, STDOUT_FILENO);
    }
    STEP_TRY(storage::backup_lmdb(path, target));
    console.err("The database " + path + " was copied to " + target + ".\n");
    return ok();
}

Status run_restore(const cli::Args& args, const std::string& path, cli::Console& console) {
    STEP_TRY(make_folders(folder_of(path)));
    STEP_TRY(
        storage::restore_lmdb(args.positional(0), path,
                              args.flag("force") ? storage::Replace::kYes : storage::Replace::kNo));
    console.err("The database " + path + " was restored from " + args.positional(0) +
                ". Tokens used and certificates revoked since that backup are forgotten.\n");
    return ok();
}

Status run_compact(const cli::Args& /*args*/, const std::string& path, cli::Console& console) {
    STEP_ASSIGN(const storage::FileUse before, storage::stat_lmdb(path));
    STEP_TRY(storage::compact_lmdb(path));
    STEP_ASSIGN(const storage::FileUse after, storage::stat_lmdb(path));
    console.err("The database " + path + " had " + std::to_string(before.file_bytes) +
                " bytes and has " + std::to_string(after.file_bytes) + ".\n");
    return ok();
}

std::vector<Subcommand> subcommands() {
    return {{"stat",
             "[<config>] [--format=<format>] [--verify]",
             0,
             {{.name = "format",
               .value = "format",
               .help = "text or json",
               .fallback = "text",
               .no_environment = true},
              {.name = "verify",
               .type = cli::FlagType::kBool,
               .help = "read every page",
               .no_environment = true}},
             run_stat},
            {"backup", "<file> [<config>]", 1, {}, run_backup},
            {"restore",
             "<file> [<config>] [--force]",
             1,
             {{.name = "force",
               .type = cli::FlagType::kBool,
               .help = "replace the database that is there",
               .no_environment = true}},
             run_restore},
            {"compact", "[<config>]", 0, {}, run_compact}};
}

/// The database file of the configuration that the command line names.
Result<std::string> find_file(const std::string& given, const cli::Args& args,
                              const Environment& environment) {
    STEP_ASSIGN(const setup::StepPath path,
                find_home(context_name(args, environment), environment));
    const std::string file = given.empty() ? path.config_file() : given;
    STEP_ASSIGN(const setup::Config config, setup::load_config(file));
    if (!config.db) {
        return Error{Code::kInvalidArgument, file + " has no db: nothing is kept on disk"};
    }
    return app::database_file(*config.db);
}

int fail_command(const Services& services, int code, const Error& error) {
    services.console.err((error.detail.empty() ? error.cause : error.detail) + "\n");
    return code;
}

int run_one(const Subcommand& subcommand, std::span<const std::string> words,
            const Services& services) {
    cli::Command declared;
    const std::string command_path = "db " + std::string(subcommand.name);
    declared.path = command_path;
    declared.usage = subcommand.usage;
    declared.flags = subcommand.flags;
    declared.flags.push_back(context_flag());
    const Result<cli::Parsed> parsed = cli::parse_args(declared, words, services.environment, {});
    if (!parsed) {
        return fail_command(services, kDatabaseUsage, parsed.error());
    }
    if (parsed->help) {
        services.console.out(cli::render_manual(kDatabaseManual, services.console.out_colours()));
        return 0;
    }
    const cli::Args& args = *parsed->args;
    const std::size_t count = args.positionals().size();
    if (count < subcommand.files || count > subcommand.files + 1) {
        return fail_command(
            services, kDatabaseUsage,
            Error{Code::kInvalidArgument,
                  std::string(count < subcommand.files ? "not enough" : "too many") +
                      " positional arguments were provided in 'step-ca db " +
                      std::string(subcommand.name) + " " + std::string(subcommand.usage) + "'"});
    }
    const Result<std::string> path =
        find_file(args.positional(subcommand.files), args, services.environment);
    if (!path) {
        return fail_command(services, kDatabaseFailed, path.error());
    }
    const Status done = subcommand.run(args, *path, services.console);
    return done ? 0 : fail_command(services, kDatabaseFailed, done.error());
}

}  // namespace

std::string_view db_manual() {
    return kDatabaseManual;
}

int run_db(std::span<const std::string> words, Services services) {
    const std::string word = words.empty() ? "" : words.front();
    if (word.empty() || word == "help" || word == "--help" || word == "-h") {
        services.console.out(cli::render_manual(kDatabaseManual, services.console.out_colours()));
        return word.empty() ? kDatabaseUsage : 0;
    }
    for (const Subcommand& subcommand : subcommands()) {
        if (word == subcommand.name) {
            return run_one(subcommand, words.subspan(1), services);
        }
    }
    return fail_command(
        services, kDatabaseUsage,
        Error{Code::kInvalidArgument, "'step-ca db " + word +
                                          "' is no command; there are stat, backup, "
                                          "restore and compact"});
}

}  // namespace step::ca
