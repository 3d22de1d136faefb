#pragma once

#include <string>
#include <string_view>

#include "json/decode.h"
#include "json/value.h"
#include "setup/config.h"

namespace step::setup {

/// The text being read and what the reader has found wrong so far.
class Reader {
public:
    /// `root` gives places to what is missing; it must outlive the reader.
    Reader(std::string file, const json::Value& root) : file_(std::move(file)), root_(root) {}

    const std::string& file() const { return file_; }
    /// The first failure.
    Status status() const { return status_; }
    /// Every failure and warning, one failure for a value.
    const std::vector<Finding>& findings() const { return findings_; }
    const std::vector<std::string>& warnings() const { return warnings_; }

    /// "DETAIL (FILE: KEY, line L, column C)"; no place without a value that came from text.
    Error error(Code code, const std::string& detail, const std::string& key,
                const json::Value* value) const;
    void fail(Code code, const std::string& detail, const std::string& key,
              const json::Value* value, std::string advice = {});
    void warn(std::string what, const json::Value* value, std::string advice);
    /// The value cannot be read at all: "error parsing FILE: DETAIL (…)".
    void unreadable(const std::string& detail, const std::string& key, const json::Value* value);
    /// Takes over what a Fields found, in the same form.
    void take(const json::Fields& fields) { take(fields.failures()); }
    void take(const std::vector<Error>& failures);
    /// Takes over the failure of json::parse.
    void take_syntax(const Error& error);
    /// Refuses a value that is not empty: `what` says which capability it needs.
    void refuse(const json::Value* value, const std::string& key, std::string_view what);

private:
    /// `own`: of the value itself, not of what it is missing from.
    void find(json::Place place, bool own, std::string what, std::string advice);

    std::string file_;
    const json::Value& root_;
    Status status_ = ok();
    std::vector<Finding> findings_{};
    std::vector<std::string> warnings_{};
};

/// Null, "", false, 0, [], {} and objects of such: what asks for nothing.
bool is_empty(const json::Value& value);

/// A section as an object; null pointer if it is absent, null or (a failure) something else.
const json::Value* section(Reader& reader, const json::Value& parent, std::string_view name,
                           const std::string& key);

/// A Go duration in a string; absent leaves `out` alone.
void read_duration(Reader& reader, const json::Value& object, std::string_view name,
                   const std::string& key, Duration& out);

/// The parts of ca.json; each reads and checks its own section, or fails the reader.
void read_authority(Reader& reader, const json::Value& root, AuthorityConfig& out);
/// `acmeValidation`: a rule that is no range of addresses is an error at its place.
void read_acme(Reader& reader, const json::Value& root, AcmeConfig& out);
void read_tls(Reader& reader, const json::Value& root, TlsConfig& out);
void read_db(Reader& reader, const json::Value& root, std::optional<DbConfig>& out);
/// `kms`, `ssh`, `templates`, `monitoring`, `crl`, `metricsAddress`: refused unless empty.
void refuse_later_capabilities(Reader& reader, const json::Value& root);

}  // namespace step::setup
