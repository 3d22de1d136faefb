#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "client/ca_client.h"
#include "commands/ca/connect.h"
#include "commands/ca/token_flow.h"
#include "commands/flags.h"
#include "setup/config.h"

namespace step::commands {

Flags offline_flags();  ///< --offline, --ca-config

/// --ca-config, or config/ca.json of the authority folder. kInvalidArgument if it is empty.
Result<std::string> ca_config_file(const cli::Context& context);

/// What ca.json says about tokens. Opens the first root and nothing else: neither keys nor
/// database are needed to make a token.
Result<TokenSource> tokens_of(const setup::Config& config);

/// The CA that a command works with, so that each command is written once: the one at --ca-url,
/// or with --offline the one of --ca-config, run in this process on its own database, beside
/// its server if that runs.
class CaAccess {
public:
    /// Over the network: checks --ca-url and --root, connects later. Offline: opens the CA; the
    /// password of its key is in --password-file, in ca.json, or asked for. Why it refuses a
    /// request is told on stderr, where its log would be. Console, clock and random source of
    /// `context` must outlive it and its clients.
    static Result<CaAccess> open(cli::Context& context);

    enum class Show : unsigned char { kIdentity, kNothing };
    /// With `identity`, as the holder of that certificate, which offline is verified at once;
    /// else, over the network, showing the default_identity() or nothing.
    Result<client::CaClient> connect(const cli::Context& context,
                                     const Identity* identity = nullptr,
                                     Show show = Show::kIdentity) const;
    /// `ca` must outlive it.
    Result<TokenSource> tokens(client::CaClient& ca) const;
    /// "https://ca.test:9000"; offline without a port.
    const std::string& url() const { return url_; }
    bool offline() const { return inside_ != nullptr; }

private:
    struct Inside;
    std::string url_{};
    std::vector<Bytes> roots_{};
    std::shared_ptr<Inside> inside_{};  ///< Offline only.
};

/// Refuses --offline beside --token, which the running CA would have to redeem.
Status check_offline_flags(const cli::Args& args);

}  // namespace step::commands
