#include "ca/banner.h"

#include "base/ip.h"
#include "base/text.h"
#include "base/version.h"

namespace step::ca {

std::string version_line() {
    return fmt::format("{} CA/{} ({})", kProduct, kVersion, kPlatform);
}

std::vector<std::string> banner(const setup::Config& config, const setup::StepPath& path,
                                const std::vector<std::string>& fingerprints,
                                const std::string& port) {
    const std::string url = "https://" + config.dns_names.front() + ":" + port;
    std::vector<std::string> lines{"Starting " + version_line(), "Documentation: step-ca help"};
    if (path.current) {
        lines.push_back("Current context: " + path.current->name);
    }
    lines.push_back("Config file: " + config.file);
    lines.push_back("The primary server URL is " + url);
    lines.push_back("Root certificates are available at " + url + "/roots.pem");
    if (config.dns_names.size() > 1) {
        lines.push_back("Additional configured hostnames: " +
                        join({config.dns_names.begin() + 1, config.dns_names.end()}, ", "));
    }
    for (const std::string& fingerprint : fingerprints) {
        lines.push_back("X.509 Root Fingerprint: " + fingerprint);
    }
    return lines;
}

std::string shown_address(const std::string& configured, const std::string& port) {
    const std::optional<HostPort> parts = split_host_port(configured);
    if (!parts || (parts->port != "0" && !parts->port.empty())) {
        return configured;
    }
    return parts->host.empty() ? ":" + port : join_host_port(parts->host, port);
}

}  // namespace step::ca
