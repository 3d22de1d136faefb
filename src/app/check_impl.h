#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "setup/config.h"
#include "setup/finding.h"
#include "x509/certificate.h"

namespace step::app {

/// Findings, by the key of ca.json that is to blame ("root[1]").
class Findings {
public:
    Findings(const json::Value& root, std::vector<setup::Finding>& out) : root_(root), out_(out) {}

    void error(std::string_view key, std::string what, std::string advice = {}) {
        add(setup::Finding::Severity::kError, setup::place_of_key(root_, key), std::move(what),
            std::move(advice));
    }
    void warn(std::string_view key, std::string what, std::string advice = {}) {
        add(setup::Finding::Severity::kWarning, setup::place_of_key(root_, key), std::move(what),
            std::move(advice));
    }
    void add(setup::Finding::Severity severity, json::Place place, std::string what,
             std::string advice) {
        out_.push_back({.severity = severity,
                        .place = place,
                        .what = std::move(what),
                        .advice = std::move(advice)});
    }

private:
    const json::Value& root_;
    std::vector<setup::Finding>& out_;
};

/// What the files of `root` and `crt` hold, as far as they could be read.
struct Certificates {
    std::vector<x509::Certificate> chain{}, roots{}, federated{};
};

/// A chain that the server takes and that clients will not: dates, CA flags, path lengths, key
/// usage, links that do not fit. Only warnings: the server starts with such a chain.
void check_chain(const Certificates& certificates, SysSeconds now, Duration longest_lifetime,
                 Findings& findings);

/// Files that too many people may read or change.
void check_modes(const setup::Config& config, Findings& findings);

}  // namespace step::app
