#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/process.h"
#include "base/result.h"
#include "base/system.h"
#include "x509/certificate.h"

namespace step::commands {

/// The programs of a machine; tests pass their own.
class Programs {
public:
    virtual ~Programs() = default;
    /// Whether `name` is on $PATH.
    virtual bool has(const std::string& name) const = 0;
    /// As run_captured().
    virtual Result<Finished> run(const std::vector<std::string>& words, ByteView input) = 0;
};

std::unique_ptr<Programs> system_programs(const Environment& environment);

/// A machine that trust is installed on.
struct Machine {
    Programs& programs;
    std::string home{};       ///< $HOME
    std::string java_home{};  ///< $JAVA_HOME
    std::string top{};        ///< Before every absolute path, for tests.
};
/// The one we run on.
Machine this_machine(Programs& programs, const Environment& environment);

/// Which stores, and what for.
struct Trust {
    const x509::Certificate& root;
    std::string file{};    ///< Holds `root` in PEM.
    std::string prefix{};  ///< Of its name in the stores; empty: "<common name> ".
    bool system = true, firefox = false, java = false;
};

/// Puts a root into the trust stores of a machine: that of the system (Fedora, Debian, SUSE and
/// Arch keep it in different places; `sudo` is used if there is one), the NSS databases of
/// Firefox and Chromium, Java's `cacerts`. Whether `root` is one is the caller's business. A
/// second time changes nothing. Fails with kUnsupported where there is no such store or tool,
/// kUnavailable and "failed to execute "CMD" failed with: …" if a program fails.
Status install_root(const Machine& machine, const Trust& trust);
/// Takes it out again; what is not there is no error.
Status uninstall_root(const Machine& machine, const Trust& trust);

/// kInvalidArgument, "certificate F is not a root CA", unless it is a CA and signed itself.
Status check_root(const x509::Certificate& certificate, const std::string& file);

}  // namespace step::commands
