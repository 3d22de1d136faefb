#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "json/value.h"
#include "net/address.h"
#include "policy/compile.h"
#include "setup/finding.h"
#include "setup/steppath.h"
#include "x509/name.h"

namespace step::setup {

struct LoggerConfig {
    std::string format{};  ///< "", "text", "json" or "common".
    std::string trace_header{};
};

/// The storage engines a ca.json can name; ours is LMDB behind each of the file-based ones.
struct DbConfig {
    std::string type{};  ///< As written: "badger", "badgerv1", "badgerv2", "bbolt".
    std::string data_source{}, value_dir{}, database{}, badger_file_loading_mode{};

    bool operator==(const DbConfig&) const = default;
};

/// As written, for /sign answers (a minVersion below 1.2 is raised), and as OpenSSL wants it.
struct TlsConfig {
    std::vector<std::string> cipher_suites{};  ///< Go names, in file order.
    std::string cipher_list{};  ///< Those of TLS 1.2 that OpenSSL has, by its names, with colons.
    double min_version = 1.2, max_version = 1.3;
    bool renegotiation = false;
};

/// Ours: `authority.purge`.
struct PurgeConfig {
    /// Records of certificates go this many days after they end; none: never.
    std::optional<std::int64_t> certificates_after_days{};
};

struct AuthorityConfig {
    std::string authority_id{}, deployment_type{};
    std::vector<json::Value> provisioners{};  ///< Objects of type JWK, with their places.
    json::Value claims{};                     ///< Object or null.
    x509::Subject subject{};                  ///< `authority.template`
    bool disable_issued_at_check = false;
    bool disable_get_ssh_hosts = false;
    Duration backdate = std::chrono::minutes(1);
    PurgeConfig purge{};
    policy::Policies policies{};  ///< `authority.policy`; none with enableAdmin.
};

/// Ours: `acmeValidation`, how the control over names is tested; and what the flags say.
struct AcmeConfig {
    net::FilterRules filter{};  ///< Which addresses may be asked.
    // Of the flags, not of the file.
    std::string resolver{};  ///< "host:port"; empty: the system's name servers.
    std::uint16_t http_port = 80, tls_port = 443;
    bool strict_fqdn = false;
};

/// ca.json, checked: what we cannot do is refused, never ignored.
struct Config {
    std::string file{};  ///< As it was given, for errors.
    /// What relative paths of templates count from. Whoever loads the file for a server fills it;
    /// while its base is empty such paths stand as they are.
    StepPath paths{};
    std::vector<std::string> roots{}, federated_roots{};
    std::string certificate{};  ///< `crt`
    std::string key{};
    std::string address{}, insecure_address{};
    std::vector<std::string> dns_names{};
    std::optional<LoggerConfig> logger{};
    std::optional<DbConfig> db{};
    AuthorityConfig authority{};
    TlsConfig tls{};
    AcmeConfig acme{};
    std::string password{};
    std::string common_name = "Step Online CA";
    /// What the operator should know: one line each, for the log.
    std::vector<std::string> warnings{};
};

/// All that can be known of a ca.json from its text alone.
struct Reading {
    Config config{};                  ///< What could be read; whole only if `status` is ok.
    Status status = ok();             ///< What parse_config() fails with.
    json::Value root{};               ///< For the places of values; null if it is no JSON.
    std::vector<Finding> findings{};  ///< In the order in which they were met.
};

/// Reads on where parse_config() stops, and keeps everything it finds. There is an error among
/// the findings if and only if `status` is one. Opens no other file.
Reading read_config(std::string_view text, const std::string& file);

/// What the server lets pass and somebody may not have meant: members that nobody knows (with
/// the nearest that somebody does), the same member twice, text after the configuration.
std::vector<Finding> find_oddities(std::string_view text, const json::Value& root);

/// Reads and checks the text of a ca.json with the leniency of Go's decoder: unknown keys and
/// text after the first value are ignored, names match in any case, the last duplicate wins.
/// `file` names it in errors. Opens no other file.
///
/// Fails with kInvalidArgument where the original fails, with its words, and with
/// kUnsupported where the value needs what this program does not have yet. `detail` names the
/// key and the place: "address cannot be empty (ca.json: address, line 3, column 14)".
Result<Config> parse_config(std::string_view text, const std::string& file);

/// read_file, then parse_config. kNotFound if there is no such file.
Result<Config> load_config(const std::string& file);

}  // namespace step::setup
