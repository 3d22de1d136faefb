#include "setup/helm.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "json/write.h"

namespace step::setup {
namespace {

/// A string as it stands where YAML takes it for one, else in double quotes, which YAML reads as
/// JSON does.
std::string scalar(const std::string& text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._/:-@+").find(c) != std::string_view::npos;
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool string = !text.empty() && std::ranges::all_of(text, plain) &&
                        !std::ranges::all_of(text, is_digit) && text.front() != '-' &&
                        text.front() != '@' && text.back() != ':' && text != "true" &&
                        text != "false" && text != "null";
    return string ? text : json::encode(json::Value(text));
}

/// A block of text below a key with `|`: each line indented, and the line that its last line
/// break opens.
std::string block(std::string_view text, std::size_t indent) {
    const std::string margin(indent, ' ');
    return margin + replace_all(std::string(text), "\n", "\n" + margin) + "\n";
}

std::string_view content(const InitPlan& plan, const std::string& path) {
    const auto file = std::ranges::find(plan.files, path, &InitPlan::File::path);
    return file == plan.files.end() ? std::string_view() : file->content.view();
}

std::string configuration(const InitOptions& options, const InitPlan& plan) {
    std::string text = fmt::format(
        "      ca.json:\n"
        "        root: {}\n"
        "        federateRoots: []\n"
        "        crt: {}\n"
        "        key: {}\n"
        "        address: {}\n"
        "        dnsNames:\n",
        plan.root_certificate, plan.intermediate_certificate, plan.intermediate_key,
        scalar(options.address));
    for (const std::string& name : options.dns) {
        text += fmt::format("          - {}\n", scalar(name));
    }
    text +=
        "        logger:\n"
        "          format: json\n";
    if (!plan.database.empty()) {
        text += fmt::format(
            "        db:\n"
            "          type: badgerv2\n"
            "          dataSource: {}\n",
            plan.database);
    }
    json::Value provisioner = plan.provisioner;
    provisioner.set("options", json::Object{{"x509", json::Object{}}, {"ssh", json::Object{}}});
    text += fmt::format(
        "        authority:\n"
        "          enableAdmin: false\n"
        "          provisioners:\n"
        "            - {}\n"
        "{}"
        "        tls:\n"
        "          cipherSuites:\n"
        "            - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256\n"
        "            - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"
        "          minVersion: 1.2\n"
        "          maxVersion: 1.3\n"
        "          renegotiation: false\n"
        "\n",
        json::encode(provisioner),
        options.acme
            ? fmt::format("            - {}\n", json::encode(acme_provisioner(options.provisioner)))
            : "");
    return text + fmt::format(
                      "      defaults.json:\n"
                      "        ca-url: {}\n"
                      "        ca-config: {}\n"
                      "        fingerprint: {}\n"
                      "        root: {}\n",
                      scalar(plan.ca_url), plan.configuration, plan.root_fingerprint,
                      plan.root_certificate);
}

std::string certificates(const InitPlan& plan) {
    return fmt::format(
        "  # What clients trust and what the CA shows them: nothing here is secret.\n"
        "  # Each text stands as it does in its file.\n"
        "  certificates:\n"
        "    # the certificate that the CA signs with\n"
        "    intermediate_ca: |\n"
        "{}      \n"
        "    # the certificate that clients trust\n"
        "    root_ca: |\n"
        "{}",
        block(content(plan, plan.intermediate_certificate), 6),
        block(content(plan, plan.root_certificate), 6));
}

std::string secrets(const InitPlan& plan) {
    return fmt::format(
        "  # What must not leave the cluster. The keys are encrypted with the password that\n"
        "  # was given to 'step ca init'.\n"
        "  secrets:\n"
        "    # The passwords of the key of the CA and of its provisioner, in base64; give them\n"
        "    # when the chart is installed.\n"
        "    ca_password: \n"
        "    provisioner_password: \n"
        "\n"
        "    x509:\n"
        "      # the key that belongs to intermediate_ca\n"
        "      intermediate_ca_key: |\n"
        "{}\n"
        "      # The key that belongs to root_ca. The CA runs without it: it only makes another\n"
        "      # intermediate. It is safer to keep it offline and to leave it out here, and if it\n"
        "      # must be here, encrypted with a password that opens no other key. It is empty if\n"
        "      # the root existed before.\n"
        "      root_ca_key: |\n"
        "{}",
        block(content(plan, plan.intermediate_key), 8), block(content(plan, plan.root_key), 8));
}

}  // namespace

std::string helm_values(const InitOptions& options, const InitPlan& plan) {
    return "# Helm template\n"
           "inject:\n"
           "  enabled: true\n"
           "  # ca.json and defaults.json, as the chart mounts them\n"
           "  config:\n"
           "    files:\n" +
           configuration(options, plan) + "\n" + certificates(plan) + "\n" + secrets(plan);
}

}  // namespace step::setup
