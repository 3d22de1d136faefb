#pragma once

#include <string>
#include <string_view>

#include "json/decode.h"
#include "json/value.h"
#include "setup/config.h"

namespace step::setup {

/// The text being read and what the reader has found wrong so far. The first failure stays.
class Reader {
public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    const std::string& file() const { return file_; }
    bool failed() const { return !status_; }
    Status status() const { return status_; }

    /// "DETAIL (FILE: KEY, line L, column C)"; no place without a value that came from text.
    Error error(Code code, const std::string& detail, const std::string& key,
                const json::Value* value) const;
    void fail(Code code, const std::string& detail, const std::string& key,
              const json::Value* value);
    /// The value cannot be read at all: "error parsing FILE: DETAIL (…)".
    void unreadable(const std::string& detail, const std::string& key, const json::Value* value);
    /// Takes over what a Fields found, in the same form.
    void take(const json::Fields& fields);
    /// Refuses a value that is not empty: `what` says which capability it needs.
    void refuse(const json::Value* value, const std::string& key, std::string_view what);

    std::vector<std::string> warnings{};

private:
    std::string file_;
    Status status_ = ok();
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
void read_tls(Reader& reader, const json::Value& root, TlsConfig& out);
void read_db(Reader& reader, const json::Value& root, std::optional<DbConfig>& out);
/// `kms`, `ssh`, `templates`, `monitoring`, `crl`, `metricsAddress`: refused unless empty.
void refuse_later_capabilities(Reader& reader, const json::Value& root);

}  // namespace step::setup
