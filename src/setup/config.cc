#include "setup/config.h"

#include "base/files.h"
#include "base/ip.h"
#include "json/parse.h"
#include "setup/config_impl.h"

namespace step::setup {
namespace {

/// A string or a list of strings, as `root` may be.
void read_multi_string(Reader& reader, const json::Value& root, std::string_view name,
                       std::vector<std::string>& out) {
    const json::Value* value = root.find(name);
    if (value == nullptr || value->is_null()) {
        return;
    }
    if (const std::string* one = value->as_string()) {
        out = {*one};
        return;
    }
    const auto wrong = [&](const json::Value& item) {
        reader.unreadable(fmt::format("json: cannot unmarshal {} into field {} of type string",
                                      item.kind(), name),
                          std::string(name), &item);
    };
    if (value->as_array() == nullptr) {
        wrong(*value);
        return;
    }
    for (const json::Value& item : *value->as_array()) {
        if (const std::string* text = item.as_string()) {
            out.push_back(*text);
        } else {
            wrong(item);
        }
    }
}

void read_logger(Reader& reader, const json::Value& root, std::optional<LoggerConfig>& out) {
    const json::Value* value = section(reader, root, "logger", "logger");
    if (value == nullptr) {
        return;
    }
    out.emplace();
    json::Fields fields(*value, "logger");
    fields.get("format", out->format).get("traceHeader", out->trace_header);
    reader.take(fields);
    if (!out->format.empty() && out->format != "text" && out->format != "json" &&
        out->format != "common") {
        reader.fail(Code::kInvalidArgument, "unsupported logger.format '" + out->format + "'",
                    "logger.format", value->find("format"), "write text, json or common");
    }
}

void read_top(Reader& reader, const json::Value& root, Config& config) {
    read_multi_string(reader, root, "root", config.roots);
    json::Fields fields(root, "");
    fields.get("federatedRoots", config.federated_roots)
        .get("crt", config.certificate)
        .get("key", config.key)
        .get("address", config.address)
        .get("insecureAddress", config.insecure_address)
        .get("dnsNames", config.dns_names)
        .get("password", config.password);
    std::string common_name;
    fields.get("commonName", common_name);
    if (!common_name.empty()) {
        config.common_name = common_name;
    }
    reader.take(fields);
    const json::Value* names = root.find("dnsNames");
    if (names == nullptr || names->is_null()) {
        config.dns_names = {"localhost", "127.0.0.1", "::1"};
    }
}

/// What must be there, in the order in which the original looks.
void check_top(Reader& reader, const json::Value& root, const Config& config) {
    const auto need = [&](bool good, std::string_view key, const std::string& message,
                          std::string advice) {
        if (!good) {
            reader.fail(Code::kInvalidArgument, message, std::string(key), root.find(key),
                        std::move(advice));
        }
    };
    const std::string address = R"(write "host:port" or ":port")";
    need(!config.address.empty(), "address", "address cannot be empty", address);
    need(!config.dns_names.empty(), "dnsNames", "dnsNames cannot be empty",
         "name the hosts of this CA, or remove dnsNames for those of this machine");
    bool roots = !config.roots.empty();
    for (const std::string& file : config.roots) {
        roots = roots && !file.empty();
    }
    need(roots, "root", "root cannot be empty", "name the file of the root certificate");
    need(!config.certificate.empty(), "crt", "crt cannot be empty",
         "name the file of the intermediate certificate");
    need(!config.key.empty(), "key", "key cannot be empty",
         "name the file of the intermediate's private key");
    need(config.address.empty() || split_host_port(config.address).has_value(), "address",
         "invalid address " + config.address, address);
    need(config.insecure_address.empty() || split_host_port(config.insecure_address).has_value(),
         "insecureAddress", "invalid insecure address " + config.insecure_address, address);
}

}  // namespace

Reading read_config(std::string_view text, const std::string& file) {
    Reading reading;
    Config& config = reading.config;
    config.file = file;
    Result<json::Value> root =
        json::parse(text, {.trailing = json::ParseOptions::Trailing::kIgnore});
    if (root) {
        reading.root = root->is_null() ? json::Value(json::Object{}) : std::move(*root);
    }
    Reader reader(file, reading.root);
    if (!root) {
        reader.take_syntax(root.error());
    } else if (reading.root.as_object() == nullptr) {
        reader.unreadable("json: cannot unmarshal " + std::string(reading.root.kind()) +
                              " into Go value of type config.Config",
                          "", &reading.root);
    } else {
        read_top(reader, reading.root, config);
        read_authority(reader, reading.root, config.authority);
        check_top(reader, reading.root, config);
        read_tls(reader, reading.root, config.tls);
        read_acme(reader, reading.root, config.acme);
        refuse_later_capabilities(reader, reading.root);
        read_db(reader, reading.root, config.db);
        read_logger(reader, reading.root, config.logger);
        if (!config.insecure_address.empty()) {
            reader.warn(
                "nothing listens on insecureAddress: it serves SCEP and revocation lists only",
                reading.root.find("insecureAddress"), "remove it");
        }
    }
    config.warnings = reader.warnings();
    reading.status = reader.status();
    reading.findings = reader.findings();
    return reading;
}

Result<Config> parse_config(std::string_view text, const std::string& file) {
    Reading reading = read_config(text, file);
    STEP_TRY(std::move(reading.status));
    return std::move(reading.config);
}

Result<Config> load_config(const std::string& file) {
    STEP_ASSIGN(const Bytes text, read_file(file));
    return parse_config(text, file);
}

}  // namespace step::setup
