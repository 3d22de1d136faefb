#include "commands/trust_store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

class SystemPrograms final : public Programs {
public:
    explicit SystemPrograms(const Environment& environment)
        : folders_(split(environment.get("PATH").value_or(""), ':')) {}

    bool has(const std::string& name) const override {
        return std::ranges::any_of(folders_, [&](const std::string& folder) {
            return folder.starts_with('/') && ::access(join_path(folder, name).c_str(), X_OK) == 0;
        });
    }
    Result<Finished> run(const std::vector<std::string>& words, ByteView input) override {
        return run_captured(words, input);
    }

private:
    std::vector<std::string> folders_;
};

/// Where distributions take their own trust anchors from, in the order they are looked for.
struct SystemStore {
    std::string folder{}, ending{};
    std::vector<std::string> refresh{};
};
std::vector<SystemStore> system_stores() {
    return {
        {"/etc/pki/ca-trust/source/anchors", ".pem", {"update-ca-trust", "extract"}},  // Fedora
        {"/usr/local/share/ca-certificates", ".crt", {"update-ca-certificates"}},      // Debian
        {"/usr/share/pki/trust/anchors", ".crt", {"update-ca-certificates"}},          // SUSE
        {"/etc/ca-certificates/trust-source/anchors", ".crt", {"trust", "extract-compat"}},  // Arch
        {"/etc/ssl/certs", ".crt", {"trust", "extract-compat"}}};
}

Error unsupported(std::string detail) {
    return {.code = Code::kUnsupported, .detail = std::move(detail)};
}

class Installer {
public:
    Installer(const Machine& machine, const Trust& trust)
        : machine_(machine), trust_(trust), name_(unique_name(trust)) {}

    Status install_system() {
        STEP_ASSIGN(const SystemStore store, system_store());
        STEP_TRY(as_root({"tee", file_in(store)}, x509::encode_certificate_pem(trust_.root.der)));
        return as_root(store.refresh);
    }

    Status uninstall_system() {
        STEP_ASSIGN(const SystemStore store, system_store());
        STEP_TRY(as_root({"rm", "-f", file_in(store)}));
        return as_root(store.refresh);
    }

    Status install_nss() {
        STEP_ASSIGN(const std::vector<std::string> databases, nss_databases());
        for (const std::string& database : databases) {
            STEP_TRY(must(
                {"certutil", "-A", "-d", database, "-t", "C,,", "-n", name_, "-i", trust_.file}));
        }
        return ok();
    }

    Status uninstall_nss() {
        STEP_ASSIGN(const std::vector<std::string> databases, nss_databases());
        for (const std::string& database : databases) {
            STEP_ASSIGN(const bool there,
                        succeeds({"certutil", "-V", "-d", database, "-u", "L", "-n", name_}));
            if (there) {
                STEP_TRY(must({"certutil", "-D", "-d", database, "-n", name_}));
            }
        }
        return ok();
    }

    Status install_java() {
        STEP_ASSIGN(const std::vector<std::string> keytool, keytool_for());
        STEP_ASSIGN(const bool there, succeeds(keytool_with(keytool, {"-list"})));
        return there ? ok()
                     : keytool_must(keytool_with(
                           keytool, {"-importcert", "-noprompt", "-file", trust_.file}));
    }

    Status uninstall_java() {
        STEP_ASSIGN(const std::vector<std::string> keytool, keytool_for());
        STEP_ASSIGN(const bool there, succeeds(keytool_with(keytool, {"-list"})));
        return there ? keytool_must(keytool_with(keytool, {"-delete"})) : ok();
    }

private:
    static std::string unique_name(const Trust& trust) {
        std::string prefix = trust.prefix;
        if (prefix.empty()) {
            const std::string name = trust.root.subject.common_name();
            prefix = (name.empty() ? "Root CA" : name) + " ";
        }
        return prefix + trust.root.serial_text();
    }

    std::string at(const std::string& path) const { return machine_.top + path; }

    Result<SystemStore> system_store() const {
        for (SystemStore& store : system_stores()) {
            if (kind_of(at(store.folder)) != Kind::kFolder) {
                continue;
            }
            if (!machine_.programs.has(store.refresh.front())) {
                break;
            }
            return store;
        }
        return unsupported(
            "the trust store of this system is none that step knows, or its tool "
            "(update-ca-certificates, update-ca-trust, trust) is not installed");
    }

    std::string file_in(const SystemStore& store) const {
        std::string name = name_;
        std::ranges::replace_if(name, [](char c) { return c == ' ' || c == '/'; }, '_');
        return join_path(at(store.folder), name + store.ending);
    }

    /// NSS databases of this user, as certutil wants them.
    Result<std::vector<std::string>> nss_databases() const {
        if (!machine_.programs.has("certutil")) {
            return unsupported(
                "certutil is not installed; it is in the package libnss3-tools or nss-tools");
        }
        std::vector<std::string> folders{join_path(machine_.home, ".pki/nssdb")};
        for (const char* place : {".mozilla/firefox", "snap/firefox/common/.mozilla/firefox"}) {
            std::error_code failed;
            std::vector<std::string> profiles;
            const std::filesystem::directory_iterator end;
            for (std::filesystem::directory_iterator entry(join_path(machine_.home, place), failed);
                 !failed && entry != end; entry.increment(failed)) {
                profiles.push_back(entry->path().string());
            }
            std::ranges::sort(profiles);
            folders.insert(folders.end(), profiles.begin(), profiles.end());
        }
        std::vector<std::string> databases;
        for (const std::string& folder : folders) {
            if (kind_of(join_path(folder, "cert9.db")) != Kind::kNothing) {
                databases.push_back("sql:" + folder);
            } else if (kind_of(join_path(folder, "cert8.db")) != Kind::kNothing) {
                databases.push_back("dbm:" + folder);
            }
        }
        if (databases.empty()) {
            return unsupported("no NSS security database found; start the browser once");
        }
        return databases;
    }

    /// keytool and the flags that every use has.
    Result<std::vector<std::string>> keytool_for() const {
        const std::string& home = machine_.java_home;
        if (home.empty()) {
            return unsupported("JAVA_HOME is not set");
        }
        const std::string keytool = join_path(home, "bin/keytool");
        std::string store = join_path(home, "jre/lib/security/cacerts");
        if (kind_of(store) == Kind::kNothing) {
            store = join_path(home, "lib/security/cacerts");
        }
        for (const std::string& file : {keytool, store}) {
            if (kind_of(file) == Kind::kNothing) {
                return unsupported(
                    fmt::format("JAVA_HOME is no home of Java: {} is missing", file));
            }
        }
        return std::vector<std::string>{keytool,    "-keystore", store, "-storepass",
                                        "changeit", "-alias",    name_};
    }

    static std::vector<std::string> keytool_with(std::vector<std::string> keytool,
                                                 const std::vector<std::string>& words) {
        keytool.insert(keytool.begin() + 1, words.begin(), words.end());
        return keytool;
    }

    /// A store that is not ours to write wants sudo.
    Status keytool_must(const std::vector<std::string>& words) {
        STEP_ASSIGN(const Finished finished, start(words, ""));
        if (finished.code != 0 &&
            finished.output.find("java.io.FileNotFoundException") != Bytes::npos) {
            return as_root(words);
        }
        return check(words, finished);
    }

    Status as_root(std::vector<std::string> words, ByteView input = {}) {
        if (machine_.programs.has("sudo")) {
            words.insert(words.begin(), {"sudo", "--"});
        }
        return must(words, input);
    }

    Result<Finished> start(const std::vector<std::string>& words, ByteView input) {
        auto finished = machine_.programs.run(words, input);
        if (!finished) {
            return failure(words, finished.error().detail, "");
        }
        return finished;
    }

    Status must(const std::vector<std::string>& words, ByteView input = {}) {
        STEP_ASSIGN(const Finished finished, start(words, input));
        return check(words, finished);
    }

    Result<bool> succeeds(const std::vector<std::string>& words) {
        STEP_ASSIGN(const Finished finished, start(words, ""));
        return finished.code == 0;
    }

    static Status check(const std::vector<std::string>& words, const Finished& finished) {
        constexpr int kBySignal = 256;
        if (finished.code == 0) {
            return ok();
        }
        return failure(words,
                       finished.code > kBySignal
                           ? fmt::format("signal {}", finished.code - kBySignal)
                           : fmt::format("exit status {}", finished.code),
                       finished.output);
    }

    static Error failure(const std::vector<std::string>& words, std::string_view reason,
                         std::string_view output) {
        std::string text =
            fmt::format("failed to execute \"{}\" failed with: {}", join(words, " "), reason);
        if (const std::string_view said = trim(output); !said.empty()) {
            text += fmt::format("\n{}", said);
        }
        return {.code = Code::kUnavailable, .detail = std::move(text)};
    }

    const Machine& machine_;
    const Trust& trust_;
    std::string name_;
};

}  // namespace

std::unique_ptr<Programs> system_programs(const Environment& environment) {
    return std::make_unique<SystemPrograms>(environment);
}

Machine this_machine(Programs& programs, const Environment& environment) {
    return {.programs = programs,
            .home = environment.get("HOME").value_or(""),
            .java_home = environment.get("JAVA_HOME").value_or("")};
}

Status install_root(const Machine& machine, const Trust& trust) {
    Installer installer(machine, trust);
    if (trust.system) {
        STEP_TRY(installer.install_system());
    }
    if (trust.firefox) {
        STEP_TRY(installer.install_nss());
    }
    return trust.java ? installer.install_java() : ok();
}

Status uninstall_root(const Machine& machine, const Trust& trust) {
    Installer installer(machine, trust);
    if (trust.system) {
        STEP_TRY(installer.uninstall_system());
    }
    if (trust.firefox) {
        STEP_TRY(installer.uninstall_nss());
    }
    return trust.java ? installer.uninstall_java() : ok();
}

Status check_root(const x509::Certificate& certificate, const std::string& file) {
    const auto key = certificate.public_key();
    if (!certificate.is_ca() || !key || !x509::check_signature(certificate, *key)) {
        return invalid(fmt::format("certificate {} is not a root CA", file));
    }
    return ok();
}

}  // namespace step::commands
