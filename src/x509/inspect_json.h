#pragma once

// Shared by the JSON files of inspect; nobody else includes this.

#include <span>
#include <string>
#include <string_view>

#include "json/value.h"
#include "x509/certificate.h"
#include "x509/inspect_parts.h"

namespace step::x509::parts {

struct NamedOid {
    std::string_view oid, name;
};
/// Members of extended_key_usage, in the order in which they are written.
std::span<const NamedOid> purpose_members();
/// Members of a name, in the order in which they are written.
std::span<const NamedOid> name_members();
/// "CN"; the identifier itself if we have no short name for it.
std::string_view attribute_label(std::string_view oid);

/// Domain parameters (SEC 2), hexadecimal.
struct CurveParameters {
    std::string_view name;
    int bits;
    std::string_view p, n, b, gx, gy;
};
const CurveParameters* curve_parameters(std::string_view name);

/// Appends a member; the caller knows that it is not there yet.
void add(json::Object& object, std::string_view name, json::Value value);
/// Go's omitempty.
void add_if_any(json::Object& object, std::string_view name, const std::vector<std::string>& list);
void add_if_any(json::Object& object, std::string_view name, json::Array list);
json::Array string_array(const std::vector<std::string>& list);
json::Array ip_array(const std::vector<Bytes>& ips);

json::Value base64_value(ByteView bytes);
/// {"common_name": ["a"], ...}
json::Value name_value(const Name& name);
json::Value extension_value(const Extension& extension);
json::Value algorithm_value(const AlgorithmNames& names);
std::string key_algorithm(const KeyView& view);

/// "extensions" and "unknown_extensions".
struct ExtensionValues {
    json::Object known{};
    json::Array unknown{};
};
ExtensionValues extension_values(const Certificate& certificate);

}  // namespace step::x509::parts
