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
                    "logger.format", value->find("format"));
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
    const auto need = [&](bool good, std::string_view key, const std::string& message) {
        if (!good) {
            reader.fail(Code::kInvalidArgument, message, std::string(key), root.find(key));
        }
    };
    need(!config.address.empty(), "address", "address cannot be empty");
    need(!config.dns_names.empty(), "dnsNames", "dnsNames cannot be empty");
    bool roots = !config.roots.empty();
    for (const std::string& file : config.roots) {
        roots = roots && !file.empty();
    }
    need(roots, "root", "root cannot be empty");
    need(!config.certificate.empty(), "crt", "crt cannot be empty");
    need(!config.key.empty(), "key", "key cannot be empty");
    need(split_host_port(config.address).has_value(), "address",
         "invalid address " + config.address);
    need(config.insecure_address.empty() || split_host_port(config.insecure_address).has_value(),
         "insecureAddress", "invalid insecure address " + config.insecure_address);
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& file) {
    Reader reader(file);
    Result<json::Value> root =
        json::parse(text, {.trailing = json::ParseOptions::Trailing::kIgnore});
    if (!root) {
        const Error& error = root.error();
        return Error{Code::kInvalidArgument,
                     "error parsing " + file + ": " + error.detail +
                         (error.cause.empty() ? "" : " (" + error.cause + ")")};
    }
    if (root->is_null()) {
        root = json::Value(json::Object{});
    }
    if (root->as_object() == nullptr) {
        reader.unreadable("json: cannot unmarshal " + std::string(root->kind()) +
                              " into Go value of type config.Config",
                          "", &*root);
        return Error(reader.status().error());
    }
    Config config;
    config.file = file;
    read_top(reader, *root, config);
    read_authority(reader, *root, config.authority);
    check_top(reader, *root, config);
    read_tls(reader, *root, config.tls);
    refuse_later_capabilities(reader, *root);
    read_db(reader, *root, config.db);
    read_logger(reader, *root, config.logger);
    STEP_TRY(reader.status());
    if (!config.insecure_address.empty()) {
        reader.warnings.emplace_back(
            "nothing listens on insecureAddress: it serves SCEP and revocation lists only");
    }
    config.warnings = std::move(reader.warnings);
    return config;
}

Result<Config> load_config(const std::string& file) {
    STEP_ASSIGN(const Bytes text, read_file(file));
    return parse_config(text, file);
}

}  // namespace step::setup
